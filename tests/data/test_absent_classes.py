from __future__ import annotations

import numpy as np

from luthier.data import split_rows
from luthier.data.absent_classes import absent_classes
from tests.data.test_splits import classified


def said(classes: list[str], **present: list[int]) -> list[str]:
    return [event.what for event in absent_classes(classes, {name: np.array(holds, dtype=bool) for name, holds in present.items()})]


def test_nothing_is_said_where_every_side_holds_every_class() -> None:
    assert said(["a", "b"], sealed=[1, 1], training=[1, 1]) == []


def test_one_class_is_told_with_all_the_sides_that_lack_it() -> None:
    assert said(["a", "b"], sealed=[1, 0], training=[1, 1], validation=[1, 0]) == ["Class 'b' does not occur in the sealed, the validation."]


def test_several_classes_are_one_sentence() -> None:
    assert said(["a", "b", "c"], sealed=[1, 0, 1], training=[0, 1, 1]) == ["2 of 3 classes are absent from the sealed or the training: 'a', 'b'."]


def test_of_two_hundred_classes_the_first_few_are_named() -> None:
    (what,) = said([f"kind {place}" for place in range(200)], sealed=[0] * 200)

    assert what.startswith("200 of 200 classes are absent from the sealed: 'kind 0', 'kind 1', ")
    assert what.endswith(", 'kind 7' and 192 more.")


def test_a_split_tells_of_all_its_absent_classes_at_once() -> None:
    split = split_rows(classified([100, 2, 2, 2, 2, 2]))

    assert [event.name for event in split.events] == ["class-absent"]
