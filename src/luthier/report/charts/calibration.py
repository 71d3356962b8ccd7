"""The reliability diagram: what was predicted against what came true."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from luthier.report.charts.axes import Frame
from luthier.report.charts.svg import element, path
from luthier.report.judgement import CalibrationBin
from luthier.report.numerals import percent


def calibration_chart(bins: Sequence[CalibrationBin]) -> Markup:
    """Observed share against predicted probability; dots grow with the rows behind them."""
    frame = Frame.over((-0.02, 1.02), (-0.02, 1.02), x_label="Predicted probability", y_label="Observed share", percent=True)
    perfect = element("path", d=path([(frame.x(0), frame.y(0)), (frame.x(1), frame.y(1))]), class_="chance")
    line = element("path", d=path((frame.x(bin.predicted), frame.y(bin.observed)) for bin in bins), class_="line c1 faint")
    intervals = [
        element("line", x1=frame.x(bin.predicted), x2=frame.x(bin.predicted), y1=frame.y(bin.lower), y2=frame.y(bin.upper), class_="interval thin strong")
        for bin in bins
        if bin.lower is not None and bin.upper is not None
    ]
    return frame.draw(perfect, *intervals, line, *_dots(bins, frame), description=f"Reliability diagram with {len(bins)} groups of rows; on the diagonal, probabilities mean what they say.")


def _dots(bins: Sequence[CalibrationBin], frame: Frame) -> list[Markup]:
    most = max((bin.rows for bin in bins), default=1)
    return [
        element(
            "circle",
            element("title", f"predicted {percent(bin.predicted)}, came true {percent(bin.observed)}, {bin.rows:,} rows"),
            cx=frame.x(bin.predicted), cy=frame.y(bin.observed), r=2.5 + 4 * (bin.rows / most) ** 0.5, class_="dot strong",
        )  # fmt: skip
        for bin in bins
    ]
