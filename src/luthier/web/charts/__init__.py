"""Charts of a model in use, as markup that needs no script; they share the colors and marks of the report's."""

from luthier.web.charts.quality import quality_chart as quality_chart
from luthier.web.charts.run_curves import curve_style as curve_style
from luthier.web.charts.run_curves import run_chart as run_chart
from luthier.web.charts.traffic import sparkline as sparkline
from luthier.web.charts.traffic import traffic_chart as traffic_chart
from luthier.web.charts.traffic import traffic_style as traffic_style

__all__ = ["curve_style", "quality_chart", "run_chart", "sparkline", "traffic_chart", "traffic_style"]
