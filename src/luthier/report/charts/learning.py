"""Learning curves: training and validation loss by epoch, a thin line a fold, the best epoch marked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from luthier.report.charts.axes import Frame, span
from luthier.report.charts.svg import element, path
from luthier.report.story import FoldCurve, LearningCurves


def learning_chart(curves: LearningCurves, *, losses: tuple[float, float]) -> Markup:
    """One winner over its folds; `losses` is the range of the upward axis, the same for all winners."""
    epochs = [epoch for fold in curves.folds for epoch in fold.epochs]
    frame = Frame.over((0.0, max([*epochs, 1.0]) * 1.02), losses, x_label="Epoch", y_label=curves.loss_label)
    lines = [_line(fold.epochs, fold.train, frame, "learning train") for fold in curves.folds if fold.train]
    lines += [_line(fold.epochs, fold.validation, frame, "learning validation") for fold in curves.folds]
    best = [_best(fold, frame) for fold in curves.folds if fold.best_epoch is not None and fold.epochs]
    return frame.draw(*lines, *best, description=f"Learning curves of {curves.recipe}: {len(curves.folds)} folds, training and validation loss by epoch.")


def loss_range(curves: Sequence[LearningCurves]) -> tuple[float, float]:
    """A range in which the end of the training is well seen: what lies above after the first steps is cut."""
    low, high = [], []
    for fold in (fold for curve in curves for fold in curve.folds):
        for losses in (fold.train, fold.validation):
            finite = [loss for loss in losses if math.isfinite(loss)]
            if finite:
                low.append(min(finite))
                high.append(max(finite[len(finite) // 6 :]))
    return span([*low, *high], margin=0.06)


def _line(epochs: Sequence[float], losses: Sequence[float], frame: Frame, kind: str) -> Markup:
    points = ((frame.x(epoch), frame.y(loss)) for epoch, loss in _finite(epochs, losses))
    return element("path", d=path(points), class_=kind)


def _best(fold: FoldCurve, frame: Frame) -> Markup:
    epoch, loss = min(_finite(fold.epochs, fold.validation), key=lambda point: abs(point[0] - (fold.best_epoch or 0.0)), default=(0.0, 0.0))
    tip = element("title", f"fold {fold.fold}: best epoch {fold.best_epoch:g}")
    return element("circle", tip, cx=frame.x(epoch), cy=frame.y(loss), r=4, class_="dot strong")


def _finite(epochs: Sequence[float], losses: Sequence[float]) -> Iterable[tuple[float, float]]:
    return [(epoch, loss) for epoch, loss in zip(epochs, losses, strict=True) if math.isfinite(loss)]
