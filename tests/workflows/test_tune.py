"""A user's own module gets the search that tables get."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import luthier
from luthier.core.errors import BudgetTooSmall, DataUnreadable, LuthierError, ModuleUnusable, RunDiffers, SettingInvalid
from luthier.tune import OneOf, Real, Whole
from luthier.workflows.tune import TuneResult

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(240, 3)).astype(np.float32)
CLASSES = (INPUTS[:, 0] * INPUTS[:, 1] > 0).astype(int)
AMOUNTS = 3.0 * INPUTS[:, 0] - INPUTS[:, 2] + 50
RATES = Real(1e-3, 0.1, log=True, prior=0.02)


class Net(nn.Module):
    def __init__(self, width: int = 16, dropout: float = 0.0, outputs: int = 2) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, outputs))

    def forward(self, inputs: Tensor) -> Tensor:
        return self.layers(inputs)


def tuned(factory=Net, space=None, dataset=(INPUTS, CLASSES), **settings) -> TuneResult:
    return luthier.tune(factory, space or {"learning_rate": RATES}, dataset, **{"work": "12k", "folds": 2, **settings})


@pytest.fixture(scope="module")
def result() -> TuneResult:
    return tuned(space={"width": Whole(4, 32), "dropout": Real(0.0, 0.5), "learning_rate": RATES, "optimizer": OneOf(("adamw", "muon"))}, work="150k")


def test_settings_of_the_network_and_of_the_training_are_searched_together(result):
    widths = {trial.recipe.net.settings.get("width", 16) for trial in result.trials}

    assert len(result.trials) > 1
    assert len({trial.recipe.learning_rate for trial in result.trials}) > 1 or len(widths) > 1
    assert set(result.settings) <= {"width", "dropout", "outputs"}


def test_the_answer_is_judged_on_rows_that_nothing_had_seen(result):
    assert result.evaluation.rows == 48
    assert result.evaluation.score("accuracy").interval.value > 0.7


def test_the_module_comes_back_trained_and_the_users_own(result):
    assert type(result.module) is Net
    assert not result.module.training
    right = result.module(torch.from_numpy(INPUTS)).argmax(1).numpy() == CLASSES
    assert right.mean() > 0.7


def test_the_ensemble_predicts_probabilities(result):
    probabilities = result.predict(INPUTS)

    assert probabilities.shape == (240, 2)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_equal_seeds_and_equal_work_give_equal_networks():
    first, second = tuned(work="6k"), tuned(work="6k")

    assert all(torch.equal(a, b) for a, b in zip(first.module.state_dict().values(), second.module.state_dict().values(), strict=True))


def test_an_amount_is_predicted_in_its_own_unit():
    result = tuned(lambda width=16: Net(width, outputs=1), dataset=(INPUTS, AMOUNTS))

    assert np.abs(result.predict(INPUTS) - AMOUNTS).mean() < 1.0


def test_a_learning_rate_that_is_not_named_is_searched_around_a_range_test():
    result = tuned(space={"width": Whole(8, 32)}, work="6k")

    assert any(event.name == "learning-rate-range" for event in result.events)


def test_inputs_of_any_shape_are_taken():
    images = RNG.normal(size=(120, 1, 6, 6)).astype(np.float32)
    convolution = lambda channels=4: nn.Sequential(nn.Conv2d(1, channels, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 2))  # noqa: E731

    result = tuned(convolution, dataset=(images, (images.mean(axis=(1, 2, 3)) > 0).astype(int)), work="4k")

    assert result.predict(images).shape == (120, 2)


class Fussy(Net):
    """Its forward asks for the value of a tensor, which vmap cannot answer."""

    def forward(self, inputs: Tensor) -> Tensor:
        return self.layers(inputs) if inputs.mean() < 1e6 else inputs[:, :2]


def test_a_network_that_vmap_cannot_take_is_trained_one_by_one_and_it_is_told():
    result = tuned(Fussy)

    event = next(event for event in result.events if event.name == "one-by-one")
    assert event.what.startswith("The network cannot be stacked, so its recipes were trained one by one: ")
    assert result.evaluation.score("accuracy").interval.value > 0.6


def test_batch_normalization_is_stacked_and_keeps_its_statistics():
    def normalized(width: int = 16) -> nn.Module:
        return nn.Sequential(nn.Linear(3, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, 2))

    result = tuned(normalized)

    assert result.module[1].num_batches_tracked > 0
    assert result.evaluation.score("accuracy").interval.value > 0.7


class Fails(Net):
    def forward(self, inputs: Tensor) -> Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


class Frozen(nn.Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return inputs[:, :2]


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (Fails, "The network must take inputs of shape (4, 3), but its forward failed: mat1 and mat2 shapes cannot be multiplied"),
        (lambda: Net(outputs=5), "The network must give values of shape (4, 2) for 4 rows, but shape (4, 5) came."),
        (Frozen, "The network must have parameters that can be trained, but it has none."),
        (lambda width: Net(width), "Every setting of the network needs a default or a place in the space, but 'width' has neither. Give it one."),
    ],
    ids=["a forward that fails", "the wrong shape", "no parameters", "a setting without a value"],
)
def test_a_network_that_cannot_be_trained_is_refused_in_one_sentence(factory, message):
    with pytest.raises(ModuleUnusable) as refusal:
        tuned(factory)

    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"space": {"depth": Whole(1, 3)}}, SettingInvalid, "'depth' is neither. The network takes width, dropout, outputs."),
        ({"metric": lambda truth, predictions: math.nan}, SettingInvalid, "The metric must give a finite number, but nan came for 96 rows."),
        ({"dataset": (INPUTS, CLASSES[:5])}, DataUnreadable, "must be a pair (inputs, targets) of equal length, but 2 parts of length 240, 5 came."),
        ({"work": None, "budget": "2s"}, BudgetTooSmall, "needs at least 5 s, but the budget is 2 s."),
        ({"resume": True}, SettingInvalid, "To resume, the folder of the run is required: give run=FOLDER."),
    ],
    ids=["an unknown setting", "a metric without a number", "no pair", "no time", "nothing to resume"],
)
def test_bad_input_is_refused(settings, error, message):
    with pytest.raises(error) as refusal:
        tuned(**settings)

    assert message in str(refusal.value)


def test_a_search_that_was_killed_ends_in_the_same_network(tmp_path: Path):
    class Killed(BaseException):
        pass

    calls = iter(range(10_000))

    def killing(truth: np.ndarray, predictions: np.ndarray) -> float:
        if next(calls) == 60:
            raise Killed
        return error(truth, predictions)

    def error(truth: np.ndarray, predictions: np.ndarray) -> float:
        return float(-np.log(predictions[np.arange(len(truth)), truth].clip(1e-9)).mean())

    unbroken = tuned(metric=error)
    with pytest.raises(Killed):
        tuned(metric=killing, run=tmp_path)
    taken_up = tuned(metric=error, run=tmp_path, resume=True)

    assert all(torch.equal(a, b) for a, b in zip(unbroken.module.state_dict().values(), taken_up.module.state_dict().values(), strict=True))
    with pytest.raises(RunDiffers):
        tuned(metric=error, run=tmp_path, resume=True, seed=1)


def test_the_registry_is_as_it_was_before():
    from luthier.nets import ARCHITECTURES

    before = set(ARCHITECTURES)
    with pytest.raises(LuthierError):
        tuned(Fails)

    assert set(ARCHITECTURES) == before
