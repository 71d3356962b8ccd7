"""Floor 2: judging. Metrics, intervals, calibration, conformal answers, baselines and comparisons: functions of (prediction, truth)."""

from luthier.evaluate.answers import Answers as Answers
from luthier.evaluate.answers import Resample as Resample
from luthier.evaluate.baseline_models import BASELINES as BASELINES
from luthier.evaluate.baseline_models import Baseline as Baseline
from luthier.evaluate.baseline_models import BaselineData as BaselineData
from luthier.evaluate.baseline_models import Outlook as Outlook
from luthier.evaluate.baselines import BaselineRun as BaselineRun
from luthier.evaluate.baselines import fit_baselines as fit_baselines
from luthier.evaluate.calibration import apply_temperature as apply_temperature
from luthier.evaluate.calibration import fit_temperature as fit_temperature
from luthier.evaluate.class_scores import ClassScores as ClassScores
from luthier.evaluate.comparison import Comparison as Comparison
from luthier.evaluate.comparison import Verdict as Verdict
from luthier.evaluate.comparison import compare as compare
from luthier.evaluate.comparison import decimals as decimals
from luthier.evaluate.comparison import format_score as format_score
from luthier.evaluate.costs import Costs as Costs
from luthier.evaluate.costs import CostScore as CostScore
from luthier.evaluate.costs import parse_costs as parse_costs
from luthier.evaluate.costs import require_two_classes as require_two_classes
from luthier.evaluate.curves import Curve as Curve
from luthier.evaluate.curves import ReliabilityBin as ReliabilityBin
from luthier.evaluate.curves import Residuals as Residuals
from luthier.evaluate.curves import pr_points as pr_points
from luthier.evaluate.curves import reliability_points as reliability_points
from luthier.evaluate.curves import residual_points as residual_points
from luthier.evaluate.curves import roc_points as roc_points
from luthier.evaluate.evaluation import Evaluation as Evaluation
from luthier.evaluate.evaluation import Score as Score
from luthier.evaluate.evaluation import evaluate as evaluate
from luthier.evaluate.folds import FoldScores as FoldScores
from luthier.evaluate.folds import Optimism as Optimism
from luthier.evaluate.folds import measure_optimism as measure_optimism
from luthier.evaluate.folds import score_folds as score_folds
from luthier.evaluate.importance import ColumnImportance as ColumnImportance
from luthier.evaluate.importance import Importance as Importance
from luthier.evaluate.importance import permutation_importance as permutation_importance
from luthier.evaluate.intervals import Interval as Interval
from luthier.evaluate.metric import Metric as Metric
from luthier.evaluate.metrics import METRICS as METRICS
from luthier.evaluate.metrics import default_metric as default_metric
from luthier.evaluate.metrics import metric_named as metric_named
from luthier.evaluate.metrics import metrics_for as metrics_for
from luthier.evaluate.metrics import require_metric as require_metric
from luthier.evaluate.prediction_intervals import IntervalCoverage as IntervalCoverage
from luthier.evaluate.prediction_intervals import IntervalRule as IntervalRule
from luthier.evaluate.prediction_intervals import apply_interval_rule as apply_interval_rule
from luthier.evaluate.prediction_intervals import fit_interval_rule as fit_interval_rule
from luthier.evaluate.prediction_intervals import measure_intervals as measure_intervals
from luthier.evaluate.prediction_sets import SetCoverage as SetCoverage
from luthier.evaluate.prediction_sets import fit_set_threshold as fit_set_threshold
from luthier.evaluate.prediction_sets import measure_sets as measure_sets
from luthier.evaluate.prediction_sets import prediction_sets as prediction_sets

__all__ = [
    "Outlook",
    "require_metric",
    "BASELINES",
    "METRICS",
    "Answers",
    "Baseline",
    "BaselineData",
    "BaselineRun",
    "ClassScores",
    "ColumnImportance",
    "Comparison",
    "CostScore",
    "Costs",
    "Curve",
    "Evaluation",
    "FoldScores",
    "Importance",
    "Interval",
    "IntervalCoverage",
    "IntervalRule",
    "Metric",
    "Optimism",
    "ReliabilityBin",
    "Resample",
    "Residuals",
    "Score",
    "SetCoverage",
    "Verdict",
    "apply_interval_rule",
    "apply_temperature",
    "compare",
    "decimals",
    "default_metric",
    "evaluate",
    "fit_baselines",
    "fit_interval_rule",
    "fit_set_threshold",
    "fit_temperature",
    "format_score",
    "measure_intervals",
    "measure_optimism",
    "measure_sets",
    "metric_named",
    "metrics_for",
    "parse_costs",
    "require_two_classes",
    "permutation_importance",
    "pr_points",
    "prediction_sets",
    "reliability_points",
    "residual_points",
    "roc_points",
    "score_folds",
]
