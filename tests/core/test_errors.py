from __future__ import annotations

import inspect

import pytest

from luthier.core import errors
from luthier.core.errors import BudgetTooSmall, ColumnMissing, LuthierError

ALL = [error for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, LuthierError) and error is not LuthierError]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_error_is_drawn_in_the_tree_and_says_what_it_is_for(error: type[LuthierError]) -> None:
    assert error.__name__ in (errors.__doc__ or "")
    assert error.__doc__


def test_a_missing_column_suggests_the_nearest_name() -> None:
    error = ColumnMissing("dignosis", ["age", "diagnosis"], purpose="is the target")

    assert str(error) == "Column 'dignosis' is the target, but the table does not have it. Did you mean 'diagnosis'?"
    assert isinstance(error, KeyError)


def test_a_missing_column_without_a_near_name_lists_some() -> None:
    error = ColumnMissing("zzz", [f"x{number}" for number in range(14)])

    names = ", ".join(f"'x{number}'" for number in range(12))
    assert str(error) == f"Column 'zzz' is needed, but the table does not have it. The columns are {names} and 2 more."


def test_a_budget_too_small_names_the_smallest_that_is_not() -> None:
    assert str(BudgetTooSmall(given_seconds=5, smallest_seconds=20)) == (
        "An honest answer on this data needs at least 20 s, but the budget is 5 s. Give --budget 20s or more."
    )
