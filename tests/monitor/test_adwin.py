import numpy as np
import pytest

from luthier.core.errors import SettingInvalid
from luthier.monitor import Adwin


def noticed(values, **settings):
    watch = Adwin(**settings)
    return [place for place, value in enumerate(values) if watch.update(float(value))]


def test_an_error_rate_that_doubles_is_found_within_some_hundred_rows():
    rng = np.random.default_rng(0)

    delays = []
    for _ in range(40):
        found = [place for place in noticed(np.r_[rng.random(2_000) < 0.1, rng.random(1_500) < 0.2]) if place >= 2_000]
        delays.append(found[0] - 2_000 if found else np.inf)

    assert 200 < np.median(delays) < 420  # about 340 in a longer simulation


def test_unchanged_values_raise_hardly_any_alarm():
    rng = np.random.default_rng(0)

    alarms = [len(noticed(rng.random(20_000) < 0.1, delta=0.05)) for _ in range(8)]

    assert sum(alarms) <= 4  # 0.06 in 10,000 rows in a longer simulation: one is expected


def test_the_window_forgets_what_came_before_the_change():
    watch = Adwin()
    for value in np.r_[np.zeros(3_000), np.ones(300)]:
        watch.update(value)

    assert watch.mean > 0.9
    assert watch.width < 400


def test_mean_and_variance_are_those_of_the_window():
    values = np.random.default_rng(0).random(1_000)
    watch = Adwin()

    found = [watch.update(value) for value in values]

    assert not any(found)
    assert watch.width == 1_000
    assert (watch.mean, watch.squares) == pytest.approx((values.mean(), 1_000 * values.var()))


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(SettingInvalid) as refused:
        Adwin(delta=0.0)

    assert str(refused.value) == "delta must be between 0 and 1 and clock at least 1, but they are 0 and 32. Give 0.002 and 32."
