"""The reliability diagram: what was predicted against what came true."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from luthier.report.charts.axes import Frame
from luthier.report.charts.svg import element, path
from luthier.report.judgement import CalibrationBin
from luthier.report.numerals import percent

_AREA = (-0.04, 1.04)
"A little more than 0 to 1, so that dots at the ends are whole."


def calibration_chart(bins: Sequence[CalibrationBin], rows_called: str = "rows") -> Markup:
    """Observed share against predicted probability; dots grow with the rows behind them."""
    frame = Frame.over(_AREA, _AREA, x_label="Predicted probability", y_label="Observed share", percent=True)
    perfect = element("path", d=path([(frame.x(0), frame.y(0)), (frame.x(1), frame.y(1))]), class_="chance")
    line = element("path", d=path((frame.x(group.predicted), frame.y(group.observed)) for group in bins), class_="line c1 faint")
    intervals = [
        element(
            "line", x1=frame.x(group.predicted), x2=frame.x(group.predicted), y1=frame.y(group.lower), y2=frame.y(group.upper), class_="interval thin strong"
        )
        for group in bins
        if group.lower is not None and group.upper is not None
    ]
    return frame.draw(
        perfect,
        *intervals,
        line,
        *_dots(bins, frame, rows_called),
        description=f"Reliability diagram with {len(bins)} groups of {rows_called}; on the diagonal, probabilities mean what they say.",
    )


def _dots(bins: Sequence[CalibrationBin], frame: Frame, rows_called: str) -> list[Markup]:
    most = max((group.rows for group in bins), default=1)
    return [
        element(
            "circle",
            element("title", f"predicted {percent(group.predicted)}, came true {percent(group.observed)}, {group.rows:,} {rows_called}"),
            cx=frame.x(group.predicted),
            cy=frame.y(group.observed),
            r=2 + 3 * (group.rows / most) ** 0.5,
            class_="dot strong",
        )
        for group in bins
    ]
