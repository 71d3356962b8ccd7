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
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import groupby
from math import inf
from statistics import median

import optuna
import torch
from rich.console import Console
from rich.table import Table
from sklearn.experimental import enable_halving_search_cv  # noqa: F401

from benchmarks.search_peers import TensorBatches, loader, parts, with_flat_loop, with_lightning, with_scikit_learn
from benchmarks.search_problem import FACTOR, OURS, RUNGS, WARM_UP_RECIPES, WIDTHS, Found, Search, Way, make_data, make_recipes, width_of
from luthier.core.recipe import Member, Recipe
from luthier.core.seeds import derive_seed
from luthier.evaluate import METRICS
from luthier.fit import FoldTensors, Pace, Population, TrainedMember, describe_device, lanes_for, one_thread, train


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to search."""

    name: str
    search: Search
    ways: tuple[Way, ...]
    "Ways to use the cores; the best of them counts."


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
