"""The search: the same 64 recipes under the same rungs, by Luthier and by what people use today. Trials finished per minute.

    python -m benchmarks.search [--repeats 3] [--recipes 64] [--rows 8000] [--widths 64 96 128] [--only WORD ...]

A made-up table of 8,000 rows, 30 numbers and two classes; one fold, a fifth of the rows judges. MLPs of two hidden layers of 64, 96 or 128 units;
learning rate, weight decay and dropout differ; batch 256. Rungs end at 2, 6 and 18 epochs, the best third goes on. A trial is useful if it reaches
the last rung. All errors are log-losses of the same rows at the end of a rung.

What each may do differently: Optuna's pruner is asynchronous and goes on with the same network; scikit-learn and Luthier start each rung anew, which
costs them 28 % more epochs. scikit-learn's MLP knows no dropout, and its weight decay is a penalty.
Everyone trains with one thread and with all, and with one job a core where the library offers that: a first short round finds the best of these.
Lightning is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import groupby
from math import inf
from statistics import median

import numpy as np
import optuna
import torch
from rich.console import Console
from rich.table import Table
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from luthier.core.recipe import Choice, Member, Recipe
from luthier.core.seeds import derive_seed, numpy_rng
from luthier.core.task import InputShape, TaskKind
from luthier.evaluate import METRICS
from luthier.fit import FoldTensors, Pace, Population, TrainedMember, describe_device, fold_tensors, lanes_for, one_thread, train

NUMBERS, CLASSES, BATCH, VALIDATION_SHARE = 30, 2, 256, 0.2
WIDTHS = (64, 96, 128)
RUNGS, FACTOR = (2, 6, 18), 3
WARM_UP_RECIPES = 9
"Recipes of the round that finds how many threads suit a contender."
OURS = "Luthier"

Batches = Iterable[tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a contender uses the cores."""

    threads: int
    "Inside one operation."
    jobs: int
    "Trials at the same time."

    def __str__(self) -> str:
        return f"{self.threads} thread{'s' * (self.threads > 1)} x {self.jobs} job{'s' * (self.jobs > 1)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one search came to."""

    trials: int
    useful: int
    "Trials that reached the last rung."
    best_error: float
    "Smallest validation log-loss among them."
    seconds: float = 0.0

    @property
    def trials_per_minute(self) -> float:
        """Trials, stopped ones included."""
        return 60.0 * self.trials / self.seconds

    @property
    def useful_per_minute(self) -> float:
        """Trials that reached the last rung."""
        return 60.0 * self.useful / self.seconds


Search = Callable[[Sequence[Recipe], Way], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to search."""

    name: str
    search: Search
    ways: tuple[Way, ...]
    "Ways to use the cores; the best of them counts."


def make_data(rows: int) -> FoldTensors:
    """Correlated numbers, half of them skewed, that decide by products, bends and thresholds of what is behind them, with noise."""
    rng = numpy_rng(0, "search benchmark")
    behind = rng.normal(size=(rows, 12))
    numbers = behind @ rng.normal(size=(12, NUMBERS)) / np.sqrt(12) + 0.4 * rng.normal(size=(rows, NUMBERS))
    numbers[:, ::2] = np.exp(numbers[:, ::2])
    logits = 2 * np.sin(behind[:, 0] * behind[:, 1]) + behind[:, 2] * np.abs(behind[:, 3]) + 1.5 * (behind[:, 4] > 0.5) - behind[:, 5] ** 2
    logits += np.tanh(behind[:, 6] + behind[:, 7] * behind[:, 8])
    truth = (rng.random(rows) < 1 / (1 + np.exp(-2 * (logits - np.median(logits))))).astype(np.int64)
    learned = int(rows * (1 - VALIDATION_SHARE))
    numbers = (numbers - numbers[:learned].mean(axis=0)) / numbers[:learned].std(axis=0)
    return fold_tensors(
        kind=TaskKind.BINARY,
        shape=InputShape(numbers=NUMBERS),
        outputs=CLASSES,
        inputs=[(numbers.astype(np.float32), np.zeros((rows, 0), dtype=np.int64))],
        truth=truth,
        folds=[(np.arange(learned), np.arange(learned, rows))],
        device=torch.device("cpu"),
    )


def make_recipes(count: int, widths: Sequence[int] = WIDTHS) -> list[Recipe]:
    """The fixed list that everybody tries."""
    rng = numpy_rng(0, "recipes")
    return [
        Recipe(
            name="mlp",
            net=Choice(name="mlp", settings={"blocks": 2, "width": widths[number % len(widths)], "dropout": float(rng.uniform(0, 0.5)), "embedding": "none"}),
            optimizer=Choice(name="adamw"),
            schedule=Choice(name="constant"),
            learning_rate=float(np.exp(rng.uniform(np.log(1e-4), np.log(3e-2)))),
            weight_decay=float(np.exp(rng.uniform(np.log(1e-4), np.log(1e-1)))),
            batch_size=BATCH,
            patience=1_000,
        )
        for number in range(count)
    ]


def width_of(recipe: Recipe) -> int:
    """Units of a hidden layer."""
    return int(recipe.net.settings["width"])


# Luthier


def train_stacks(stacks: Sequence[Sequence[Member]], epochs: int, data: FoldTensors, way: Way) -> list[float]:
    """Train stacks for so many epochs, as many at a time as there are jobs: the one place that knows who trains. Errors at the end, in order."""

    def train_one(members: Sequence[Member]) -> list[TrainedMember]:
        population = Population(members, data)
        steps = epochs * population.steps_per_epoch
        return train(population, Pace(steps=steps, most_steps=steps, fewest_evaluations=3), METRICS["log_loss"].error)

    with one_thread(), ThreadPoolExecutor(way.jobs, initializer=torch.set_num_threads, initargs=(way.threads,)) as pool:
        return [entry.curve.validation_error[-1] if entry.usable else inf for trained in pool.map(train_one, stacks) for entry in trained]


def with_luthier(data: FoldTensors, *, stacked: bool = True, rungs: Sequence[int] = RUNGS) -> Search:
    """Rung by rung, networks of one shape stacked."""

    def search(recipes: Sequence[Recipe], way: Way) -> Found:
        alive = list(recipes)
        for place, epochs in enumerate(rungs):
            ordered = sorted(alive, key=width_of)
            stacks = list(_stacks(ordered, parts=way.jobs)) if stacked else [[_member(recipe)] for recipe in ordered]
            errors = train_stacks(stacks, epochs, data, way)
            ranked = sorted(zip(errors, ordered, strict=True), key=lambda pair: pair[0])
            if place < len(rungs) - 1:
                alive = [recipe for _, recipe in ranked[: -(-len(ranked) // FACTOR)]]
        return Found(trials=len(recipes), useful=len(ranked), best_error=ranked[0][0])

    return search


def _stacks(recipes: Sequence[Recipe], *, parts: int) -> Iterator[list[Member]]:
    for _, shape in groupby(recipes, key=width_of):
        members = [_member(recipe) for recipe in shape]
        size = -(-len(members) // parts)
        yield from (members[start : start + size] for start in range(0, len(members), size))


def _member(recipe: Recipe) -> Member:
    return Member(recipe=recipe, fold=0, seed=derive_seed(0, recipe.id))


# Optuna with PyTorch


def plain_net(recipe: Recipe) -> nn.Sequential:
    """The same network as everybody writes it."""
    width, dropout = width_of(recipe), float(recipe.net.settings["dropout"])
    hidden = [nn.Linear(NUMBERS, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*hidden, nn.Linear(width, CLASSES))


def plain_optimizer(net: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The same optimizer from PyTorch."""
    return torch.optim.AdamW(net.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)


class TensorBatches:
    """Shuffled batches of tensors that are in memory: the fastest way without a library."""

    def __init__(self, numbers: Tensor, targets: Tensor) -> None:
        self.numbers, self.targets = numbers, targets

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self.numbers))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[start : start + BATCH]
            yield self.numbers[rows], self.targets[rows]


def parts(data: FoldTensors) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Numbers and targets of the training rows, and of those that judge."""
    train_rows, validation_rows = data.train_rows[0], data.validation_rows[0]
    numbers, targets = data.inputs[0][0], data.targets[0]
    return (numbers[train_rows], targets[train_rows]), (numbers[validation_rows], targets[validation_rows])


def loader(data: FoldTensors) -> DataLoader:
    """The usual loader."""
    return DataLoader(TensorDataset(*parts(data)[0]), batch_size=BATCH, shuffle=True, drop_last=True)


def with_flat_loop(data: FoldTensors, make_batches: Callable[[], Batches]) -> Search:
    """Optuna with its own pruner around a plain training loop."""
    _, (numbers, targets) = parts(data)

    def train_trial(trial: optuna.Trial, recipe: Recipe) -> float:
        net, batches = plain_net(recipe).train(), make_batches()
        optimizer = plain_optimizer(net, recipe)
        for epoch in range(1, RUNGS[-1] + 1):
            for batch, truth in batches:
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(batch), truth).backward()
                optimizer.step()
            if epoch in RUNGS:
                trial.report(error := _plain_error(net, numbers, targets), epoch)
                if trial.should_prune():
                    raise optuna.TrialPruned
        return error

    return _optuna_search(train_trial)


@torch.no_grad()
def _plain_error(net: nn.Module, numbers: Tensor, targets: Tensor) -> float:
    net.eval()
    error = nn.functional.cross_entropy(net(numbers), targets).item()
    net.train()
    return error


def _optuna_search(train_trial: Callable[[optuna.Trial, Recipe], float]) -> Search:
    def search(recipes: Sequence[Recipe], way: Way) -> Found:
        torch.set_num_threads(way.threads)
        torch.manual_seed(0)
        pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=RUNGS[0], reduction_factor=FACTOR)
        study = optuna.create_study(direction="minimize", pruner=pruner)
        study.optimize(lambda trial: train_trial(trial, recipes[trial.number]), n_trials=len(recipes), n_jobs=way.jobs)
        useful = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        return Found(trials=len(study.trials), useful=len(useful), best_error=study.best_value)

    return search


def with_lightning(data: FoldTensors) -> Search:
    """Optuna with its own pruner around Lightning's Trainer, over DataLoaders, without logging, checkpoints and progress bar."""
    import lightning

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)  # importing it set the level to INFO

    class Module(lightning.LightningModule):
        def __init__(self, recipe: Recipe) -> None:
            super().__init__()
            self.recipe, self.net = recipe, plain_net(recipe)

        def training_step(self, batch: tuple[Tensor, Tensor], number: int) -> Tensor:
            return nn.functional.cross_entropy(self.net(batch[0]), batch[1])

        def validation_step(self, batch: tuple[Tensor, Tensor], number: int) -> None:
            self.log("error", nn.functional.cross_entropy(self.net(batch[0]), batch[1]))

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return plain_optimizer(self.net, self.recipe)

    class Pruning(lightning.Callback):
        def __init__(self, trial: optuna.Trial) -> None:
            self.trial, self.pruned = trial, False

        def on_validation_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
            self.trial.report(trainer.callback_metrics["error"].item(), trainer.current_epoch + 1)
            self.pruned = trainer.should_stop = self.trial.should_prune()

    judging = TensorDataset(*parts(data)[1])
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False, "num_sanity_val_steps": 0}

    def train_trial(trial: optuna.Trial, recipe: Recipe) -> float:
        pruning = Pruning(trial)
        trainer = lightning.Trainer(max_epochs=RUNGS[-1], accelerator="cpu", check_val_every_n_epoch=RUNGS[0], callbacks=[pruning], **quiet)
        trainer.fit(Module(recipe), loader(data), DataLoader(judging, batch_size=len(judging)))
        if pruning.pruned:
            raise optuna.TrialPruned
        return trainer.callback_metrics["error"].item()

    return _optuna_search(train_trial)


# scikit-learn


def with_scikit_learn(data: FoldTensors) -> Search:
    """HalvingRandomSearchCV over MLPClassifier: epochs are the resource."""
    fold = np.full(data.rows, -1)
    fold[data.validation_rows[0].numpy()] = 0
    numbers, truth = data.inputs[0][0].numpy(), data.truth

    def search(recipes: Sequence[Recipe], way: Way) -> Found:
        net = MLPClassifier(batch_size=BATCH, tol=0.0, n_iter_no_change=RUNGS[-1] + 1, random_state=0)
        halving = HalvingRandomSearchCV(
            net,
            [_scikit_learn_point(recipe) for recipe in recipes],
            n_candidates=len(recipes),
            factor=FACTOR,
            resource="max_iter",
            min_resources=RUNGS[0],
            max_resources=RUNGS[-1],
            cv=PredefinedSplit(fold),
            scoring="neg_log_loss",
            refit=False,
            random_state=0,
            n_jobs=way.jobs,
        )
        with threadpool_limits(way.threads):
            halving.fit(numbers, truth)
        last = halving.cv_results_["iter"] == len(RUNGS) - 1
        return Found(trials=len(recipes), useful=int(last.sum()), best_error=-float(halving.cv_results_["mean_test_score"][last].max()))

    return search


def _scikit_learn_point(recipe: Recipe) -> dict[str, list]:
    """One recipe as a grid of one point: scikit-learn draws such grids without replacement."""
    width = width_of(recipe)
    return {"hidden_layer_sizes": [(width, width)], "learning_rate_init": [recipe.learning_rate], "alpha": [recipe.weight_decay]}


# The contest


def contenders(data: FoldTensors) -> list[Contender]:
    """Luthier and its peers, then Luthier without one of its parts after the other."""
    cores = lanes_for(data.device)
    one, threads, jobs = Way(threads=1, jobs=1), Way(threads=cores, jobs=1), Way(threads=1, jobs=cores)
    choices = tuple(dict.fromkeys((one, threads, jobs)))
    training = TensorBatches(*parts(data)[0])
    found = [
        Contender(name=OURS, search=with_luthier(data), ways=(jobs,)),
        Contender(name="Optuna, flat loop", search=with_flat_loop(data, lambda: training), ways=choices),
        Contender(name="Optuna, flat loop, DataLoader", search=with_flat_loop(data, lambda: loader(data)), ways=choices),
        Contender(name="scikit-learn HalvingRandomSearchCV", search=with_scikit_learn(data), ways=choices),
        Contender(name="Luthier: one by one, no rungs, no lanes", search=with_luthier(data, stacked=False, rungs=RUNGS[-1:]), ways=(one,)),
        Contender(name="Luthier: + stacking", search=with_luthier(data, rungs=RUNGS[-1:]), ways=(one,)),
        Contender(name="Luthier: + rungs", search=with_luthier(data), ways=(one,)),
    ]
    if find_spec("lightning"):
        found.insert(3, Contender(name="Optuna, Lightning", search=with_lightning(data), ways=tuple(dict.fromkeys((one, threads)))))
    return found


def timed(contender: Contender, recipes: Sequence[Recipe], way: Way) -> Found:
    """One search with its seconds."""
    started = time.perf_counter()
    found = contender.search(recipes, way)
    return replace(found, seconds=time.perf_counter() - started)


def best_way(contender: Contender, recipes: Sequence[Recipe]) -> Way:
    """The fastest way by a short round, that also warms up."""
    return min(contender.ways, key=lambda way: timed(contender, recipes[:WARM_UP_RECIPES], way).seconds)


def measure(entered: Sequence[Contender], recipes: Sequence[Recipe], ways: Sequence[Way], repeats: int) -> list[list[Found]]:
    """All in turn, so many times; for each contender its repeats."""
    found: list[list[Found]] = [[] for _ in entered]
    for _ in range(repeats):
        for place, contender in enumerate(entered):
            found[place].append(timed(contender, recipes, ways[place]))
            print(contender.name, found[place][-1], file=sys.stderr)
    return found


def show(entered: Sequence[Contender], ways: Sequence[Way], found: Sequence[Sequence[Found]]) -> None:
    """Print one line a contender: medians, with smallest and largest."""
    table = Table("contender", "cores", "trials a minute", "useful a minute", "useful of all", "best error", f"{OURS} is so many times faster")
    for contender, way, repeats in zip(entered, ways, found, strict=True):
        ratios = [ours.trials_per_minute / own.trials_per_minute for ours, own in zip(found[0], repeats, strict=True)]
        table.add_row(
            contender.name,
            str(way),
            told([entry.trials_per_minute for entry in repeats], ".0f"),
            told([entry.useful_per_minute for entry in repeats], ".1f"),
            f"{median(entry.useful for entry in repeats):.0f} of {repeats[0].trials}",
            f"{median(entry.best_error for entry in repeats):.4f}",
            told(ratios, ".2f"),
        )
    Console(width=170).print(table)


def told(values: Sequence[float], form: str) -> str:
    """Median and spread."""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--recipes", type=int, default=64)
    parser.add_argument("--rows", type=int, default=8_000)
    parser.add_argument("--widths", type=int, nargs="*", default=list(WIDTHS))
    parser.add_argument("--only", nargs="*", default=[], help="words of the contenders' names; Luthier itself always runs")
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    data, recipes = make_data(wanted.rows), make_recipes(wanted.recipes, wanted.widths)
    everybody = contenders(data)
    entered = everybody[:1] + [one for one in everybody[1:] if not wanted.only or any(word.lower() in one.name.lower() for word in wanted.only)]
    ways = [best_way(contender, recipes) for contender in entered]
    widths = " ".join(map(str, wanted.widths))
    print(f"{describe_device(data.device)}, {wanted.rows:,} rows, {wanted.recipes} recipes of widths {widths}, n = {wanted.repeats}")
    show(entered, ways, measure(entered, recipes, ways, wanted.repeats))


if __name__ == "__main__":
    main()
