"""lr_find: at which learning rates networks learn on a table, and whether their batches are of a sensible size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.listener import Listener, Silent
from luthier.core.recipe import Recipe
from luthier.core.task import ColumnKind
from luthier.data import Dataset, Source, build_dataset, run_checks, split_rows
from luthier.data.images import holds_images
from luthier.fit import FoldTensors, choose_device, one_thread
from luthier.fit.lr_range import LearningRateRange, learning_rate_range
from luthier.fit.noise_scale import NoiseScale, gradient_noise_scale
from luthier.report import to_plain
from luthier.tune import portfolio
from luthier.workflows.settings import required_target
from luthier.workflows.table_material import TableMaterial


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFinding:
    """What was found for one of the default recipes."""

    name: str
    "Of the recipe, such as `tabm-mini`."
    published: float
    "Its default learning rate, the peak of a schedule that falls."
    batch_size: int
    "Rows a step, of the recipe and of the test: a rate holds for its batch size."
    range: LearningRateRange
    noise: NoiseScale


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFindings:
    """Learning rates for one table."""

    name: str
    "What the table is called."
    target: str
    rows: int
    "Training rows that were learned from: neither the sealed ones nor the first fold's were looked at."
    findings: tuple[RateFinding, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is infinite becomes null."""
        plain: dict[str, Any] = to_plain(self)
        return plain


def lr_find(
    data: Source,
    *,
    target: str | None = None,
    nets: Sequence[str] = (),
    task: str = "auto",
    time: str | None = None,
    group: str | None = None,
    steps: int = 100,
    seed: int = 0,
    device: str = "auto",
    kinds: Mapping[str, str | ColumnKind] | None = None,
    force_through: Sequence[str] = (),
    listener: Listener | None = None,
) -> RateFindings:
    """Test the learning rates and the batch size of default recipes on a table, which is read, checked and split as `fit` does.

    Args:
        target: column to predict; a table needs one.
        nets: names of recipes; none is all of the portfolio.
        steps: of each range test, and of each training that is measured for its noise.
        For the others see `fit`.

    Raises:
        LuthierError: the table or a setting makes an honest answer impossible; the message says what to do.

    Example:
        >>> rows = {"size": [0.1 * i for i in range(90)], "sold": ["yes" if i % 7 > i / 15 else "no" for i in range(90)]}
        >>> [finding.name for finding in lr_find(rows, target="sold", nets=["mlp"], steps=20).findings]
        ['mlp']
    """
    if holds_images(data):
        raise SettingInvalid("lr-find tests networks on a table, but this data set is one of images. `luthier fit` searches the learning rates for images.")
    column, told = required_target(data, target), listener or Silent()
    torch_device = choose_device(device)
    dataset = build_dataset(data, target=column, task=task, kinds={name: str(kind) for name, kind in (kinds or {}).items()}, time=time, group=group)
    run_checks(dataset, force_through=tuple(force_through))
    tensors = first_fold(dataset, seed=seed, device=torch_device)
    rows = len(tensors.train_rows[0])
    recipes = chosen_recipes(portfolio(dataset.task.kind, rows=rows), nets)
    told.say(f"{dataset.name}: learning from {rows:,} rows, {len(recipes)} {'recipe' if len(recipes) == 1 else 'recipes'}.")
    findings = []
    with one_thread():
        for place, recipe in enumerate(recipes):
            told.progress(place / len(recipes), recipe.name, np.inf)
            findings.append(_finding(recipe, tensors, steps=steps, seed=seed))
    return RateFindings(name=dataset.name, target=column, rows=rows, findings=tuple(findings))


def first_fold(dataset: Dataset, *, seed: int, device: torch.device) -> FoldTensors:
    """The rows of the first fold, split and encoded as a fit does; the sealed rows are left out."""
    return TableMaterial(dataset, split_rows(dataset, seed=seed)).fold_data(1, device)


def chosen_recipes(recipes: Sequence[Recipe], names: Sequence[str]) -> tuple[Recipe, ...]:
    """The recipes of these names; all where none is named.

    Raises:
        SettingInvalid: there is no recipe of a name.
    """
    known = {recipe.name: recipe for recipe in recipes}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            advice = f"Did you mean {near[0]!r}?" if near else ""
            raise SettingInvalid(f"--net must be one of {', '.join(known)}, but {name!r} came. {advice}".rstrip())
    return tuple(known[name] for name in dict.fromkeys(names)) or tuple(recipes)


def _finding(recipe: Recipe, data: FoldTensors, *, steps: int, seed: int) -> RateFinding:
    return RateFinding(
        name=recipe.name,
        published=recipe.learning_rate,
        batch_size=recipe.batch_size,
        range=learning_rate_range(recipe, data, steps=steps, seed=seed),
        noise=gradient_noise_scale(recipe, data, steps=steps, seed=seed),
    )
