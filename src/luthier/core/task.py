"""What is to be predicted from what: the task, the columns and their kinds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    """What a column means to a network."""

    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATETIME = "datetime"
    TEXT = "text"
    IMAGE = "image"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"

    @property
    def is_input(self) -> bool:
        """True for the kinds that a network sees."""
        return self not in (ColumnKind.IDENTIFIER, ColumnKind.CONSTANT)


class TaskKind(StrEnum):
    """The kinds of prediction."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @property
    def is_classification(self) -> bool:
        """True where a class is predicted."""
        return self is not TaskKind.REGRESSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table."""

    name: str
    kind: ColumnKind
    dtype: str
    "The Polars type as read, such as `Int64` or `String`."
    guessed: bool = True
    "False where the user stated the kind."
    why: str = ""
    "Why this kind was guessed: a few words."
    date_format: str = ""
    "How a date stands in text, as in `strptime`, settled once over the whole column; empty for ISO dates and real date types."


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is predicted, and by which metric networks are chosen."""

    kind: TaskKind
    target: str
    "Name of the column to predict."
    classes: tuple[str, ...] = ()
    "The class names in the order of the outputs, as text; empty for a regression."
    metric: str = ""
    "Name of the metric that chooses epochs, recipes and ensemble weights."
    guessed: bool = True
    "False where the user stated the kind of task."
    why: str = ""
    "Why this kind was guessed."
    target_dtype: str = "String"
    "The Polars type of the target as read: predictions are given back in it."

    @property
    def outputs(self) -> int:
        """Numbers that a network puts out: one a class, or one."""
        return max(len(self.classes), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The columns of a table in their order, the target left out."""

    columns: tuple[Column, ...]
    time: str | None = None
    "Column whose order the splits keep."
    group: str | None = None
    "Column whose values stay on one side of every split."

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that a network sees."""
        return tuple(column for column in self.columns if column.kind.is_input and column.name != self.group)

    def __getitem__(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputShape:
    """What an encoded row looks like to a network."""

    numbers: int
    "Continuous inputs."
    cardinalities: tuple[int, ...] = ()
    "For each categorical input the number of its codes, code 0 (missing or unseen) included."

    @property
    def values(self) -> int:
        """Numbers and codes together."""
        return self.numbers + len(self.cardinalities)


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelShape:
    """What an image looks like to a network."""

    channels: int
    "1 for gray, 3 for red, green and blue."
    height: int
    "Pixels."
    width: int
    "Pixels."

    @property
    def values(self) -> int:
        """Levels of one image."""
        return self.channels * self.height * self.width
