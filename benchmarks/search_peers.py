"""The search benchmark's peers: the same recipes by Optuna, Lightning and scikit-learn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import optuna
import torch
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.search_problem import BATCH, CLASSES, FACTOR, NUMBERS, RUNGS, Batches, Found, Search, Way, width_of
from luthier.core.recipe import Recipe
from luthier.fit import FoldTensors


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
