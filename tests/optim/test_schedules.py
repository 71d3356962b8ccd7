from __future__ import annotations

import math

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.optim import SCHEDULES, ScheduleStack, learning_rate_factor

STEPS = 40
SHARES = torch.linspace(0, 1, STEPS + 1, dtype=torch.float64)
every_schedule = pytest.mark.parametrize("name", SCHEDULES)


def _by_torch(build, steps=STEPS):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule, rates = build(optimizer), []
    for _ in range(steps + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) <= steps:
            schedule.step()
    return torch.tensor(rates, dtype=torch.float64)


AGREEING = {
    "cosine": ({"end": 0.1}, lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS, eta_min=0.1)),
    "step": ({"every": 0.1, "drop": 0.5}, lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, STEPS // 10, gamma=0.5)),
    "linear": ({"end": 0.2}, lambda optimizer: torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.2, total_iters=STEPS)),
    "one-cycle": ({"rise": 0.25}, lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, STEPS + 1, pct_start=11 / (STEPS + 1))),
}


@pytest.mark.parametrize("name", AGREEING)
def test_the_factor_is_that_of_torch(name):
    settings, build = AGREEING[name]

    factors = learning_rate_factor(Choice(name=name, settings=settings), SHARES)

    torch.testing.assert_close(factors, _by_torch(build), rtol=0, atol=1e-9)


POINTS = [
    ("constant", {}, 0.7, 1.0),
    ("warmup-stable-decay", {}, 0.8, 1.0),
    ("warmup-stable-decay", {}, 0.85, 0.5),
    ("warmup-stable-decay", {"cooldown": 0.5}, 1.0, 0.0),
    ("flat-cos", {}, 0.5, 1.0),
    ("flat-cos", {}, 0.75, 0.5),
    ("coslog4", {}, 0.0, 0.0),
    ("coslog4", {}, (2**0.5 - 1) / 15, 1.0),
    ("coslog4", {}, 3 / 15, 0.0),
    ("coslog4", {}, (2**3.5 - 1) / 15, 1.0),
    ("coslog4", {}, 1.0, 0.0),
    ("linear", {"warmup": 0.2}, 0.1, 0.5),
    ("linear", {"warmup": 0.2}, 0.2, 1.0),
    ("linear", {"warmup": 0.2}, 0.6, 0.5),
    ("cosine", {"warmup": 0.5}, 0.75, 0.5),
    ("reduce-on-plateau", {"warmup": 0.5}, 0.25, 0.5),
    ("coslog4", {"warmup": 0.4}, 0.2, 0.0),
    ("one-cycle", {"warmup": 0.6}, 0.3, 0.5),
]


@pytest.mark.parametrize(("name", "settings", "progress", "factor"), POINTS)
def test_the_factor_at_a_known_point(name, settings, progress, factor):
    assert math.isclose(learning_rate_factor(Choice(name=name, settings=settings), progress), factor, abs_tol=1e-12)


@every_schedule
@pytest.mark.parametrize("warmup", [0.0, 0.1])
def test_every_factor_lies_between_zero_and_one_and_a_number_gives_what_a_tensor_gives(name, warmup):
    choice = Choice(name=name, settings={"warmup": warmup})

    factors = learning_rate_factor(choice, SHARES)

    assert factors.min() >= -1e-12
    assert 0.99 < factors.max() <= 1
    assert factors.tolist() == [learning_rate_factor(choice, share) for share in SHARES.tolist()]


def test_members_with_different_schedules_and_settings_get_each_their_own_factor():
    choices = [Choice(name=name, settings={"warmup": warmup}) for warmup in (0.0, 0.3) for name in SCHEDULES]
    progress = torch.linspace(0.05, 0.95, len(choices), dtype=torch.float64)
    keep = torch.tensor([11, 3, 12])

    stack = ScheduleStack.of(choices)

    expected = [learning_rate_factor(choice, share) for choice, share in zip(choices, progress.tolist(), strict=True)]
    assert stack.factors(progress).tolist() == expected
    assert stack.select(keep).factors(progress[keep]).tolist() == [expected[member] for member in keep.tolist()]
    assert stack.factors(progress.float()).dtype == torch.float32


def test_a_warmup_of_the_whole_training_is_refused():
    with pytest.raises(SettingInvalid) as refusal:
        learning_rate_factor(Choice(name="cosine", settings={"warmup": 1.0}), 0.5)

    assert str(refusal.value) == "warmup must be in [0, 1), but 1.0 came."
