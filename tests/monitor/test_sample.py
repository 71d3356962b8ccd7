from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from luthier.core.errors import SettingInvalid
from luthier.monitor.sample import Sample


def test_rows_are_put_in_the_order_of_time_with_all_that_belongs_to_them() -> None:
    sample = Sample(frame=pl.DataFrame({"a": [3, 1, 2]}), predictions=np.array([30.0, 10.0, 20.0]), truth=np.array([3, 1, 2]), at=np.array([9.0, 7.0, 8.0]))

    ordered = sample.in_order()

    assert ordered.frame["a"].to_list() == [1, 2, 3]
    assert (ordered.predictions.tolist(), ordered.truth.tolist(), ordered.at.tolist()) == ([10.0, 20.0, 30.0], [1, 2, 3], [7.0, 8.0, 9.0])  # type: ignore[union-attr]
    assert ordered.in_order() is ordered


def test_thinning_keeps_the_ends_and_spreads_the_rest_evenly() -> None:
    sample = Sample(frame=pl.DataFrame({"a": range(101)}))

    assert sample.thinned(5).frame["a"].to_list() == [0, 25, 50, 75, 100]
    assert sample.thinned(101) is sample


def test_parts_of_another_length_are_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        Sample(frame=pl.DataFrame({"a": [1, 2]}), truth=np.array([1]))

    assert str(refusal.value) == "truth must have one entry a row, but it has 1 for 2 rows. Give them together."
