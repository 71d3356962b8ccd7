"""Regression in pictures: predicted against actual, residuals against prediction, and how the residuals lie."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from markupsafe import Markup

from luthier.report.charts.axes import Frame, span
from luthier.report.charts.svg import dots, element, path
from luthier.report.judgement import RegressionDetail
from luthier.report.numerals import number


def predicted_actual_chart(detail: RegressionDetail, rows_called: str = "rows") -> Markup:
    """Predictions upwards over the truth; on the diagonal they are equal."""
    both = span([*detail.actual, *detail.predicted])
    frame = Frame.over(both, both, x_label="Actual", y_label="Predicted")
    diagonal = element("path", d=path([(frame.x(both[0]), frame.y(both[0])), (frame.x(both[1]), frame.y(both[1]))]), class_="chance")
    cloud = _cloud(detail.actual, detail.predicted, frame)
    return frame.draw(cloud, diagonal, description=f"Predicted against actual for {len(detail.actual)} sealed {rows_called}.")


def residual_chart(detail: RegressionDetail, rows_called: str = "rows") -> Markup:
    """Truth minus prediction over the prediction; a pattern around zero is something not learned."""
    residuals = [truth - prediction for truth, prediction in zip(detail.actual, detail.predicted, strict=True)]
    frame = Frame.over(span(detail.predicted), span(residuals), x_label="Predicted", y_label="Actual − predicted")
    zero = element("path", d=path([(frame.x(frame.x.low), frame.y(0)), (frame.x(frame.x.high), frame.y(0))]), class_="chance")
    told = f"Residuals against prediction for {len(residuals)} sealed {rows_called}."
    return frame.draw(_cloud(detail.predicted, residuals, frame), zero, description=told)


def residual_histogram(detail: RegressionDetail, rows_called: str = "rows") -> Markup:
    """How many rows miss by how much. Far outer bins are drawn no wider than the others, pale, so that their area does not mislead."""
    edges, counts = detail.residual_edges, detail.residual_counts
    widths = [after - before for before, after in zip(edges, edges[1:], strict=False)]
    usual = median(widths[1:-1] or widths)
    drawn = [edges[1] - min(widths[0], usual), *edges[1:-1], edges[-2] + min(widths[-1], usual)]
    frame = Frame.over(span(drawn, margin=0.01), (0.0, max([*counts, 1]) * 1.06), x_label="Actual − predicted", y_label=rows_called.capitalize())
    bars = [
        element(
            "rect",
            element("title", f"{count:,} {rows_called} from {number(edges[index])} to {number(edges[index + 1])}"),
            x=frame.x(left) + 0.5,
            width=max(frame.x(right) - frame.x(left) - 1, 0.5),
            y=frame.y(count),
            height=frame.y(0) - frame.y(count),
            class_="bar pale" if widths[index] > 1.5 * usual else "bar strong",
        )
        for index, (left, right, count) in enumerate(zip(drawn, drawn[1:], counts, strict=False))
    ]
    zero = element("path", d=path([(frame.x(0), frame.y(0)), (frame.x(0), frame.y(frame.y.high))]), class_="chance")
    return frame.draw(*bars, zero, description=f"Histogram of the residuals of {sum(counts):,} sealed {rows_called}.")


def _cloud(x: Sequence[float], y: Sequence[float], frame: Frame) -> Markup:
    crowded = " crowded" if len(x) > 400 else ""
    return element("path", d=dots((frame.x(a), frame.y(b)) for a, b in zip(x, y, strict=True)), class_=f"cloud{crowded}")
