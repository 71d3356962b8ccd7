from __future__ import annotations

import threading

import pytest
import torch

from luthier.fit import Pace, Population, one_thread, train, train_side_by_side
from tests.fit.conftest import make_data, make_members, make_recipe
from tests.fit.test_train import log_loss


def pace(steps: int = 60) -> Pace:
    return Pace(steps=steps, most_steps=steps)


def silent(progress: float, error: float) -> None:
    """Nobody listens."""


def test_members_in_lanes_become_what_they_become_alone() -> None:
    """Law 6, with dropout: lanes draw from one source of random numbers and must not disturb each other."""
    data, members = make_data(), make_members(make_recipe(net="mlp"))

    lanes = train_side_by_side([Population(members[:2], data), Population(members[2:], data)], [pace(), pace()], log_loss, tell=silent)

    alone = [*train(Population(members[:2], data), pace(), log_loss), *train(Population(members[2:], data), pace(), log_loss)]
    assert all(torch.equal(a.weights, b.weights) for a, b in zip(lanes, alone, strict=True))


def test_a_lane_that_ends_early_does_not_touch_the_others_random_numbers() -> None:
    data, members = make_data(), make_members(make_recipe(net="mlp", learning_rate=1e-3))
    lengths = [3, 10, 60]

    lanes = train_side_by_side([Population([member], data) for member in members], [pace(steps) for steps in lengths], log_loss, tell=silent)

    alone = [train(Population([member], data), pace(steps), log_loss)[0] for member, steps in zip(members, lengths, strict=True)]
    assert all(torch.equal(a.weights, b.weights) for a, b in zip(lanes, alone, strict=True))


def test_news_come_in_the_calling_thread() -> None:
    data, members, threads = make_data(), make_members(make_recipe()), set()

    train_side_by_side(
        [Population([member], data) for member in members],
        [pace(200) for _ in members],
        log_loss,
        tell=lambda progress, error: threads.add(threading.get_ident()),
    )

    assert threads == {threading.get_ident()}


def test_an_error_in_a_lane_is_an_error_of_the_whole() -> None:
    def broken(truth: object, predictions: object) -> float:
        raise RuntimeError("not enough memory")

    with pytest.raises(RuntimeError, match="not enough memory"):
        train_side_by_side([Population([member], make_data()) for member in make_members(make_recipe())], [pace(), pace(), pace()], broken, tell=silent)


def test_random_numbers_and_threads_are_as_before() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    threads = torch.get_num_threads()

    with one_thread():
        torch.rand(10)
        assert torch.get_num_threads() == 1

    assert torch.equal(torch.rand(2), expected)
    assert torch.get_num_threads() == threads
