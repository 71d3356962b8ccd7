import numpy as np
import polars as pl

from luthier.evaluate import slice_rows


def test_categories_quarters_missing_cells_and_answered_classes_are_slices():
    table = pl.DataFrame({"sex": ["f", "m", None, "m"] * 50, "age": [float(number) for number in range(200)]})

    slices = slice_rows(table, predicted=np.array(["no", "yes"] * 100))

    assert [(part.column, part.level, part.rows) for part in slices] == [
        ("sex", "missing", 50),
        ("sex", "f", 50),
        ("sex", "m", 100),
        ("age", "0 to 49.75", 50),
        ("age", "49.75 to 99.5", 50),
        ("age", "99.5 to 149.2", 50),
        ("age", "149.2 to 199", 50),
        ("prediction", "no", 100),
        ("prediction", "yes", 100),
    ]


def test_slices_of_few_rows_and_of_all_rows_are_left_out():
    table = pl.DataFrame({"city": ["a"] * 95 + ["b"] * 5, "constant": [1] * 100, "name": [str(number) for number in range(100)]})

    assert [part.level for part in slice_rows(table)] == ["a"]


def test_every_row_of_a_number_lies_in_one_quarter():
    table = pl.DataFrame({"age": np.random.default_rng(0).normal(size=1_000)})

    assert np.sum([part.inside for part in slice_rows(table)], axis=0).tolist() == [1] * 1_000
