"""One system learns from the rows of a folder and answers the sealed ones: run by the Python of the system's own environment.

    PYTHON answer.py SYSTEM FOLDER ANSWER.npy --budget SECONDS --seed N

FOLDER is what `Rows.write` wrote. ANSWER.npy holds probabilities [rows, classes], or numbers [rows]; a better answer replaces an earlier one.
Prints one line of JSON: the version of the system and what it did. Knows nothing of Luthier.
"""

from __future__ import annotations

import time

STARTED = time.monotonic()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import tempfile  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

BAG = 5
"Networks of pytabkit's own cross-validation, whose mean answers, where the clock allows them after the first one."
FOLDS, FEWEST_ROWS_OF_ONE_FOLD = 3, 20_000
"The random search judges by three folds, and by one where the table is large."


@dataclass(frozen=True)
class Given:
    """What a system gets."""

    train: pd.DataFrame
    truth: np.ndarray
    sealed: pd.DataFrame
    columns: dict[str, str]
    "`number`, `category` or `date`, by name."
    classes: int
    "0 for a regression."
    budget: float
    seed: int
    answer: Path

    @property
    def is_classification(self) -> bool:
        """True where a class is predicted."""
        return self.classes > 0

    @property
    def seconds_left(self) -> float:
        """Until the budget is over."""
        return self.budget - (time.monotonic() - STARTED)

    def of_kind(self, kind: str) -> list[str]:
        """Names of the columns."""
        return [name for name, found in self.columns.items() if found == kind]

    def save(self, prediction: np.ndarray, classes: np.ndarray | None = None) -> None:
        """Write an answer; it appears whole or not at all."""
        if self.is_classification:
            aligned = np.zeros((len(prediction), self.classes))
            aligned[:, np.asarray(classes).astype(int)] = prediction
            prediction = aligned
        part = self.answer.with_suffix(".part.npy")
        np.save(part, np.asarray(prediction, dtype=np.float64))
        part.replace(self.answer)

    def save_from(self, model: object, sealed: pd.DataFrame) -> None:
        """Write what a model with scikit-learn's face answers."""
        if self.is_classification:
            self.save(model.predict_proba(sealed), model.classes_)
        else:
            self.save(np.ravel(model.predict(sealed)))


def read(folder: Path, answer: Path, *, budget: float, seed: int) -> Given:
    """The rows; dates become numbers."""
    facts = json.loads((folder / "facts.json").read_text())
    columns = dict(facts["columns"])
    train, sealed = pd.read_parquet(folder / "train.parquet"), pd.read_parquet(folder / "sealed.parquet")
    for name in [name for name, kind in columns.items() if kind == "date"]:
        train, sealed = _date_as_numbers(train, name), _date_as_numbers(sealed, name)
        del columns[name]
        columns |= {part: "number" for part in train.columns if part not in columns and part.startswith(f"{name} ")}
    for name in [name for name, kind in columns.items() if kind == "category"]:
        train[name], sealed[name] = (frame[name].astype(object).where(frame[name].notna(), "missing").astype(str) for frame in (train, sealed))
    truth = np.load(folder / "truth.npy")
    return Given(train=train, truth=truth, sealed=sealed, columns=columns, classes=facts["classes"], budget=budget, seed=seed, answer=answer)


def _date_as_numbers(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    date = frame[name]
    seconds = (date - pd.Timestamp(0)).dt.total_seconds()
    parts = {"seconds": seconds, "hour": date.dt.hour, "weekday": date.dt.weekday, "month": date.dt.month}
    return frame.drop(columns=name).assign(**{f"{name} {part}": values.astype(float) for part, values in parts.items()})


def imputed(given: Given) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Medians where numbers are missing, with a column that says so; categories as pandas knows them."""
    train, sealed = given.train.copy(), given.sealed.copy()
    for name in given.of_kind("number"):
        missing = train[name].isna()
        for frame in (train, sealed):
            if missing.any():
                frame[f"{name} is missing"] = frame[name].isna().astype(float)
            frame[name] = frame[name].fillna(0.0 if missing.all() else train[name].median())
    for name in given.of_kind("category"):
        train[name], sealed[name] = train[name].astype("category"), sealed[name].astype("category")
    return train, sealed


def random_search(given: Given) -> str:
    """scikit-learn: RandomizedSearchCV over pipelines with an MLP, round after round until the clock says that another does not fit."""
    from sklearn.base import clone
    from sklearn.model_selection import RandomizedSearchCV, ShuffleSplit

    one_split = ShuffleSplit(n_splits=1, test_size=0.2, random_state=given.seed)
    folds = one_split if len(given.train) > FEWEST_ROWS_OF_ONE_FOLD else FOLDS
    default = _mlp_pipeline(given)
    default.fit(given.train, given.truth)
    given.save_from(default, given.sealed)
    rounds, slowest, best = 0, (time.monotonic() - STARTED) * (1 if folds is one_split else FOLDS), (-np.inf, {}, 0.0)
    cores = len(os.sched_getaffinity(0))
    while given.seconds_left > 1.3 * slowest + 2.0 * best[2]:
        started = time.monotonic()
        points = _mlp_points(given) if rounds else {key: [values[0]] for key, values in _mlp_points(given).items()}
        search = RandomizedSearchCV(
            default, points, n_iter=cores if rounds else 1, cv=folds, scoring=_score, refit=False, random_state=given.seed + rounds, n_jobs=cores
        )
        search.fit(given.train, given.truth)
        best = max(best, *_judged(search.cv_results_), key=lambda judged: judged[0])
        rounds, slowest = rounds + 1, max(slowest if rounds else 0.0, time.monotonic() - started)
    if rounds > 1:
        given.save_from(clone(default).set_params(**best[1]).fit(given.train, given.truth), given.sealed)
    return f"{1 + (rounds - 1) * cores if rounds else 0} candidates judged"


def _mlp_pipeline(given: Given) -> object:
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import Pipeline, make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler())
    categories = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=100, sparse_output=False)
    columns = ColumnTransformer([("numbers", numbers, given.of_kind("number")), ("categories", categories, given.of_kind("category"))])
    if given.is_classification:
        return Pipeline([("columns", columns), ("net", MLPClassifier(random_state=given.seed))])
    return Pipeline([("columns", columns), ("net", TransformedTargetRegressor(MLPRegressor(random_state=given.seed), transformer=StandardScaler()))])


def _mlp_points(given: Given) -> dict[str, list]:
    """What is searched; the first value of each is scikit-learn's default."""
    rng = np.random.default_rng(given.seed)
    prefix = "net__" if given.is_classification else "net__regressor__"
    points = {
        "hidden_layer_sizes": [(100,), (64, 64), (128, 128), (256, 256), (128, 128, 128), (256,)],
        "alpha": [1e-4, *np.exp(rng.uniform(np.log(1e-6), np.log(1.0), size=50)).tolist()],
        "learning_rate_init": [1e-3, *np.exp(rng.uniform(np.log(2e-4), np.log(1e-2), size=50)).tolist()],
        "batch_size": ["auto", 64, 128, 256],
        "max_iter": [200, 10, 20, 50, 100],
    }
    return {prefix + name: values for name, values in points.items()}


def _judged(results: dict) -> list[tuple[float, dict, float]]:
    """(score, point, seconds of a fit) of the candidates that could be judged."""
    found = zip(results["mean_test_score"], results["params"], results["mean_fit_time"], strict=True)
    return [judged for judged in found if np.isfinite(judged[0])] or [(-np.inf, {}, 0.0)]


def _score(model: object, rows: pd.DataFrame, truth: np.ndarray) -> float:
    """Minus the log-loss, or minus the RMSE; a class that the model has not seen has no probability."""
    if not hasattr(model, "classes_"):
        return -float(np.sqrt(np.mean((model.predict(rows) - truth) ** 2)))
    place = {label: number for number, label in enumerate(model.classes_)}
    probabilities = np.column_stack([model.predict_proba(rows), np.zeros(len(rows))])
    given = probabilities[np.arange(len(rows)), [place.get(label, -1) for label in truth]]
    return float(np.mean(np.log(np.clip(given, np.finfo(float).eps, 1.0))))


def realmlp(given: Given) -> str:
    """pytabkit: RealMLP-TD-S with its defaults, stopped by the metric that is judged."""
    from pytabkit import RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor

    return _pytabkit(given, RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor)


def tabm(given: Given) -> str:
    """pytabkit: TabM-D with its defaults, stopped by the metric that is judged."""
    from pytabkit import TabM_D_Classifier, TabM_D_Regressor

    return _pytabkit(given, TabM_D_Classifier, TabM_D_Regressor)


def _pytabkit(given: Given, classifier: type, regressor: type) -> str:
    train, sealed = imputed(given)
    common = {"device": "cpu", "random_state": given.seed, "verbosity": 0, "n_threads": len(os.sched_getaffinity(0))}

    def fit(networks: int) -> float:
        started = time.monotonic()
        model = classifier(**common, n_cv=networks, val_metric_name="cross_entropy") if given.is_classification else regressor(**common, n_cv=networks)
        limit = max(int(given.seconds_left), 1)  # kept by RealMLP; TabM knows no clock
        model.fit(train, given.truth, cat_col_names=given.of_kind("category"), time_to_fit_in_seconds=limit)
        given.save_from(model, sealed)
        return time.monotonic() - started

    seconds = fit(1)
    if given.seconds_left < BAG * seconds:
        return f"1 network in {seconds:.0f} s; no time for {BAG}"
    return f"{BAG} networks in {fit(BAG):.0f} s after 1 in {seconds:.0f} s"


def catboost(given: Given) -> str:
    """CatBoost with all its defaults: 1,000 trees, no rows held back."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    quiet = {"random_seed": given.seed, "verbose": False, "allow_writing_files": False}
    kind = CatBoostClassifier if given.is_classification else CatBoostRegressor
    model = kind(**quiet, cat_features=given.of_kind("category")).fit(given.train, given.truth)
    given.save_from(model, given.sealed)
    return f"{model.tree_count_} trees"


def autogluon_nn(given: Given) -> str:
    """AutoGluon: its NN_TORCH, bagged eight times."""
    return _autogluon(given, hyperparameters={"NN_TORCH": {}}, num_bag_folds=8)


def autogluon_medium(given: Given) -> str:
    """AutoGluon: its preset medium_quality."""
    return _autogluon(given, presets="medium_quality")


def _autogluon(given: Given, **settings: object) -> str:
    from autogluon.tabular import TabularPredictor

    label = "the target"
    problem = ("binary" if given.classes == 2 else "multiclass") if given.is_classification else "regression"
    metric = "log_loss" if given.is_classification else "root_mean_squared_error"
    with tempfile.TemporaryDirectory() as folder:
        predictor = TabularPredictor(label=label, problem_type=problem, eval_metric=metric, path=folder, verbosity=0)
        predictor.fit(given.train.assign(**{label: given.truth}), time_limit=given.budget, **settings)
        if given.is_classification:
            probabilities = predictor.predict_proba(given.sealed, as_multiclass=True)
            given.save(probabilities.to_numpy(), probabilities.columns.to_numpy())
        else:
            given.save(predictor.predict(given.sealed).to_numpy())
        return f"{len(predictor.model_names())} models, {predictor.model_best} answered"


SYSTEMS: dict[str, tuple[Callable[[Given], str], str]] = {
    "scikit-learn": (random_search, "scikit-learn"),
    "realmlp-td-s": (realmlp, "pytabkit"),
    "tabm-d": (tabm, "pytabkit"),
    "catboost": (catboost, "catboost"),
    "autogluon-nn": (autogluon_nn, "autogluon.tabular"),
    "autogluon-medium": (autogluon_medium, "autogluon.tabular"),
}
"The function that answers, and the distribution whose version is told."


def main() -> None:
    """Answer, and tell how."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("answer", type=Path)
    parser.add_argument("--budget", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    run, distribution = SYSTEMS[wanted.system]
    note = run(read(wanted.folder, wanted.answer, budget=wanted.budget, seed=wanted.seed))
    print(json.dumps({"version": version(distribution), "note": note}))


if __name__ == "__main__":
    main()
