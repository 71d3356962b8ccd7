from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl

from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.monitor.features import Role, features_of
from luthier.monitor.sample import Sample, Subject

COLUMNS = {
    "age": ColumnKind.NUMERIC,
    "smokes": ColumnKind.BOOLEAN,
    "city": ColumnKind.CATEGORY,
    "note": ColumnKind.TEXT,
    "born": ColumnKind.DATETIME,
    "row": ColumnKind.IDENTIFIER,
}
SCHEMA = Schema(columns=tuple(Column(name=name, kind=kind, dtype="") for name, kind in COLUMNS.items()))
FRAME = pl.DataFrame(
    {
        "age": [1.0, None],
        "smokes": [1.0, 0.0],
        "city": ["Ulm", None],
        "note": ["abc", "a"],
        "born": [datetime(1970, 1, 2), None],
        "row": ["r1", "r2"],
        "brightness_0": [0.2, 0.4],
        "embedding_0": [0.1, 0.3],
    }
)


def subject(kind: TaskKind, classes: tuple[str, ...] = ()) -> Subject:
    return Subject(task=Task(kind=kind, target="y", classes=classes), schema=SCHEMA)


def test_every_kind_of_column_becomes_numbers_or_places_of_levels() -> None:
    features = features_of(subject(TaskKind.REGRESSION), Sample(frame=FRAME), Sample(frame=FRAME))

    told = {feature.subject: (feature.of, feature.levels, feature.then[~np.isnan(feature.then)].tolist()) for feature in features}
    assert told == {
        "age": ("values", None, [1.0]),
        "smokes": ("values", ("false", "true"), [1.0, 0.0]),
        "city": ("values", ("Ulm",), [0.0]),
        "note": ("lengths", None, [3.0, 1.0]),
        "born": ("dates", None, [86400.0]),
        "brightness_0": ("values", None, [0.2, 0.4]),
        "embedding_0": ("values", None, [0.1, 0.3]),
    }
    assert features[-1].role is Role.EMBEDDING


def test_the_column_that_orders_rows_in_time_is_left_out() -> None:
    ordered = replace(subject(TaskKind.REGRESSION), schema=replace(SCHEMA, time="born"))

    assert "born" not in [feature.subject for feature in features_of(ordered, Sample(frame=FRAME), Sample(frame=FRAME))]


def test_two_classes_have_one_probability_and_many_only_the_largest() -> None:
    two, many = np.array([[0.9, 0.1], [0.2, 0.8]]), np.full((2, 30), 1 / 30)

    binary = features_of(subject(TaskKind.BINARY, ("no", "yes")), Sample(frame=FRAME, predictions=two), Sample(frame=FRAME, predictions=two))
    multiclass = features_of(
        subject(TaskKind.MULTICLASS, tuple(f"k{place}" for place in range(30))), Sample(frame=FRAME, predictions=many), Sample(frame=FRAME, predictions=many)
    )

    assert [feature.name for feature in binary[-2:]] == ["The probability of 'yes'", "The predicted class"]
    assert binary[-1].then.tolist() == [0.0, 1.0]
    assert [feature.name for feature in multiclass if feature.role is Role.PREDICTION] == ["The largest probability", "The predicted class"]


def test_rows_without_an_answer_are_missing_in_all_that_is_made_of_it() -> None:
    answers = np.array([[np.nan, np.nan], [0.2, 0.8]])

    features = features_of(subject(TaskKind.BINARY, ("no", "yes")), Sample(frame=FRAME, predictions=answers), Sample(frame=FRAME, predictions=answers))

    assert [np.isnan(feature.then).tolist() for feature in features[-2:]] == [[True, False], [True, False]]


def test_infinite_values_stay_comparable() -> None:
    frame = pl.DataFrame({"age": [float("inf"), 1.0]})

    assert np.isfinite(features_of(subject(TaskKind.REGRESSION), Sample(frame=frame), Sample(frame=frame))[0].then).all()
