from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import torch

from luthier.core.errors import CheckRefused, DataUnreadable, SettingInvalid
from luthier.core.task import TaskKind
from luthier.data import build_dataset, split_rows
from luthier.tune import portfolio
from luthier.workflows.lr_find import first_fold, lr_find
from tests.workflows.photos import write_photos
from tests.workflows.tables import inputs_and


@pytest.mark.parametrize("target", ["kind", "weight"])
def test_every_recipe_of_the_portfolio_gets_a_rate_near_which_it_learns(target: str) -> None:
    table = inputs_and(target)

    found = lr_find(table, target=target, steps=60)

    kind = TaskKind.MULTICLASS if target == "kind" else TaskKind.REGRESSION
    assert [finding.name for finding in found.findings] == [recipe.name for recipe in portfolio(kind, rows=found.rows)]
    for finding in found.findings:
        assert finding.range.is_clear
        assert finding.range.low_end < finding.range.suggested < finding.range.high_end
        assert finding.noise.batch_size == finding.batch_size == 64
    assert all(finding.published > 0 for finding in found.findings)


def test_neither_sealed_rows_nor_validation_rows_are_learned_from() -> None:
    table = inputs_and("kind")
    split = split_rows(build_dataset(table, target="kind"), seed=3)

    data = first_fold(build_dataset(table, target="kind"), seed=3, device=torch.device("cpu"))

    assert set(split.train[data.train_rows[0].numpy()]) == set(split.folds[0].train)
    assert set(split.train[data.validation_rows[0].numpy()]) == set(split.folds[0].validation)


def test_named_recipes_come_in_their_order_and_once() -> None:
    found = lr_find(inputs_and("kind"), target="kind", nets=["mlp", "residual-mlp", "mlp"], steps=10)

    assert [finding.name for finding in found.findings] == ["mlp", "residual-mlp"]


def test_equal_seeds_find_equal_rates() -> None:
    first, second = (lr_find(inputs_and("kind"), target="kind", nets=["mlp"], steps=10, seed=5) for _ in range(2))

    assert first == second


def test_the_record_is_strict_json() -> None:
    found = lr_find(inputs_and("kind"), target="kind", nets=["mlp"], steps=10)

    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))

    assert plain["findings"][0]["range"]["suggested"] == found.findings[0].range.suggested
    assert plain["findings"][0]["noise"]["advice"].startswith("Batch 64 ")


def test_an_unknown_recipe_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        lr_find(inputs_and("kind"), target="kind", nets=["realmpl"])

    assert str(refusal.value) == "--net must be one of tabm-mini, realmlp, residual-mlp, mlp, but 'realmpl' came. Did you mean 'realmlp'?"


def test_a_table_that_a_fit_refuses_is_refused() -> None:
    table = inputs_and("kind").with_columns(kind=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("single")).otherwise("kind"))

    with pytest.raises(CheckRefused, match="class-too-small: A class with one row cannot be both learned and judged: 'single'"):
        lr_find(table, target="kind")


@pytest.mark.parametrize("target", ["label", None])
def test_images_are_refused(tmp_path: Path, target: str | None) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        lr_find(write_photos(tmp_path), target=target)

    assert str(refusal.value) == (
        "lr-find tests networks on a table, but this data set is one of images. `luthier fit` searches the learning rates for images."
    )


def test_a_table_without_a_target_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        lr_find(inputs_and("kind"))

    assert str(refusal.value) == "A table needs a target: give --target with the name of the column to predict."


def test_a_path_that_leads_nowhere_is_told_as_that_also_without_a_target(tmp_path: Path) -> None:
    with pytest.raises(DataUnreadable) as refusal:
        lr_find(tmp_path / "nowhere.csv")

    assert str(refusal.value).startswith(f"There is no file '{tmp_path / 'nowhere.csv'}'. Check the path; ")
