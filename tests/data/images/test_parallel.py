from __future__ import annotations

import pytest

from luthier.data.images.parallel import in_chunks, in_order


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(in_order(lambda number: number**2, range(200))) == [number**2 for number in range(200)]
    assert list(in_chunks(lambda number: number**2, range(200), size=7)) == [number**2 for number in range(200)]


def test_items_are_taken_as_they_are_needed() -> None:
    taken = []
    results = in_order(int, (taken.append(number) or number for number in range(100_000)))  # type: ignore[func-returns-value]

    next(results)
    results.close()

    assert len(taken) < 1_000


def test_what_fails_is_raised_where_the_results_are_read() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda number: 1 // number, [1, 0, 1]))
