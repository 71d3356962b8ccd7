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
from luthier.evaluate.confidence_sequences import asymptotic_lower_bounds as asymptotic_lower_bounds
from luthier.evaluate.confidence_sequences import asymptotic_upper_bounds as asymptotic_upper_bounds
from luthier.evaluate.confidence_sequences import betting_capital as betting_capital
from luthier.evaluate.confidence_sequences import betting_lower_bounds as betting_lower_bounds
from luthier.evaluate.confidence_sequences import betting_p_value as betting_p_value
from luthier.evaluate.confidence_sequences import betting_upper_bounds as betting_upper_bounds
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
from luthier.evaluate.promotion import PromotionEvidence as PromotionEvidence
from luthier.evaluate.promotion import PromotionRules as PromotionRules
from luthier.evaluate.promotion import judge_promotion as judge_promotion
from luthier.evaluate.rollback import RollbackEvidence as RollbackEvidence
from luthier.evaluate.rollback import judge_rollback as judge_rollback
from luthier.evaluate.row_losses import RowLoss as RowLoss
from luthier.evaluate.row_losses import row_loss_for as row_loss_for
from luthier.evaluate.slice_gains import SliceGain as SliceGain
from luthier.evaluate.slices import Slice as Slice
from luthier.evaluate.slices import slice_rows as slice_rows

__all__ = [
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
    "Outlook",
    "PromotionEvidence",
    "PromotionRules",
    "ReliabilityBin",
    "Resample",
    "Residuals",
    "RollbackEvidence",
    "RowLoss",
    "Score",
    "SetCoverage",
    "Slice",
    "SliceGain",
    "Verdict",
    "apply_interval_rule",
    "apply_temperature",
    "asymptotic_lower_bounds",
    "asymptotic_upper_bounds",
    "betting_capital",
    "betting_lower_bounds",
    "betting_p_value",
    "betting_upper_bounds",
    "compare",
    "decimals",
    "default_metric",
    "evaluate",
    "fit_baselines",
    "fit_interval_rule",
    "fit_set_threshold",
    "fit_temperature",
    "format_score",
    "judge_promotion",
    "judge_rollback",
    "measure_intervals",
    "measure_optimism",
    "measure_sets",
    "metric_named",
    "metrics_for",
    "parse_costs",
    "permutation_importance",
    "pr_points",
    "prediction_sets",
    "reliability_points",
    "require_metric",
    "require_two_classes",
    "residual_points",
    "roc_points",
    "row_loss_for",
    "score_folds",
    "slice_rows",
]
