from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from luthier.tune.proposers import PriorWeighted, Proposal, Random
from tests.tune.spaces import make_history, smooth_error, smooth_space

SPACE = smooth_space()


def positions(points: list, path: str) -> np.ndarray:
    return np.array([SPACE.families["mlp"].domains[path].position(point[path]) for point in points])


def test_half_comes_from_the_prior_three_tenths_from_the_best_and_the_rest_from_anywhere() -> None:
    history = make_history(SPACE, Random(SPACE).ask(10, [], seed=0), smooth_error)

    origins = Counter(proposal.origin for proposal in PriorWeighted(SPACE).ask(2_000, history, seed=0))

    # four standard errors of a share of 2,000 are below 0.045
    assert origins["prior"] / 2_000 == pytest.approx(0.5, abs=0.045)
    assert origins["incumbent"] / 2_000 == pytest.approx(0.3, abs=0.045)
    assert origins["random"] / 2_000 == pytest.approx(0.2, abs=0.045)


def test_without_a_usable_trial_there_is_no_incumbent() -> None:
    failed = make_history(SPACE, Random(SPACE).ask(10, [], seed=0), lambda point: float("inf"))

    origins = Counter(proposal.origin for proposal in PriorWeighted(SPACE).ask(300, failed, seed=0))

    assert origins.keys() == {"prior", "random"}


def test_the_prior_lies_around_the_recipe() -> None:
    proposals = PriorWeighted(SPACE).ask(2_000, [], seed=0)
    rates = positions([proposal.point for proposal in proposals if proposal.origin == "prior"], "learning_rate")

    # 1e-3 is a third of the way from 1e-4 to 1e-1; a normal with deviation 0.25 cut off at both ends
    assert np.median(rates) == pytest.approx(1 / 3, abs=0.05)
    assert 0.18 < np.std(rates) < 0.25


def test_what_is_around_the_best_comes_nearer_with_more_trials() -> None:
    proposals = [Proposal(point={**proposal.point, "learning_rate": 0.01}, origin="random") for proposal in Random(SPACE).ask(200, [], seed=0)]
    spreads = []
    for trials in (2, 200):
        asked = PriorWeighted(SPACE).ask(600, make_history(SPACE, proposals[:trials], smooth_error), seed=0)

        rates = positions([proposal.point for proposal in asked if proposal.origin == "incumbent"], "learning_rate")
        spreads.append(np.std(rates[rates != 2 / 3]))

    assert spreads[1] < spreads[0] / 2
