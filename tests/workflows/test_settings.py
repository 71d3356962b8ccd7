from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import SettingInvalid
from luthier.workflows.fit import fit
from luthier.workflows.settings import FitSettings


def test_a_metric_that_nobody_knows_is_refused_before_the_data_are_looked_at(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        fit(tmp_path / "nowhere.csv", target="sold", metric="acuracy")

    assert str(refusal.value) == "The metric must be one that Luthier knows, but 'acuracy' came. Did you mean 'accuracy'?"


def test_a_metric_of_any_task_is_taken_as_people_write_it() -> None:
    assert FitSettings(target="sold", metric="ROC-AUC").metric == "ROC-AUC"
    assert FitSettings(target="sold", metric="rmse").metric == "rmse"
