from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from luthier.bundle import Bundle, Role, reference_bytes, reference_part, write_bundle
from luthier.bundle.reference import REFERENCE, read_reference
from luthier.core.errors import BundleDamaged
from tests.bundle.made_up import CLASSES, NUMBER, MadeUp

ROWS = pl.DataFrame({"size": [0.5, None], "color": ["red", "blue"]})


def test_a_row_of_a_classification_carries_its_class_and_a_probability_for_each() -> None:
    part = reference_part(ROWS, Role.SEALED, CLASSES, np.array([2, 0]), np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]))

    answers = {"__role": ["sealed", "sealed"], "__truth": ["10", "1"], "__proba_1": [0.1, 0.5], "__proba_2": [0.2, 0.25], "__proba_10": [0.7, 0.25]}
    assert_frame_equal(part, ROWS.with_columns(**{name: pl.Series(values) for name, values in answers.items()}))


def test_a_row_of_a_regression_carries_its_number_and_the_answer() -> None:
    part = reference_part(ROWS, Role.TRAIN, NUMBER, np.array([70, 80]), np.array([71.5, 78.0]))

    assert part.drop(ROWS.columns).to_dict(as_series=False) == {"__role": ["train", "train"], "__truth": [70.0, 80.0], "__prediction": [71.5, 78.0]}


def test_what_is_written_is_read_again() -> None:
    parts = [reference_part(ROWS, role, NUMBER, np.array([1.0, 2.0]), np.array([1.5, 2.5])) for role in Role]

    assert_frame_equal(read_reference(reference_bytes(parts)), pl.concat(parts))


def test_a_model_hands_out_the_rows_that_its_fit_kept(classifier: MadeUp, tmp_path: Path) -> None:
    part = reference_part(ROWS, Role.TRAIN, CLASSES, np.array([0, 1]), np.full((2, 3), 1 / 3))
    write_bundle(tmp_path / "model", classifier.manifest, replace(classifier.contents, reference=reference_bytes([part])))

    kept = Bundle.load(tmp_path / "model").reference()

    assert kept is not None
    assert_frame_equal(kept, part)
    assert Bundle.load(classifier.folder).reference() is None


def test_spoiled_rows_are_refused(classifier: MadeUp, tmp_path: Path) -> None:
    part = reference_part(ROWS, Role.TRAIN, CLASSES, np.array([0, 1]), np.full((2, 3), 1 / 3))
    write_bundle(tmp_path / "model", classifier.manifest, replace(classifier.contents, reference=reference_bytes([part])))
    bundle = Bundle.load(tmp_path / "model")
    (tmp_path / "model" / REFERENCE).write_bytes(reference_bytes([part, part]))

    with pytest.raises(BundleDamaged):
        bundle.reference()
