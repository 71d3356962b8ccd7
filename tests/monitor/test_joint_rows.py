from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from luthier.monitor.joint_rows import joint_rows
from tests.monitor.tables import numbers

ALL = np.arange(100)


def test_numbers_become_normal_scores_that_no_outlier_rules() -> None:
    wild = np.append(np.arange(99.0), 1e12)

    joint = joint_rows([numbers(wild, np.where(ALL < 10, np.nan, ALL))], ALL, ALL)

    assert joint.values.shape == (200, 1)
    assert (joint.values.mean(), joint.values.std()) == (pytest.approx(0.0, abs=1e-12), pytest.approx(1.0))
    assert joint.values.max() < 3.5
    assert (joint.values[100:110] == 0).all()


def test_a_category_weighs_as_much_as_one_number_whatever_its_levels() -> None:
    places = np.arange(100) % 4
    category = replace(numbers(places, places, name="city"), levels=("a", "b", "c", "d"))

    joint = joint_rows([category], ALL, ALL)

    assert joint.names == ("city",) * 4
    assert (joint.values**2).mean(axis=0).sum() == pytest.approx(4 / 3)


def test_constant_columns_are_left_out() -> None:
    assert joint_rows([numbers(np.ones(100), np.ones(100))], ALL, ALL).values.shape == (200, 0)
