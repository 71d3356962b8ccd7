"""The column to predict: which task it sets, and its values as a network is trained on them."""

from __future__ import annotations

import numpy as np
import polars as pl

from luthier.core.errors import SettingInvalid, TargetUnusable
from luthier.core.task import Task, TaskKind
from luthier.data.cells import as_text, parse_numbers
from luthier.data.kinds import find_mixture

FEW_INTEGERS = 20
"An integer target with at most this many different values is taken for classes."
_ROWS_A_CLASS = 3
"Where the different integers have fewer rows each than this, they are taken for amounts."
_MOST_CLASSES = 1_000
_TASKS = ("auto", "classification", "regression", TaskKind.BINARY.value, TaskKind.MULTICLASS.value)
DEFAULT_METRICS = {TaskKind.BINARY: "log_loss", TaskKind.MULTICLASS: "log_loss", TaskKind.REGRESSION: "rmse"}


def guess_task(target: pl.Series, *, task: str = "auto", metric: str | None = None) -> Task:
    """What is to be predicted: classes, or a number.

    Args:
        target: the column; its missing values do not count.
        task: `auto`, `classification`, `regression`, `binary` or `multiclass`.
        metric: what chooses networks; log-loss or RMSE where `None`.

    Raises:
        TargetUnusable: it is all missing, constant, infinite, or fits no task.

    Example:
        >>> guess_task(pl.Series("ill", ["no", "yes", "no"])).classes
        ('no', 'yes')
    """
    if task not in _TASKS:
        raise SettingInvalid(f"--task must be one of {', '.join(_TASKS)}, but {task!r} came.")
    present = _usable(target)
    if target.dtype == pl.String and task in ("auto", "regression"):
        present = _numbers_in_text(target, present)
    different = present.n_unique()
    guessed, why = _is_classification(present, different)
    wanted = guessed if task == "auto" else task != "regression"
    reason = why if task == "auto" else "stated by the user"
    (_refuse_many_classes if wanted else _refuse_text)(present)
    kind = (TaskKind.BINARY if different == 2 else TaskKind.MULTICLASS) if wanted else TaskKind.REGRESSION
    classes = class_names(present) if wanted else ()
    if task in (TaskKind.BINARY, TaskKind.MULTICLASS) and (task == TaskKind.BINARY) != (different == 2):
        raise SettingInvalid(f"--task {task} contradicts the target {target.name!r}, which has {different} different values. Give --task classification.")
    return Task(
        kind=kind,
        target=target.name,
        classes=classes,
        metric=metric or DEFAULT_METRICS[kind],
        guessed=task == "auto",
        why=reason,
        target_dtype=str(target.dtype),
    )


def class_names(target: pl.Series) -> tuple[str, ...]:
    """The different values as text: numbers in numeric order, everything else in the order of text."""
    values = target.drop_nulls().unique()
    if values.dtype.is_numeric() or values.dtype == pl.Boolean:
        return tuple(as_text(values.sort()).to_list())
    return tuple(sorted(as_text(values).to_list()))


def target_values(target: pl.Series, task: Task) -> np.ndarray:
    """The truth as predictions are judged against it: class numbers (int64), or float64.

    Raises:
        TargetUnusable: a value is missing, is no number, or is a class that the task does not have.
    """
    if target.null_count():
        raise TargetUnusable(
            f"The target {target.name!r} must have a value in every row, but row {int(target.is_null().arg_true()[0]) + 1} has none. Remove such rows first."
        )
    if not task.kind.is_classification:
        return _numbers(target)
    numbers = as_text(target).replace_strict(list(task.classes), list(range(len(task.classes))), default=None, return_dtype=pl.Int64)
    if numbers.null_count():
        row = int(numbers.is_null().arg_true()[0])
        raise TargetUnusable(
            f"The target {target.name!r} must hold one of the classes {', '.join(task.classes[:12])}, but row {row + 1} holds {target[row]!r}."
        )
    return numbers.to_numpy().copy()


def _numbers(target: pl.Series) -> np.ndarray:
    numbers = parse_numbers(target) if target.dtype == pl.String else target.cast(pl.Float64)
    if numbers.null_count():
        row = int(numbers.is_null().arg_true()[0])
        raise TargetUnusable(f"The target {target.name!r} must hold numbers, but row {row + 1} holds {target[row]!r}.")
    return numbers.to_numpy().copy()


def _usable(target: pl.Series) -> pl.Series:
    present = target.drop_nulls()
    if not len(present):
        raise TargetUnusable(f"The target {target.name!r} must have values, but all {len(target):,} rows lack one. Choose another column.")
    if target.dtype.is_nested() or target.dtype.is_temporal() or target.dtype in (pl.Binary, pl.Object):
        raise TargetUnusable(
            f"The target {target.name!r} must hold classes or numbers, but it holds values of type {target.dtype}. Convert it, or choose another column."
        )
    if target.dtype.is_float():
        present = present.drop_nans()
        if infinite := int(present.is_infinite().sum()):
            row = int(target.is_infinite().fill_null(False).arg_true()[0])
            raise TargetUnusable(
                f"The target {target.name!r} must hold finite numbers, but {infinite:,} rows hold an infinite one (first: row {row + 1}). "
                "Correct or remove them."
            )
    if present.n_unique() < 2:
        raise TargetUnusable(
            f"The target {target.name!r} must have at least two different values, but all {len(present):,} rows hold {present[0]!r}. Choose another column."
        )
    return present


def _numbers_in_text(target: pl.Series, present: pl.Series) -> pl.Series:
    """Text that holds many different numbers, as numbers; other text as it is."""
    if (mixture := find_mixture(target)) is not None:
        raise TargetUnusable(f"The target {present.name!r} must hold classes or numbers, but it mixes {mixture}. Correct it.")
    numbers = parse_numbers(present)
    return numbers if numbers.null_count() == 0 and numbers.n_unique() > FEW_INTEGERS else present


def _is_classification(present: pl.Series, different: int) -> tuple[bool, str]:
    if not present.dtype.is_numeric():
        return True, f"{'truth values' if present.dtype == pl.Boolean else 'text'} with {different} different values"
    if present.dtype.is_float() and different > 2 and not bool((present == present.round()).all()):
        return False, f"numbers with {different:,} different values"
    if different <= min(FEW_INTEGERS, max(2, len(present) / _ROWS_A_CLASS)):
        return True, f"only {different} different {'integers' if present.dtype.is_integer() else 'numbers'}"
    return False, f"integers with {different:,} different values"


def _refuse_text(present: pl.Series) -> None:
    if (present.dtype != pl.String and present.dtype.is_numeric()) or present.dtype == pl.Boolean:
        return
    numbers = parse_numbers(present.cast(pl.String))
    if numbers.null_count():
        first = present.filter(numbers.is_null())[0]
        raise TargetUnusable(
            f"A regression predicts numbers, but the target {present.name!r} holds text (first: {first!r}). Correct it, or give --task classification."
        )


def _refuse_many_classes(present: pl.Series) -> None:
    different = present.n_unique()
    if different > _MOST_CLASSES or (different > 2 and different == len(present)):
        raise TargetUnusable(
            f"The target {present.name!r} must have at most {_MOST_CLASSES:,} classes that repeat, "
            f"but its {len(present):,} rows hold {different:,} different values. "
            "Choose another column, or give --task regression if it holds numbers."
        )
