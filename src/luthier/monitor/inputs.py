"""Inputs: all tests that need no label, under one part of the budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from luthier.monitor.data_quality import inspect_feature, inspect_unreadable
from luthier.monitor.dependence import Order
from luthier.monitor.evidence import Evidence, Undecided, decide
from luthier.monitor.features import Feature, Role, features_of
from luthier.monitor.multivariate import compare_jointly
from luthier.monitor.sample import Sample, Subject
from luthier.monitor.settings import MonitorSettings
from luthier.monitor.spending import INPUT_SHARES
from luthier.monitor.univariate import compare_feature


def examine_inputs(subject: Subject, reference: Sample, current: Sample, settings: MonitorSettings) -> tuple[Evidence, ...]:
    """Compare the columns and answers of two samples, their rows in the order of time."""
    rows = reference.rows, current.rows
    then, now = reference.thinned(settings.most_rows), current.thinned(settings.most_rows)
    order = Order(then=then.at, now=now.at)
    tests = list(tests_of(features_of(subject, then, now), order, settings))
    for column in dict.fromkeys([*reference.unreadable, *current.unreadable]):
        tests.append(inspect_unreadable(column, reference.unreadable.get(column), current.unreadable.get(column), rows, settings))
    return decide(tests, INPUT_SHARES, alpha=settings.alpha, at=now.at)


def decide_features(features: Sequence[Feature], order: Order, settings: MonitorSettings, *, at: np.ndarray | None = None) -> tuple[Evidence, ...]:
    """Test features and let those speak that may."""
    return decide(list(tests_of(features, order, settings)), INPUT_SHARES, alpha=settings.alpha, at=at)


def tests_of(features: Sequence[Feature], order: Order, settings: MonitorSettings) -> Iterator[Undecided]:
    """Each feature by itself, the columns also for odd cells, then all columns together."""
    for feature in features:
        if feature.role is not Role.EMBEDDING and (tested := compare_feature(feature, order, settings)) is not None:
            yield tested
        if feature.role is Role.INPUT:
            yield from inspect_feature(feature, order, settings)
    if (together := compare_jointly(features, order, settings)) is not None:
        yield together
