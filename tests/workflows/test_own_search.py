from __future__ import annotations

import numpy as np
import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.task import Task, TaskKind
from luthier.tune import OneOf, Real, Whole
from luthier.tune.domains import Domain
from luthier.workflows.own_module import plain_recipe
from luthier.workflows.own_rows import own_rows
from luthier.workflows.own_search import OwnGround, Subject, divided, first_value, own_judge

TASK = Task(kind=TaskKind.REGRESSION, target="target", metric="rmse")


def subject(rates: Domain) -> Subject:
    rows = own_rows((np.zeros((60, 2), np.float32), np.arange(60.0)), task="regression", metric=None, folds=2, seed=0, device=torch.device("cpu"))
    ground = OwnGround(data=rows.data, judge=own_judge(None, TASK), seed=0)
    return Subject(ground=ground, recipe=plain_recipe("mine", rows.data), domains={"learning_rate": rates}, widest=1, events=())


def test_a_space_is_divided_into_what_the_network_takes_and_what_trains_it() -> None:
    space: dict[str, Domain] = {"width": Whole(4, 32), "optimizer.beta2": Real(0.9, 0.999), "decay_rate": Real(0.0, 1.0)}

    network, training = divided(space, ["width"])

    assert (list(network), list(training)) == (["width"], ["optimizer.beta2", "decay_rate"])


def test_the_first_value_is_the_prior_or_the_middle() -> None:
    assert first_value(Real(1e-4, 1e-2, log=True, prior=2e-3)) == 2e-3
    assert first_value(Real(1e-4, 1e-2, log=True)) == pytest.approx(1e-3)


def test_a_metric_of_ones_own_is_the_judge() -> None:
    judge = own_judge(lambda truth, predictions: float(np.abs(truth - predictions).max()), TASK)

    assert judge(np.array([1.0, 2.0]), np.array([1.5, 4.0])) == 2.0


def test_the_family_begins_at_the_rate_where_the_best_is_expected() -> None:
    (family,) = subject(Real(1e-4, 1e-1, log=True, prior=0.02)).space.families.values()

    assert family.recipe.learning_rate == 0.02


def test_a_learning_rate_that_is_no_number_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        _ = subject(OneOf(("high", "low"))).space

    assert str(refusal.value) == "The learning rate must be a number, but 'low' came. Give a range of numbers, such as Real(1e-4, 1e-2, log=True)."
