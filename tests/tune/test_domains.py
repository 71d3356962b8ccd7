from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luthier.core.errors import SettingInvalid
from luthier.tune.domains import BROAD, Domain, OneOf, Real, Whole

DOMAINS: dict[str, Domain] = {
    "real": Real(-1.0, 3.0),
    "log": Real(1e-4, 0.1, log=True),
    "log or zero": Real(1e-4, 0.1, log=True, or_zero=0.3),
    "linear or zero": Real(0.0, 0.5, or_zero=0.25),
    "very wide": Real(1e-200, 1e200, log=True),
    "whole": Whole(3, 11),
    "ladder": Whole(64, 500, step=64),
    "log whole": Whole(8, 1024, step=8, log=True),
    "texts": OneOf(("a", "b", "c"), shares=(0.5, 0.0, 0.5)),
    "numbers": OneOf((2, 4, 8)),
    "single": OneOf((1e-4,)),
    "mixed": OneOf((None, True, "x", (1, 2))),
}
every_domain = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS.keys())


@every_domain
def test_any_share_of_a_domain_is_one_of_its_values(domain: Domain) -> None:
    values = [domain.at(float(share)) for share in np.linspace(0, 1, 201)]

    assert all(domain.contains(value) for value in values)


@every_domain
def test_a_value_has_the_position_at_which_it_stands(domain: Domain) -> None:
    for share in np.linspace(0, 1, 41):
        value = domain.at(float(share))
        again = domain.at(domain.position(value))

        assert again == value or math.isclose(again, value, rel_tol=1e-9, abs_tol=1e-12)


@every_domain
def test_what_is_near_a_value_is_one_too(domain: Domain) -> None:
    rng = np.random.default_rng(0)

    assert all(domain.contains(domain.near(domain.at(rng.random()), BROAD, rng)) for _ in range(300))


@every_domain
def test_a_grid_and_the_corners_hold_values_each_once(domain: Domain) -> None:
    grid = domain.grid(4)

    assert all(domain.contains(value) for value in (*grid, *domain.corners))
    assert len(set(grid)) == len(grid)


@every_domain
def test_clipping_moves_nothing_that_is_inside(domain: Domain) -> None:
    values = [domain.at(float(share)) for share in np.linspace(0, 1, 41)]

    assert [domain.clip(value) for value in values] == values


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6), st.integers(1, 1000), st.floats(0, 1))
def test_every_ladder_has_its_values_from_low_to_the_top(low: int, width: int, step: int, share: float) -> None:
    domain = Whole(low, low + width, step=min(step, width))

    assert domain.contains(domain.at(share))
    assert (domain.at(0.0), domain.at(1.0)) == (low, domain.top)


@pytest.mark.parametrize(
    ("domain", "value", "nearest"),
    [
        (Real(1e-3, 0.1), 5.0, 0.1),
        (Real(1e-3, 0.1), "text", 0.0505),
        (Real(1e-3, 0.1, or_zero=0.5), 0.0, 0.0),
        (Real(1e-3, 0.1), 0.0, 1e-3),
        (Whole(64, 256, step=64), 200, 192),
        (Whole(64, 300, step=64), 300, 256),
        (OneOf((64, 128, 256)), 100, 128),
        (OneOf(("adamw", "muon"), shares=(0.3, 0.7)), "sgd", "muon"),
    ],
)
def test_a_value_outside_is_moved_to_the_nearest(domain: Domain, value: object, nearest: object) -> None:
    assert domain.clip(value) == pytest.approx(nearest) if isinstance(nearest, float) else domain.clip(value) == nearest


def test_uniform_shares_are_log_uniform_values_with_their_share_of_zeros() -> None:
    domain, shares = Real(1e-4, 1.0, log=True, or_zero=0.2), np.random.default_rng(0).random(20_000)

    values = np.array([domain.at(share) for share in shares])

    # 20,000 draws: four standard errors of a share are below 0.015
    assert np.mean(values == 0) == pytest.approx(0.2, abs=0.015)
    assert np.mean(values[values > 0] < 1e-2) == pytest.approx(0.5, abs=0.02)


def test_near_a_value_the_spread_is_the_deviation_in_shares_of_the_range() -> None:
    domain, rng = Real(1e-4, 1.0, log=True), np.random.default_rng(0)

    positions = [domain.position(domain.near(1e-2, 0.05, rng)) for _ in range(4_000)]

    assert np.mean(positions) == pytest.approx(0.5, abs=0.004)
    assert np.std(positions) == pytest.approx(0.05, rel=0.06)


def test_a_choice_stays_or_is_drawn_anew_and_of_numbers_a_neighbor_is_likelier() -> None:
    texts, numbers, rng = OneOf(tuple("abcd")), OneOf((1, 2, 3, 4, 5)), np.random.default_rng(0)

    drawn = [texts.near("a", 0.1, rng) for _ in range(4_000)]
    stepped = [numbers.near(3, 0.2, rng) for _ in range(4_000)]

    assert drawn.count("a") / 4_000 == pytest.approx(0.85, abs=0.03)  # stays with 0.8, and a quarter of the rest
    assert stepped.count(2) > 1.5 * stepped.count(1)


def test_a_range_is_left_for_zero_and_zero_for_the_range() -> None:
    domain, rng = Real(0.1, 0.5, or_zero=0.5), np.random.default_rng(0)

    left = sum(domain.near(0.3, BROAD, rng) == 0 for _ in range(2_000))
    entered = sum(domain.near(0.0, BROAD, rng) != 0 for _ in range(2_000))

    # half of the values are drawn anew, and half of these are 0
    assert left / 2_000 == pytest.approx(0.25, abs=0.04)
    assert entered / 2_000 == pytest.approx(0.25, abs=0.04)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Real(3, 1), "A range must go up, but low 3 and high 1 came."),
        (lambda: Real(1, 1), "A range must go up, but low 1 and high 1 came."),
        (lambda: Real(float("nan"), 1), "The ends of a range must be finite numbers, but nan and 1 came."),
        (lambda: Real(True, 2), "The ends of a range must be finite numbers, but True and 2 came."),
        (lambda: Real(0, 1, log=True), "A range with log must begin above 0, but low is 0."),
        (lambda: Real(1, 2, prior=3), "The prior must be a value of the domain, but 3 came for 1 to 2."),
        (lambda: Real(1, 2, or_zero=1.0), "or_zero must be a share in [0, 1), but 1.0 came."),
        (lambda: Real(-1, 2, or_zero=0.5), "A range with or_zero must not go below 0, but low is -1."),
        (lambda: Whole(1, 2.5), "high must be a whole number, but 2.5 came."),
        (lambda: Whole(4, 1), "A range must go up, but low 4 and high 1 came."),
        (lambda: Whole(1, 4, step=0), "step must be between 1 and the width of the range, but 0 came for 1 to 4."),
        (lambda: Whole(0, 4, log=True), "A range with log must begin above 0, but low is 0."),
        (lambda: Whole(2, 8, step=2, prior=3), "The prior must be a value of the domain, but 3 came for 2 to 8."),
        (lambda: OneOf(()), "A choice needs a tuple of one value or more, but () came."),
        (lambda: OneOf(["a"]), "A choice needs a tuple of one value or more, but ['a'] came."),
        (lambda: OneOf((1, 1)), "The values of a choice must differ, but (1, 1) came."),
        (lambda: OneOf((1.0, math.inf)), "The values of a choice must be finite, but (1.0, inf) came."),
        (lambda: OneOf((1, 2), shares=(1.0,)), "A choice needs one share a value, but 1 came for 2 values."),
        (lambda: OneOf((1, 2), shares=(1.0, -1.0)), "Shares must be 0 or more and not all 0, but (1.0, -1.0) came."),
        (lambda: OneOf((1, 2), shares=(0.0, 0.0)), "Shares must be 0 or more and not all 0, but (0.0, 0.0) came."),
        (lambda: OneOf((1, 2), prior=3), "The prior must be a value of the domain, but 3 came for (1, 2)."),
    ],
)
def test_an_impossible_domain_is_refused(make, message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        make()

    assert str(refusal.value) == message
