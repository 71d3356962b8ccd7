"""Nothing that belongs to a sealed or judging row is ever learned from, wherever in the table it stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from luthier.data.held_out import row_hashes
from tests.data.large_tables import Opened, made_up, opened, written


def learned(large: Opened, fold: int) -> np.ndarray:
    """All rows of an epoch of a fold's stream."""
    stream = large.stream((fold,))
    return np.concatenate([stream.read(plan).rows for plan in stream.windows(0)])


def judged(large: Opened, fold: int) -> np.ndarray:
    """The rows of the whole table that are sealed, or judge the fold."""
    return large.table.sample_rows[np.concatenate([large.split.test, large.split.folds[fold].validation])]


def test_rows_equal_to_a_judged_row_are_not_learned_from(tmp_path: Path) -> None:
    table = pl.concat([made_up(700), made_up(700), made_up(700)]).sample(fraction=1.0, shuffle=True, seed=0)

    with opened(written(table, tmp_path)) as large:
        rows, sealed = learned(large, 0), judged(large, 0)

    assert len(rows) > 500
    assert table[rows].join(table[sealed], on=table.columns, how="semi", nulls_equal=True).is_empty()
    assert len(rows) + len(sealed) < table.height


def test_a_group_with_a_judged_row_is_not_learned_from(tmp_path: Path) -> None:
    table = made_up()

    with opened(written(table, tmp_path), group="shop") as large:
        rows, sealed = learned(large, 1), judged(large, 1)

    assert set(table["shop"][rows]).isdisjoint(table["shop"][sealed])
    assert set(table["shop"][rows]) | set(table["shop"][sealed]) == set(table["shop"])


def test_in_time_only_what_lies_before_the_judged_rows_is_learned_from(tmp_path: Path) -> None:
    table = made_up()

    with opened(written(table, tmp_path), time="day") as large:
        rows, sealed, later = learned(large, 0), judged(large, 0), learned(large, 2)

    assert table["day"][rows].max() < table["day"][sealed].min()
    assert len(later) > len(rows) > len(table) / 3


def test_the_hash_of_a_row_does_not_depend_on_where_it_stands() -> None:
    table, target = made_up(100), np.arange(100) % 2

    hashes = row_hashes(table, target)

    assert row_hashes(table[40:60], target[40:60]).tolist() == hashes[40:60].tolist()
    assert row_hashes(table[[70, 3]], target[[70, 3]]).tolist() == hashes[[70, 3]].tolist()
    assert len(set(hashes.tolist())) == 100
