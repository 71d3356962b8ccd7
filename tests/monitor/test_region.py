import numpy as np
import polars as pl
import pytest

from luthier.monitor import Sample
from luthier.monitor.features import features_of
from luthier.monitor.region import rows_outside
from tests.monitor.quality_samples import ILL, classified


def outside(then, now):
    return rows_outside(features_of(ILL, then, now), margin=0.1)


def test_unchanged_rows_lie_outside_as_often_as_expected():
    rng = np.random.default_rng(0)

    found = outside(classified(rng, 1_500), classified(rng, 1_500))

    assert found.share.value == pytest.approx(found.expected, abs=0.01)


def test_unseen_categories_numbers_out_of_range_and_far_rows_are_counted():
    rng = np.random.default_rng(0)
    then = Sample(frame=pl.DataFrame({"x": np.r_[rng.normal(size=500), rng.normal(10.0, 1.0, size=500)], "city": ["Bern"] * 500 + ["Basel"] * 500}))
    now = Sample(frame=pl.DataFrame({"x": [0.0, 10.0, 99.0, 5.0, 10.0, None], "city": ["Bern", "Basel", "Bern", "Bern", "Genf", "Bern"]}))

    found = outside(then, now)

    assert (found.strange_cells, found.far, found.rows) == (2, 2, 6)  # Genf and 99; 5 between the heaps, and the first missing cell


def test_without_inputs_nobody_can_tell():
    empty = Sample(frame=pl.DataFrame({"other": [1.0]}))

    assert outside(classified(np.random.default_rng(0), 100), empty) is None
