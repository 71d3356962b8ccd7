"""The scikit-learn front: thin estimators that store their arguments untouched and hand the work to `fit`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, final

import numpy as np
import polars as pl
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_consistent_length, check_is_fitted, column_or_1d, validate_data

from luthier.core.task import ColumnKind
from luthier.data import read_table
from luthier.report import ReportRecord
from luthier.workflows.fit import fit
from luthier.workflows.kept_bundle import KeptBundle

ROW_BLOCK = 16
"Rows that a matrix product treats alike; at the edge of a block float32 sums differ in their last digit."


class AbstractEstimator(BaseEstimator):
    """What the classifier and the regressor share.

    Columns of a number type are numbers; text, booleans and dates are guessed as in `luthier.fit`. `kinds` states others,
    such as `{"zip": "category"}`. Missing values may be anywhere. A fifth of the rows is sealed inside `fit`: the scores on them are in `record_`.
    """

    bundle_: KeptBundle
    record_: ReportRecord
    weights_hash_: str

    def __init__(
        self,
        *,
        metric: str | None = None,
        budget: str | float = "5m",
        work: str | int | None = None,
        folds: int = 5,
        random_state: Any = 0,
        device: str = "auto",
        kinds: Mapping[str, str] | None = None,
        force_through: Sequence[str] = (),
    ) -> None:
        self.metric = metric
        self.budget = budget
        self.work = work
        self.folds = folds
        self.random_state = random_state
        self.device = device
        self.kinds = kinds
        self.force_through = force_through

    def save(self, folder: str | Path, *, force: bool = False) -> None:
        """Write the model as a bundle that `luthier.load` and the command line read."""
        check_is_fitted(self)
        self.bundle_.write(Path(folder), force=force)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        return tags

    def _fit(self, frame: pl.DataFrame, target: pl.Series, *, task: str) -> None:
        name = _unused_name("target", frame.columns)
        kinds = {column: ColumnKind.NUMERIC for column, dtype in frame.schema.items() if dtype.is_numeric() and frame[column].n_unique() > 1}
        with tempfile.TemporaryDirectory(prefix="luthier-") as folder:
            result = fit(
                frame.with_columns(target.alias(name)),
                target=name,
                task=task,
                metric=self.metric,
                budget=self.budget,
                work=self.work,
                folds=self.folds,
                seed=_seed(self.random_state),
                device=self.device,
                kinds={**kinds, **(self.kinds or {})},
                force_through=self.force_through,
                out=Path(folder) / "model",
            )
            self.bundle_ = KeptBundle.read(result.path)
        self.record_, self.weights_hash_ = result.record, result.weights_hash

    def _frame(self, X: Any, *, reset: bool) -> pl.DataFrame:  # noqa: N803 (scikit-learn's name)
        """The rows as a Polars frame; scikit-learn checks names and shapes."""
        if hasattr(X, "columns") and hasattr(X, "shape"):
            validate_data(self, X, reset=reset, skip_check_array=True)
            _require_rows(X, least=2 if reset else 1)
            frame = read_table(X)
            return frame.rename({name: str(name) for name in frame.columns})
        array = validate_data(self, X, reset=reset, dtype=None, ensure_all_finite="allow-nan", ensure_min_samples=2 if reset else 1)
        return read_table(_as_numbers(array) if array.dtype == object else array)


@final
class LuthierClassifier(ClassifierMixin, AbstractEstimator):
    """A neural network for the classes of a table's rows, as a scikit-learn classifier.

    Args:
        metric: chooses epochs, recipes and ensemble weights; None is log-loss.
        budget: time for one `fit`, such as `"2m"`.
        work: training rows to look at, such as `"2M"`, in place of the budget: then equal seeds give equal models.
        folds: folds inside the training rows.
        random_state: seed, generator or None, as everywhere in scikit-learn.
        device: `auto`, `cpu` or `cuda`.
        kinds: column kinds that you state.
        force_through: data checks whose refusal is overridden.

    Example:
        >>> from luthier import LuthierClassifier
        >>> LuthierClassifier(work="2k", folds=2).get_params()["folds"]
        2
    """

    classes_: np.ndarray
    _places: list[int]
    "Of each class of `classes_` among the bundle's outputs."

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 (scikit-learn's name)
        """Learn from rows and their classes."""
        frame = self._frame(X, reset=True)
        check_classification_targets(_required(self, y))
        labels = column_or_1d(y, warn=True)
        check_consistent_length(frame, labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"A classifier needs at least 2 classes, but y holds one class only: {self.classes_[0]!r}.")
        names = _names(self.classes_)
        self._fit(frame, pl.Series(names[numbers]), task="classification")
        self._places = [self.bundle_.bundle.task.classes.index(name) for name in names]
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803 (scikit-learn's name)
        """The most probable class of each row."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803 (scikit-learn's name)
        """Calibrated probabilities [rows, classes], in the order of `classes_`."""
        check_is_fitted(self)
        frame = self._frame(X, reset=False)
        return self.bundle_.bundle.predict_proba(_padded(frame))[: frame.height, self._places]


@final
class LuthierRegressor(RegressorMixin, AbstractEstimator):
    """A neural network for a number in a table's rows, as a scikit-learn regressor.

    The arguments are those of `LuthierClassifier`; without a metric it is RMSE that chooses.

    Example:
        >>> from luthier import LuthierRegressor
        >>> LuthierRegressor(metric="mae").metric
        'mae'
    """

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 (scikit-learn's name)
        """Learn from rows and their numbers."""
        frame = self._frame(X, reset=True)
        numbers = check_array(column_or_1d(_required(self, y), warn=True), ensure_2d=False, dtype=np.float64, input_name="y")
        check_consistent_length(frame, numbers)
        self._fit(frame, pl.Series(numbers), task="regression")
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803 (scikit-learn's name)
        """The expected number of each row."""
        check_is_fitted(self)
        frame = self._frame(X, reset=False)
        return self.bundle_.bundle.predict(_padded(frame))[: frame.height]

    def predict_interval(self, X: Any) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803 (scikit-learn's name)
        """Lower and upper ends, each [rows], that hold the truth for nine rows of ten."""
        check_is_fitted(self)
        frame = self._frame(X, reset=False)
        lower, upper = self.bundle_.bundle.predict_interval(_padded(frame))
        return lower[: frame.height], upper[: frame.height]


def _names(classes: np.ndarray) -> np.ndarray:
    """The classes as the bundle knows them: as text, or by number where their text is blank or not unique."""
    texts = [str(value) for value in classes]
    usable = all(text.strip() for text in texts) and len(set(texts)) == len(texts)
    return np.array(texts if usable else [f"class {number}" for number in range(len(texts))], dtype=object)


def _required(estimator: BaseEstimator, y: Any) -> Any:
    if y is None:
        raise ValueError(f"This {type(estimator).__name__} estimator requires y to be passed, but the target y is None.")
    return y


def _require_rows(table: Any, *, least: int) -> None:
    if table.shape[0] < least:
        raise ValueError(f"Found a table with {table.shape[0]} sample(s) (shape={table.shape}) while a minimum of {least} is required.")


def _as_numbers(array: np.ndarray) -> np.ndarray:
    """The numbers inside an object array, where all cells are numbers; otherwise the array as it is."""
    try:
        return np.where(array == None, np.nan, array).astype(np.float64)  # noqa: E711 (each cell is compared)
    except ValueError:
        return array


def _padded(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows, repeated up to a multiple of `ROW_BLOCK`: then a row's answer is the same to the last bit, whatever rows come with it."""
    missing = -frame.height % ROW_BLOCK
    return frame[np.arange(frame.height + missing) % frame.height] if missing else frame


def _seed(random_state: Any) -> int:
    if isinstance(random_state, (int, np.integer)) and random_state >= 0:
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31))


def _unused_name(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name
