"""Charts as SVG text: each function takes plain numbers and returns markup that needs no script."""

from luthier.report.charts.calibration import calibration_chart as calibration_chart
from luthier.report.charts.confusion import confusion_picture as confusion_picture
from luthier.report.charts.confusion import confusion_table as confusion_table
from luthier.report.charts.confusion import worst_confusions as worst_confusions
from luthier.report.charts.curves import cost_chart as cost_chart
from luthier.report.charts.curves import precision_recall_chart as precision_recall_chart
from luthier.report.charts.curves import roc_chart as roc_chart
from luthier.report.charts.lanes import Lane as Lane
from luthier.report.charts.lanes import lane_chart as lane_chart
from luthier.report.charts.learning import learning_chart as learning_chart
from luthier.report.charts.parallel import parallel_chart as parallel_chart
from luthier.report.charts.residuals import predicted_actual_chart as predicted_actual_chart
from luthier.report.charts.residuals import residual_chart as residual_chart
from luthier.report.charts.residuals import residual_histogram as residual_histogram
from luthier.report.charts.rungs import rung_chart as rung_chart
from luthier.report.charts.slices import slice_chart as slice_chart
from luthier.report.charts.timebar import time_bar as time_bar

__all__ = [
    "Lane", "calibration_chart", "confusion_picture", "confusion_table", "cost_chart", "lane_chart", "learning_chart",
    "parallel_chart", "precision_recall_chart", "predicted_actual_chart", "residual_chart", "residual_histogram", "roc_chart",
    "rung_chart", "slice_chart", "time_bar", "worst_confusions",
]  # fmt: skip
