from __future__ import annotations

import numpy as np
import pytest
import torch

from luthier.core.task import TaskKind
from luthier.fit import Outcome, Pace, Population, stack_trained, train
from tests.fit.conftest import make_data, make_members, make_recipe


def log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return float(-np.log(probabilities[np.arange(len(truth)), truth].clip(1e-9)).mean())


def rmse(truth: np.ndarray, prediction: np.ndarray) -> float:
    return float(np.sqrt(np.mean((truth - prediction) ** 2)))


def pace(steps: int) -> Pace:
    return Pace(steps=steps, most_steps=steps)


def test_training_lowers_the_validation_error_of_every_member() -> None:
    trained = train(Population(make_members(make_recipe()), make_data()), pace(120), log_loss)

    assert all(member.error < 0.7 * member.curve.validation_error[0] for member in trained)


def test_a_member_comes_back_as_it_was_at_its_best_epoch() -> None:
    data = make_data(TaskKind.REGRESSION)
    trained = train(Population(make_members(make_recipe(learning_rate=0.05)), data), pace(80), rmse)

    for fold, member in enumerate(trained):
        assert member.error == pytest.approx(min(member.curve.validation_error))
        truth = data.truth[data.validation_rows[fold].numpy()]
        assert rmse(truth, member.predictions) == pytest.approx(member.error)


def test_a_member_that_no_longer_improves_hurries_to_the_end_of_its_schedule_and_stops() -> None:
    calls = iter(range(10_000))

    def worse_and_worse(truth: np.ndarray, probabilities: np.ndarray) -> float:
        return float(next(calls))

    trained = train(Population(make_members(make_recipe(patience=3), folds=1), make_data()), pace(500), worse_and_worse)

    assert trained[0].outcome is Outcome.STOPPED_EARLY
    assert len(trained[0].curve.validation_error) == 1 + 4 + 3  # the best, four without improvement, three in a hurry


def test_who_stops_early_does_not_disturb_the_others() -> None:
    data, recipe = make_data(), make_recipe(learning_rate=0.03, patience=2)

    together = train(Population(make_members(recipe), data), pace(200), log_loss)
    alone = [train(Population([member], data), pace(200), log_loss)[0] for member in make_members(recipe)]

    assert [member.error for member in together] == pytest.approx([member.error for member in alone], rel=1e-3)


def test_divergence_is_rolled_back_and_at_last_given_up() -> None:
    recipe = make_recipe(optimizer="sgd", learning_rate=1e6)

    trained = train(Population(make_members(recipe), make_data(TaskKind.REGRESSION)), pace(200), rmse)

    assert all(member.outcome is Outcome.DIVERGED and member.rollbacks == 3 for member in trained)
    assert all(torch.isfinite(member.weights).all() for member in trained)


def test_equal_seeds_and_equal_work_give_equal_weights() -> None:
    first, second = (train(Population(make_members(make_recipe("tabm-mini")), make_data()), pace(20), log_loss) for _ in range(2))

    assert all(torch.equal(a.weights, b.weights) for a, b in zip(first, second, strict=True))


def test_training_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)

    train(Population(make_members(make_recipe()), make_data()), pace(5), log_loss)

    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("kind", [TaskKind.MULTICLASS, TaskKind.REGRESSION])
def test_the_stacked_network_predicts_what_training_predicted(kind: TaskKind) -> None:
    data = make_data(kind)
    trained = train(Population(make_members(make_recipe("tabm-mini")), data), pace(30), log_loss if kind.is_classification else rmse)
    network = stack_trained(trained, kind=kind, shape=data.shape, outputs=data.outputs, scales=data.scales)

    predictions = network.predict(*data.inputs).numpy()

    for fold, member in enumerate(trained):
        rows = data.validation_rows[fold].numpy()
        own = predictions[fold, rows] if kind.is_classification else predictions[fold, rows, 0]
        np.testing.assert_allclose(own, member.predictions, rtol=1e-4, atol=1e-5)
