import math

import numpy as np
import pytest

from luthier.evaluate import (
    asymptotic_lower_bounds,
    asymptotic_upper_bounds,
    betting_capital,
    betting_lower_bounds,
    betting_p_value,
    betting_upper_bounds,
)

ALPHA, STREAMS, ROWS = 0.05, 400, 1_000
MOST_MISSES = ALPHA + 3 * math.sqrt(ALPHA * (1 - ALPHA) / STREAMS)  # three standard errors of a share of 400 streams

DRAWS = {
    "rare errors": (lambda rng: (rng.random(ROWS) < 0.02).astype(float), 0.02, 0.0),
    "lognormal losses": (lambda rng: rng.lognormal(size=ROWS), math.exp(0.5), 0.0),
    "gains with rare catastrophes": (lambda rng: 0.04 - 2.0 * (rng.random(ROWS) < 0.02), 0.0, -4.6),
}


@pytest.mark.parametrize("name", DRAWS)
def test_betting_bounds_are_ever_above_the_mean_in_at_most_a_share_alpha_of_streams(name):
    draw, mean, low = DRAWS[name]
    rng = np.random.default_rng(0)

    misses = np.mean([betting_capital(draw(rng), mean, low=low).max() >= -math.log(ALPHA) for _ in range(STREAMS)])

    assert misses <= MOST_MISSES


@pytest.mark.parametrize("draw", [lambda rng: rng.normal(size=ROWS), lambda rng: 1.0 - rng.exponential(size=ROWS)], ids=["bell curve", "long tail below"])
def test_asymptotic_bounds_are_ever_above_the_mean_in_about_a_share_alpha_of_streams(draw):
    rng = np.random.default_rng(0)

    misses = np.mean([asymptotic_lower_bounds(draw(rng), alpha=ALPHA).max() > 0.0 for _ in range(STREAMS)])

    assert misses <= MOST_MISSES


def test_a_bound_is_where_the_capital_is_one_over_alpha():
    values = np.random.default_rng(0).random(300)

    bound = betting_lower_bounds(values, alpha=ALPHA)[0]

    assert betting_capital(values, bound)[-1] == pytest.approx(math.log(1 / ALPHA))
    assert betting_p_value(values, bound) == pytest.approx(ALPHA)


def test_bounds_close_in_on_the_mean():
    values = np.random.default_rng(0).random(8_000)

    lower, upper = (
        bounds(values, alpha=ALPHA, looks=[100, 1_000, 8_000], **edge) for bounds, edge in ((betting_lower_bounds, {}), (betting_upper_bounds, {"high": 1.0}))
    )

    assert (np.diff(upper - lower) < 0).all()
    assert upper[-1] - lower[-1] < 0.03  # a fixed-size interval of two such bounds would be 0.011 wide
    assert lower[-1] < 0.5 < upper[-1]


def test_half_of_the_streams_show_a_gain_of_a_sixth_of_a_standard_deviation_after_five_hundred_rows():
    rng = np.random.default_rng(0)
    streams = np.clip(0.08 + 0.47 * rng.normal(size=(60, 1_000)), -4.6, 4.6)

    after = {rows: np.mean([betting_lower_bounds(gains[:rows], alpha=ALPHA, low=-4.6)[0] > 0.0 for gains in streams]) for rows in (500, 1_000)}

    assert after[500] >= 0.3
    assert after[1_000] >= 0.9


def test_the_order_of_rows_does_not_matter_to_bets():
    values = np.random.default_rng(0).random(200)

    assert betting_lower_bounds(values[::-1], alpha=ALPHA) == pytest.approx(betting_lower_bounds(values, alpha=ALPHA))


def test_upper_bounds_mirror_lower_ones():
    values = np.random.default_rng(0).random(200)

    assert betting_upper_bounds(values, alpha=ALPHA, high=1.0) == pytest.approx(1.0 - betting_lower_bounds(1.0 - values, alpha=ALPHA))
    assert asymptotic_upper_bounds(values, alpha=ALPHA) == pytest.approx(-asymptotic_lower_bounds(-values, alpha=ALPHA))


@pytest.mark.parametrize("values", [[], [0.0] * 100], ids=["no rows", "nothing but the smallest value"])
def test_rows_that_show_nothing_are_bounded_by_the_smallest_value(values):
    assert betting_lower_bounds(values, alpha=ALPHA).tolist() == [0.0]


def test_an_asymptotic_bound_says_nothing_before_the_fiftieth_row():
    bounds = asymptotic_lower_bounds(np.arange(60.0), alpha=ALPHA)

    assert np.isinf(bounds).tolist() == [True] * 49 + [False] * 11
