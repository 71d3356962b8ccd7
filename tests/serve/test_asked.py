from __future__ import annotations

import math

import numpy as np
import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.asked import asked_bytes, content_hash, require_storable
from luthier.serve.question import Question


def test_the_order_of_columns_does_not_make_another_question() -> None:
    assert asked_bytes({"b": 1, "a": "ü"}) == asked_bytes({"a": "ü", "b": 1}) == '{"a":"ü","b":1}'.encode()


def test_infinite_numbers_are_kept_apart_from_missing_ones() -> None:
    assert asked_bytes({"a": math.inf, "b": -math.inf, "c": math.nan, "d": None}) == b'{"a":"inf","b":"-inf","c":null,"d":null}'


def test_numbers_of_any_size_and_kind_are_kept() -> None:
    assert asked_bytes({"a": 2**70}) == b'{"a": 1180591620717411303424}'
    assert asked_bytes({"a": np.float64(0.5)}) == b'{"a":0.5}'


def test_leave_to_abstain_makes_another_question() -> None:
    rows = ({"a": 1},)
    plain, abstaining = Question(rows=rows), Question(rows=rows, abstain=True)

    assert content_hash(b"{}", plain) == content_hash(b"{}", plain) != content_hash(b"{}", abstaining)


def test_levels_without_end_are_refused_before_the_row_is_answered() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]

    require_storable([{"size": 1, "extra": [[1]]}], 1)
    with pytest.raises(RequestRefused) as refused:
        require_storable([{"size": 1, "extra": deep}], 1)

    assert (str(refused.value), refused.value.status) == (
        "A row must hold single values, but one holds lists or objects within each other, too deep. Leave them out.",
        422,
    )
