"""Two realistic records, with numbers computed from made-up predictions: a diagnosis of six classes and a house price."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, precision_recall_fscore_support, roc_auc_score, roc_curve

from luthier.core.findings import Event, Finding, Severity
from luthier.report import (
    CalibrationBin,
    ClassificationDetail,
    ClassScores,
    ColumnFacts,
    ColumnImportance,
    Comparison,
    Contestant,
    Coverage,
    CoverageGroup,
    Curve,
    DecisionThreshold,
    Fact,
    FoldCurve,
    Importance,
    LearningCurves,
    Optimism,
    Phase,
    RegressionDetail,
    ReportRecord,
    Score,
    SplitPart,
    Splits,
    TriedRecipe,
)

DIAGNOSES = ("negative", "hypothyroid", "hyperthyroid", "binding protein", "replacement therapy", "concurrent illness")
SUPPORT = (1060, 118, 47, 70, 66, 72)


def diagnosis_record() -> ReportRecord:
    """Six unequal classes, two warnings, an ensemble of three of five recipes."""
    truth, probabilities = _diagnoses()
    labels = {"log_loss": "Log-loss", "accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "roc_auc": "ROC AUC", "brier": "Brier score"}
    return ReportRecord(
        name="thyroid_diagnosis.csv",
        target="diagnosis",
        task="multiclass",
        task_why="text with six distinct values",
        metric="log_loss",
        metric_label="log-loss",
        rows=7164,
        sealed_rows=len(truth),
        seed=0,
        seconds_used=113.4,
        budget_seconds=120.0,
        created="2026-03-14T09:26:53+00:00",
        bundle="diagnosis.luthier",
        contestants=(
            _contestant("model", "Luthier", labels, (0.131, 0.962, 0.914, 0.991, 0.058), seconds=71.0),
            _contestant("constant", "The constant guess", labels, (0.961, 0.740, 0.167, 0.500, 0.438), seconds=0.01),
            _contestant("linear", "The linear model", labels, (0.342, 0.893, 0.671, 0.948, 0.162), seconds=1.8),
            _contestant("gradient boosting", "Gradient boosting", labels, (0.139, 0.959, 0.905, 0.989, 0.062), seconds=4.4),
        ),
        comparisons=(
            _comparison("constant", "The constant guess", "log-loss", 0.830, 0.789, 0.872, 0.0002, "better"),
            _comparison("linear", "The linear model", "log-loss", 0.211, 0.180, 0.243, 0.0002, "better"),
            _comparison("gradient boosting", "Gradient boosting", "log-loss", 0.008, -0.006, 0.022, 0.271, "not distinguishable"),
        ),
        optimism=Optimism(metric_label="log-loss", greater_is_better=False, best_fold=0.1214, sealed=0.1310, best_recipe="tabm-mini", ensemble_fold=0.1187),
        classification=_classification(truth, probabilities),
        learning=tuple(
            _learning(name, "Log-loss", start=0.9, end=end, seed=seed)
            for seed, (name, end) in enumerate({"tabm-mini": 0.118, "realmlp": 0.124, "residual-mlp": 0.139}.items())
        ),
        importance=_importance(
            "log-loss", {"TSH": 0.61, "FTI": 0.34, "TT4": 0.21, "on_thyroxine": 0.18, "T3": 0.094, "T4U": 0.061, "age": 0.012, "sex": 0.006, "sick": 0.001}
        ),
        findings=_findings(),
        checks_run=14,
        columns=_columns(),
        tried=_tried(),
        events=_events(),
        phases=tuple(Phase(name=name, seconds=seconds) for name, seconds in _PHASES.items()),
        splits=_splits(7164, len(truth)),
        provenance=tuple(Fact(label=label, value=value) for label, value in _PROVENANCE.items()),
    )


def binary_record() -> ReportRecord:
    """Two classes with stated costs of the two errors."""
    truth, probabilities = _diagnoses()
    ill, probability = (truth > 0).astype(int), 1 - probabilities[:, 0]
    thresholds = np.linspace(0.01, 0.99, 60)
    costs = [float(np.mean(np.where(ill == 1, 10.0 * (probability < t), 1.0 * (probability >= t)))) for t in thresholds]
    detail = ClassificationDetail(
        classes=("no", "yes"),
        confusion=tuple(tuple(int(((ill == i) & ((probability >= 0.09) == j)).sum()) for j in (0, 1)) for i in (0, 1)),
        per_class=(
            ClassScores(name="no", precision=0.99, recall=0.9, f1=0.94, support=1060),
            ClassScores(name="yes", precision=None, recall=0.97, f1=None, support=373),
        ),
        roc=(_roc("yes", ill, probability),),
        precision_recall=(_precision_recall("yes", ill, probability),),
        threshold=DecisionThreshold(
            positive_class="yes",
            miss_cost=10.0,
            false_cost=1.0,
            threshold=0.0909,
            cost=min(costs),
            default_cost=costs[30],
            thresholds=tuple(thresholds.tolist()),
            costs=tuple(costs),
        ),
    )
    return ReportRecord(
        name="patients.csv",
        target="ill",
        task="binary",
        metric="log_loss",
        metric_label="log-loss",
        rows=7164,
        sealed_rows=1433,
        seed=3,
        seconds_used=61.0,
        classification=detail,
    )


def price_record() -> ReportRecord:
    """A regression with a long right tail."""
    rng = np.random.default_rng(5)
    actual = np.exp(rng.normal(12.2, 0.5, 4128))
    predicted = actual * np.exp(rng.normal(0, 0.16, 4128)) * 0.99
    residuals = actual - predicted
    edges = np.concatenate([[residuals.min()], np.linspace(*np.quantile(residuals, [0.01, 0.99]), 41)[1:-1], [residuals.max()]])
    labels = {"rmse": "RMSE", "mae": "Mean absolute error", "r2": "R²", "median_absolute_error": "Median absolute error"}
    groups = [
        ("up to 140,000", 0.921, 831),
        ("140,000 to 180,000", 0.908, 824),
        ("180,000 to 230,000", 0.895, 826),
        ("230,000 to 310,000", 0.893, 822),
        ("above 310,000", 0.902, 825),
    ]
    return ReportRecord(
        name="houses.parquet",
        target="price",
        unit="USD",
        task="regression",
        task_why="numbers with 3,842 distinct values",
        metric="rmse",
        metric_label="RMSE",
        rows=20640,
        sealed_rows=4128,
        seed=7,
        seconds_used=288.0,
        budget_seconds=300.0,
        bundle="price.luthier",
        contestants=(
            _contestant("model", "Luthier", labels, (48211.0, 31240.0, 0.826, 19850.0), seconds=232.0),
            _contestant("constant", "The constant guess", labels, (115600.0, 91230.0, 0.0, 74900.0), seconds=0.01),
            _contestant("linear", "The linear model", labels, (69310.0, 49980.0, 0.641, 36200.0), seconds=0.6),
            _contestant("gradient boosting", "Gradient boosting", labels, (46950.0, 31010.0, 0.835, 19720.0), seconds=2.9),
        ),
        comparisons=(
            _comparison("constant", "The constant guess", "RMSE", 67389.0, 64800.0, 69950.0, 0.0002, "better"),
            _comparison("linear", "The linear model", "RMSE", 21099.0, 19400.0, 22800.0, 0.0002, "better"),
            _comparison("gradient boosting", "Gradient boosting", "RMSE", -1261.0, -2250.0, -290.0, 0.012, "worse"),
        ),
        optimism=Optimism(metric_label="RMSE", greater_is_better=False, best_fold=48650.0, sealed=48211.0, best_recipe="realmlp"),
        regression=RegressionDetail(
            actual=tuple(actual[:1500].tolist()),
            predicted=tuple(predicted[:1500].tolist()),
            residual_edges=tuple(edges.tolist()),
            residual_counts=tuple(np.histogram(residuals, edges)[0].tolist()),
            coverage=Coverage(
                promised=0.9,
                measured=0.904,
                lower=0.895,
                upper=0.913,
                mean_size=139400.0,
                groups=tuple(CoverageGroup(label=label, measured=share, rows=rows) for label, share, rows in groups),
            ),
        ),
        learning=tuple(
            _learning(name, "RMSE", start=110000.0, end=end, seed=seed, train=False)
            for seed, (name, end) in enumerate({"realmlp": 48600.0, "tabm-mini": 49100.0}.items())
        ),
        importance=_importance(
            "RMSE", {"median_income": 38100.0, "latitude": 30200.0, "longitude": 27500.0, "rooms": 5100.0, "house_age": 2600.0, "population": 400.0}
        ),
        checks_run=14,
        splits=_splits(20640, 4128),
        phases=tuple(Phase(name=name, seconds=seconds * 2.5) for name, seconds in _PHASES.items()),
    )


def _diagnoses() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(11)
    truth = np.repeat(np.arange(6), SUPPORT)
    logits = rng.normal(0, 1.35, (len(truth), 6)) + np.array([2.2, 0, -0.8, -0.4, -0.4, -0.3])
    logits[np.arange(len(truth)), truth] += rng.normal(5.6, 2.0, len(truth))
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return truth, exponentials / exponentials.sum(axis=1, keepdims=True)


def _classification(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> ClassificationDetail:
    called, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    sets = probabilities >= 0.12
    sets[np.arange(len(truth)), called] = True
    inside = sets[np.arange(len(truth)), truth]
    rates = list(zip(*precision_recall_fscore_support(truth, called), strict=True))
    return ClassificationDetail(
        classes=DIAGNOSES,
        confusion=tuple(tuple(int(((truth == i) & (called == j)).sum()) for j in range(6)) for i in range(6)),
        per_class=tuple(
            ClassScores(name=name, precision=float(p), recall=float(r), f1=float(f), support=int(n))
            for name, (p, r, f, n) in zip(DIAGNOSES, rates, strict=True)
        ),
        roc=tuple(_roc(name, truth == k, probabilities[:, k]) for k, name in enumerate(DIAGNOSES)),
        precision_recall=tuple(_precision_recall(name, truth == k, probabilities[:, k]) for k, name in enumerate(DIAGNOSES)),
        calibration=_calibration(confidence, called == truth),
        calibration_error=0.0113,
        temperature=1.18,
        coverage=Coverage(
            promised=0.9,
            measured=float(inside.mean()),
            lower=float(inside.mean()) - 0.012,
            upper=float(inside.mean()) + 0.011,
            mean_size=float(sets.sum(axis=1).mean()),
            size_counts=tuple(np.bincount(sets.sum(axis=1))[1:].tolist()),
            groups=tuple(CoverageGroup(label=name, measured=float(inside[truth == k].mean()), rows=SUPPORT[k]) for k, name in enumerate(DIAGNOSES)),
        ),
    )


def _roc(name: str, truth: NDArray, scores: NDArray) -> Curve:
    x, y, _ = roc_curve(truth, scores)
    return Curve(name=name, x=tuple(x.tolist()), y=tuple(y.tolist()), area=float(roc_auc_score(truth, scores)))


def _precision_recall(name: str, truth: NDArray, scores: NDArray) -> Curve:
    precision, recall, _ = precision_recall_curve(truth, scores)
    kept = np.unique(np.linspace(0, len(recall) - 1, 200).astype(int))
    return Curve(name=name, x=tuple(recall[kept].tolist()), y=tuple(precision[kept].tolist()), area=float(average_precision_score(truth, scores)))


def _calibration(confidence: NDArray, right: NDArray) -> tuple[CalibrationBin, ...]:
    bins = []
    for part in np.array_split(np.argsort(confidence), 10):
        observed = float(right[part].mean())
        half = 1.96 * float(np.sqrt(max(observed * (1 - observed), 0.002) / len(part)))
        bins.append(
            CalibrationBin(
                predicted=float(confidence[part].mean()), observed=observed, rows=len(part), lower=max(observed - half, 0.0), upper=min(observed + half, 1.0)
            )
        )
    return tuple(bins)


def _contestant(name: str, label: str, labels: dict[str, str], values: tuple[float, ...], *, seconds: float) -> Contestant:
    rising = ("accuracy", "balanced_accuracy", "roc_auc", "r2")
    scores = [
        Score(
            metric=metric,
            label=metric_label,
            greater_is_better=metric in rising,
            value=value,
            lower=value - 0.045 * (1.03 - value if metric in rising else value),
            upper=value + 0.05 * (1.03 - value if metric in rising else value),
        )
        for (metric, metric_label), value in zip(labels.items(), values, strict=True)
    ]
    return Contestant(name=name, label=label, scores=tuple(scores), seconds=seconds)


def _comparison(baseline: str, label: str, metric: str, improvement: float, lower: float, upper: float, p_value: float, verdict: str) -> Comparison:
    opening = f"{verdict.capitalize()} {'from' if verdict == 'not distinguishable' else 'than'} {label[0].lower()}{label[1:]}"
    sentence = f"{opening}: {metric} differs by {improvement:,g} (95 % interval {lower:,g} to {upper:,g})."
    return Comparison(
        baseline=baseline,
        label=label,
        metric_label=metric,
        improvement=improvement,
        lower=lower,
        upper=upper,
        p_value=p_value,
        verdict=verdict,
        sentence=sentence,
    )


def _learning(name: str, label: str, *, start: float, end: float, seed: int, train: bool = True) -> LearningCurves:
    rng = np.random.default_rng(seed)
    folds = []
    for fold in range(5):
        epochs = np.arange(1, 60 + rng.integers(0, 30))
        decay = np.exp(-epochs / 9.0)
        validation = (
            end * (1 + 0.06 * rng.normal())
            + (start - end) * decay
            + end * 0.0000012 * np.maximum(epochs - 38, 0) ** 3
            + rng.normal(0, end * 0.012, len(epochs))
        )
        training = tuple((end * 0.45 + (start - end * 0.45) * np.exp(-epochs / 14.0)).tolist()) if train else ()
        best = float(epochs[validation.argmin()])
        folds.append(
            FoldCurve(fold=fold + 1, epochs=tuple(epochs.astype(float).tolist()), train=training, validation=tuple(validation.tolist()), best_epoch=best)
        )
    return LearningCurves(recipe=name, loss_label=label, folds=tuple(folds))


def _importance(metric: str, drops: dict[str, float]) -> Importance:
    largest = max(drops.values())
    columns = [ColumnImportance(column=name, drop=drop, spread=0.03 * drop + 0.004 * largest) for name, drop in drops.items()]
    return Importance(metric_label=metric, repeats=5, columns=tuple(columns))


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            name="strong-imbalance",
            severity=Severity.WARN,
            evidence="Class 'hyperthyroid' has 235 of 7,164 rows (3.3 %).",
            remedy="Read its recall, not the accuracy; collect more rows of it if it matters.",
        ),
        Finding(
            name="duplicate-rows",
            severity=Severity.WARN,
            evidence="72 rows occur more than once; copies stay on one side of every split.",
            remedy="Remove them if they are copies of one patient.",
        ),
        Finding(
            name="identifier-column",
            severity=Severity.NOTE,
            evidence="Column 'patient_id' has a different value in every row.",
            remedy="Nothing: it is left out. State --kind patient_id=numeric if it means something.",
            columns=("patient_id",),
        ),
    )


def _columns() -> tuple[ColumnFacts, ...]:
    return (
        ColumnFacts(name="age", kind="numeric", why="whole numbers from 1 to 97", missing_share=0.0, example="63"),
        ColumnFacts(name="sex", kind="category", why="text with 2 distinct values", missing_share=0.034, example="F"),
        ColumnFacts(name="on_thyroxine", kind="boolean", why="only f and t", missing_share=0.0, example="f"),
        ColumnFacts(name="TSH", kind="numeric", why="numbers", missing_share=0.092, example="1.3"),
        ColumnFacts(name="T3", kind="numeric", why="numbers", missing_share=0.284, example="2.5"),
        ColumnFacts(name="TT4", kind="numeric", why="numbers", missing_share=0.048, example="125"),
        ColumnFacts(name="FTI", kind="numeric", guessed=False, missing_share=0.087, example="109"),
        ColumnFacts(name="referral_source", kind="category", why="text with 6 distinct values", missing_share=0.0, example="SVHC"),
        ColumnFacts(name="patient_id", kind="identifier", why="a different value in every row", used=False, missing_share=0.0, example="840801013"),
    )


def _tried() -> tuple[TriedRecipe, ...]:
    return (
        TriedRecipe(
            name="tabm-mini",
            id="7f3a91c2",
            settings="tabm-mini (members 16), adamw, learning rate 0.002, cosine, batch 256, weight decay 0.0003",
            folds=5,
            score_mean=0.1214,
            score_spread=0.0102,
            weight=0.52,
            epochs=71,
            best_epoch=42,
            seconds=31.2,
            state="stopped early",
        ),
        TriedRecipe(
            name="realmlp",
            id="0c55d1e8",
            settings="realmlp, adam (beta2 0.95), learning rate 0.04, coslog4, batch 256, label smoothing 0.1",
            folds=5,
            score_mean=0.1263,
            score_spread=0.0093,
            weight=0.36,
            epochs=64,
            best_epoch=58,
            seconds=24.9,
        ),
        TriedRecipe(
            name="residual-mlp",
            id="a91b7704",
            settings="residual-mlp, adamw, learning rate 0.001, cosine, batch 256",
            folds=5,
            score_mean=0.1391,
            score_spread=0.0121,
            weight=0.12,
            epochs=55,
            best_epoch=31,
            seconds=10.4,
            state="stopped early",
        ),
        TriedRecipe(
            name="mlp",
            id="51d0aa3f",
            settings="mlp, muon, learning rate 0.02, warmup-stable-decay, batch 512",
            folds=5,
            score_mean=0.1577,
            score_spread=0.0148,
            epochs=48,
            best_epoch=20,
            seconds=4.1,
            state="rolled back",
            note="Fold 3 diverged at epoch 12 and went on at half the learning rate.",
        ),
        TriedRecipe(
            name="mlp-wide", id="e2c81b90", settings="mlp, sgd, learning rate 1, constant, batch 256", folds=0, score_mean=None, seconds=0.9, state="diverged"
        ),
    )


def _events() -> tuple[Event, ...]:
    return (
        Event(name="rows-without-target", what="118 rows have no diagnosis and were set aside."),
        Event(name="kind-guessed", what="Column 'referral_source' was taken for a category."),
        Event(name="epochs-capped", what="The time allowed 96 of at most 256 epochs."),
    )


def _splits(rows: int, sealed: int) -> Splits:
    rest = rows - sealed
    folds = [SplitPart(name=f"fold {k + 1}", rows=rest // 5, role=f"judged networks that learned from {rest - rest // 5:,} rows") for k in range(5)]
    parts = (
        SplitPart(name="training", rows=rest, role="learned from and judged on in folds"),
        SplitPart(name="sealed", rows=sealed, role="opened once, after the last choice"),
    )
    return Splits(kind="stratified", parts=(*parts, *folds))


_PHASES = {"reading": 0.9, "checks": 1.6, "training": 96.2, "ensemble and calibration": 1.4, "export": 4.8, "sealed rows and baselines": 7.3, "report": 0.8}
_PROVENANCE = {
    "seed": "0", "device": "cpu, 2 threads", "system": "Linux 6.1 x86_64", "Python": "3.11.9", "luthier": "0.1.0", "torch": "2.13.0", "polars": "2.1.0",
    "data hash": "9be1c7d05521aa3e", "weights hash": "55d1e80c7f3a91c2",
}  # fmt: skip
