from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import SettingInvalid
from luthier.workflows.past import past_points
from luthier.workflows.result import FitResult
from tests.workflows.conftest import small_fit


def test_the_best_recipes_of_a_model_are_where_the_next_search_begins(binary: FitResult) -> None:
    points = past_points([binary.path], binary.bundle.task, binary.bundle.schema)

    assert points[0]["family"] == "tabm-mini"
    assert "learning_rate" in points[0]


def test_a_model_of_other_columns_is_refused(binary: FitResult, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        small_fit("kind", tmp_path, like=binary.path)

    assert str(refusal.value) == (
        f"--like needs a model of the same task and columns, but {binary.path} predicts 'sold' from 5 columns, "
        "and this table has 'kind' and 5. Leave --like out."
    )


def test_a_search_begins_with_a_model_of_the_same_columns(binary: FitResult, tmp_path: Path) -> None:
    again = small_fit("sold", tmp_path, like=binary.path, work="10k")

    assert again.record.search is not None
