import numpy as np
import pytest

from luthier.monitor.loss_steps import Binning, LossSteps


def learned(columns, is_category, losses):
    binning = Binning.of(columns, is_category)
    return binning, LossSteps.fit(binning.place(columns), losses, binning.sizes, (0, 200))


def test_thresholds_and_categories_are_found():
    rng = np.random.default_rng(0)
    columns, losses = [rng.normal(size=3_000), rng.integers(0, 3, 3_000).astype(float), rng.normal(size=3_000)], np.empty(3_000)
    losses = 1.0 + 2.0 * (columns[0] > 0) + columns[1]

    binning, model = learned(columns, [False, True, False], losses)

    expected = model.predict(binning.place([np.array([-1.0, 1.0, 1.0]), np.array([0.0, 0.0, 2.0]), np.zeros(3)]))
    assert expected[0] == pytest.approx([losses.mean()] * 3)
    assert expected[1] == pytest.approx([1.0, 3.0, 5.0], abs=0.15)


def test_a_category_never_seen_adds_nothing():
    columns = [np.tile([0.0, 1.0], 500)]

    binning, model = learned(columns, [True], np.tile([1.0, 3.0], 500))

    assert model.predict(binning.place([np.array([2.0, 0.0])]))[1] == pytest.approx([2.0, 1.0], abs=0.1)


def test_missing_cells_are_a_bin_of_their_own():
    column = np.tile([np.nan, 1.0, 2.0, 3.0], 300)

    binning, model = learned([column], [False], np.isnan(column).astype(float))

    assert model.predict(binning.place([np.array([np.nan, 2.0])]))[1] == pytest.approx([1.0, 0.0], abs=0.05)


def test_an_expected_loss_is_never_negative():
    rng = np.random.default_rng(0)
    columns = [rng.normal(size=200), rng.normal(size=200)]

    binning, model = learned(columns, [False, False], rng.exponential(size=200) ** 2)

    assert model.predict(binning.place(columns)).min() >= 0.0
