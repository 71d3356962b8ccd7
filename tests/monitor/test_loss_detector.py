import numpy as np
import pytest

from luthier.core.errors import SettingInvalid
from luthier.monitor import detect_rise


def errors(rng, rows, rate):
    return (rng.random(rows) < rate).astype(float)


def test_an_error_rate_that_doubles_is_noticed_soon_and_placed_well():
    rng = np.random.default_rng(0)

    rises = [detect_rise(np.r_[errors(rng, 500, 0.1), errors(rng, 1_000, 0.2)], reference=errors(rng, 2_000, 0.1)) for _ in range(9)]

    assert np.median([rise.noticed_row - 500 for rise in rises]) < 300  # 210 in a longer simulation
    assert np.median([abs(rise.row - 500) for rise in rises]) < 100
    assert all(rise.before == pytest.approx(0.1, abs=0.03) for rise in rises)


@pytest.mark.parametrize("draw", [lambda rng, rows: errors(rng, rows, 0.1), lambda rng, rows: rng.normal(size=rows) ** 2], ids=["errors", "squared errors"])
def test_unchanged_losses_raise_false_alarms_about_as_seldom_as_stated(draw):
    rng = np.random.default_rng(0)

    alarms = 0
    for _ in range(10):
        rise = detect_rise(draw(rng, 5_000), reference=draw(rng, 1_000), rows_per_false_alarm=10_000)
        alarms += rise is not None and rise.is_found

    assert alarms <= 8  # 4 of 10 are stated (1 - exp(-0.5)); up to 6 came in longer simulations


def test_dependent_losses_ask_for_more_when_they_are_dealt_in_blocks():
    rng = np.random.default_rng(0)
    reference, losses = (np.repeat(rng.exponential(size=rows // 20), 20) for rows in (2_000, 2_000))

    alone, in_blocks = (detect_rise(losses, reference=reference, block_rows=rows).threshold for rows in (1, 40))

    assert in_blocks > alone + 5


def test_a_fall_is_no_rise():
    rng = np.random.default_rng(0)

    rise = detect_rise(errors(rng, 1_000, 0.02), reference=errors(rng, 2_000, 0.2))

    assert rise is None or not rise.is_found


@pytest.mark.parametrize("losses", [np.zeros(500), np.empty(0), np.ones(20)], ids=["none wrong", "no rows", "few rows"])
def test_where_nothing_can_be_told_nothing_is(losses):
    assert detect_rise(losses) is None


def test_a_single_outlier_is_no_change():
    rng = np.random.default_rng(0)
    losses = rng.exponential(size=500)
    losses[250] = 1e6

    assert not detect_rise(losses, reference=rng.exponential(size=1_000)).is_found


def test_negative_losses_are_refused():
    with pytest.raises(SettingInvalid) as refused:
        detect_rise(np.array([1.0, -0.5]))

    assert str(refused.value) == "Losses must be finite and not negative, but they reach from -0.5 to 1. Leave unknown ones out."
