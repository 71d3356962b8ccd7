from __future__ import annotations

import pytest

from luthier.tune.proposers import Defaults, InOrder, Narrow, Past, PriorWeighted, Proposal, Random, Steps
from tests.tune.spaces import make_history, make_space

SPACE = make_space()


def test_the_families_own_recipes_come_in_order_and_once() -> None:
    first = Defaults(SPACE).ask(1, [], seed=0)
    second = Defaults(SPACE).ask(5, make_history(SPACE, first, lambda point: 1.0), seed=0)

    assert [proposal.point for proposal in [*first, *second]] == [SPACE.default_point("mlp"), SPACE.default_point("residual-mlp")]


def test_one_proposer_gives_what_the_one_before_it_does_not_have() -> None:
    proposals = InOrder(SPACE, (Defaults(SPACE), Random(SPACE))).ask(5, [], seed=0)

    assert [proposal.origin for proposal in proposals] == ["default"] * 2 + ["random"] * 3


def test_no_place_is_proposed_by_two_of_them() -> None:
    past = Past(SPACE, (SPACE.default_point("mlp"),))

    proposals = InOrder(SPACE, (past, Defaults(SPACE))).ask(5, [], seed=0)

    assert [(proposal.origin, proposal.point["family"]) for proposal in proposals] == [("past", "mlp"), ("default", "residual-mlp")]


def test_learning_rates_are_stepped_around_the_best_trial() -> None:
    history = make_history(SPACE, Defaults(SPACE).ask(2, [], seed=0), lambda point: 1.0 if point["family"] == "mlp" else 2.0)

    proposals = Steps(SPACE).ask(9, history, seed=0)

    assert [proposal.point["learning_rate"] for proposal in proposals] == pytest.approx([3e-3, 1e-3 / 3, 1e-3 * 3**0.5, 1e-3 / 3**0.5])
    assert all({**proposal.point, "learning_rate": 1e-3} == SPACE.default_point("mlp") for proposal in proposals)


def test_a_narrow_search_moves_its_settings_alone_in_the_family_of_the_best() -> None:
    history = make_history(SPACE, Defaults(SPACE).ask(2, [], seed=0), lambda point: 1.0 if point["family"] == "residual-mlp" else 2.0)

    proposals = Narrow(SPACE, PriorWeighted(SPACE), ("learning_rate",)).ask(6, history, seed=0)

    assert {proposal.point["family"] for proposal in proposals} == {"residual-mlp"}
    assert {proposal.point["net.dropout"] for proposal in proposals} == {0.0}
    assert len({proposal.point["learning_rate"] for proposal in proposals}) == 6


def test_what_hangs_on_a_setting_that_moves_moves_too() -> None:
    proposals = Narrow(SPACE, Random(SPACE), ("optimizer",)).ask(8, [], seed=0)

    momenta = [proposal.point["optimizer.momentum"] for proposal in proposals if proposal.point["optimizer"] == "muon"]
    assert len(set(momenta)) == len(momenta) > 1


def test_past_places_are_moved_into_the_space_and_unknown_families_left_out() -> None:
    past = Past(SPACE, ({"family": "gone"}, {"family": "residual-mlp", "learning_rate": 9.0, "net.bins": 3}))

    assert Past(SPACE, ()).ask(3, [], seed=0) == []
    assert past.ask(3, [], seed=0) == [Proposal(point={"family": "residual-mlp", "learning_rate": 0.1, "net.dropout": 0.0}, origin="past")]
