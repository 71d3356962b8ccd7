from __future__ import annotations

import numpy as np
import pytest
import torch

from luthier.core.recipe import Member
from luthier.evaluate import METRICS
from luthier.fit import Curve, Outcome, TrainedMember
from luthier.tune import Candidate
from luthier.workflows.result import FitResult
from luthier.workflows.search_story import seed_noise
from tests.fit.conftest import make_recipe


def candidate(trial: int, error: float, round_number: int = 0) -> Candidate:
    entry = TrainedMember(
        member=Member(recipe=make_recipe(), fold=0, seed=0),
        weights=torch.zeros(1),
        buffers={},
        error=error,
        predictions=np.zeros(1),
        best_epoch=1.0,
        curve=Curve(epochs=(1.0,), train_loss=(1.0,), validation_error=(error,)),
        outcome=Outcome.FINISHED,
        rollbacks=0,
    )
    return Candidate(trial=trial, recipe=make_recipe(), round_number=round_number, trained=(entry,), predictions=np.zeros(1), error=error, seconds=1.0, rows=1)


def test_the_noise_between_seeds_is_pooled_over_recipes_that_were_trained_more_than_once() -> None:
    candidates = [candidate(0, 0.1), candidate(0, 0.3, 1), candidate(1, 5.0), candidate(2, 1.0), candidate(2, 1.4, 1)]

    assert seed_noise(candidates, METRICS["rmse"]) == pytest.approx(np.sqrt((0.02 + 0.08) / 2))


def test_without_a_second_seed_there_is_no_noise_to_tell() -> None:
    assert seed_noise([candidate(0, 0.1), candidate(1, 0.2)], METRICS["rmse"]) is None


def test_the_report_tells_every_trial_with_its_settings(multiclass: FitResult) -> None:
    search = multiclass.record.search

    assert search is not None
    assert [trial.origin for trial in search.trials][:1] == ["default"]
    assert all("learning_rate" in trial.settings for trial in search.trials)
    assert sum(trial.weight for trial in search.trials) == pytest.approx(1.0)
    assert search.plan[0].startswith("Plan: the published recipes of tabm-mini")
