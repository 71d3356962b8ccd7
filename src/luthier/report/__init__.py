"""Floor 3: records of plain numbers, drawn as one self-contained HTML page."""

from luthier.report.additions import Additions as Additions
from luthier.report.additions import ChoiceEffect as ChoiceEffect
from luthier.report.images import AnsweredImage as AnsweredImage
from luthier.report.images import AugmentationStory as AugmentationStory
from luthier.report.images import AugmentedImage as AugmentedImage
from luthier.report.images import ConfusedClasses as ConfusedClasses
from luthier.report.images import ExplainedImage as ExplainedImage
from luthier.report.images import ImageStory as ImageStory
from luthier.report.images import LabelSuspect as LabelSuspect
from luthier.report.judgement import CalibrationBin as CalibrationBin
from luthier.report.judgement import ClassificationDetail as ClassificationDetail
from luthier.report.judgement import ClassScores as ClassScores
from luthier.report.judgement import Coverage as Coverage
from luthier.report.judgement import CoverageGroup as CoverageGroup
from luthier.report.judgement import Curve as Curve
from luthier.report.judgement import DecisionThreshold as DecisionThreshold
from luthier.report.judgement import RegressionDetail as RegressionDetail
from luthier.report.numerals import number as number
from luthier.report.page import render as render
from luthier.report.plain import to_plain as to_plain
from luthier.report.record import ReportRecord as ReportRecord
from luthier.report.scores import Comparison as Comparison
from luthier.report.scores import Contestant as Contestant
from luthier.report.scores import Optimism as Optimism
from luthier.report.scores import Score as Score
from luthier.report.search import RungFacts as RungFacts
from luthier.report.search import SearchStory as SearchStory
from luthier.report.search import SettingImportance as SettingImportance
from luthier.report.search import TrialFacts as TrialFacts
from luthier.report.story import ColumnFacts as ColumnFacts
from luthier.report.story import ColumnImportance as ColumnImportance
from luthier.report.story import Fact as Fact
from luthier.report.story import FoldCurve as FoldCurve
from luthier.report.story import Importance as Importance
from luthier.report.story import LearningCurves as LearningCurves
from luthier.report.story import Phase as Phase
from luthier.report.story import SplitPart as SplitPart
from luthier.report.story import Splits as Splits
from luthier.report.story import TriedRecipe as TriedRecipe
from luthier.report.thumbnails import heat_thumbnail as heat_thumbnail
from luthier.report.thumbnails import thumbnail as thumbnail
from luthier.report.verdicts import cautions as cautions
from luthier.report.verdicts import interval_text as interval_text
from luthier.report.verdicts import verdict as verdict

__all__ = [
    "ImageStory",
    "AnsweredImage",
    "ConfusedClasses",
    "LabelSuspect",
    "ExplainedImage",
    "AugmentedImage",
    "AugmentationStory",
    "Additions",
    "ChoiceEffect",
    "thumbnail",
    "heat_thumbnail",
    "ReportRecord", "render", "verdict", "cautions", "interval_text", "number", "to_plain",
    "Score", "Contestant", "Comparison", "Optimism",
    "ClassificationDetail", "ClassScores", "Curve", "CalibrationBin", "Coverage", "CoverageGroup", "DecisionThreshold", "RegressionDetail",
    "SearchStory", "TrialFacts", "RungFacts", "SettingImportance",
    "ColumnFacts", "Splits", "SplitPart", "TriedRecipe", "LearningCurves", "FoldCurve", "Importance", "ColumnImportance", "Phase", "Fact",
]  # fmt: skip
