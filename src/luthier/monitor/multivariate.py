"""Multivariate drift: do the columns together look different, though perhaps no single one does?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from luthier.core.seeds import numpy_rng
from luthier.monitor.alerts import DRIFT
from luthier.monitor.dependence import Order
from luthier.monitor.evidence import Evidence, Undecided
from luthier.monitor.features import Feature, Role
from luthier.monitor.joint_rows import JointRows, joint_rows
from luthier.monitor.looks import MEANS, PAIR, SHAPE, Looks, looks_at
from luthier.monitor.permutation import Tail, sequential_p_value
from luthier.monitor.settings import MonitorSettings

MULTIVARIATE = "multivariate"
_CALIBRATION = 500
"Permutations on which the tail of each look is fitted."
_FEWEST_ROWS = 50
_LEAST_P = 1e-6
"Beyond it nobody knows a fitted tail."
_MOST_CHANGED = 10
_RIDGE = 0.1
_LOOKS = (MEANS, SHAPE, PAIR)


def compare_jointly(features: Sequence[Feature], order: Order, settings: MonitorSettings) -> Undecided | None:
    """Test all input columns together; None where there is one column only, or too few rows that do not depend on each other.

    The largest of three looks, each in terms of its own tail, is compared with the same under permuted labels. The tails are fitted on permutations of
    their own, so that the comparison is exact for rows that can be exchanged: where neighbors depend on each other, only rows far apart take part.
    """
    inputs = [feature for feature in features if feature.role is not Role.PREDICTION]
    if not inputs:
        return None
    then, now = _independent_rows(inputs, order, settings.most_joint_rows)
    joint = joint_rows(inputs, then, now)
    if joint.values.shape[1] < 2 or min(len(then), len(now)) < _FEWEST_ROWS:
        return None
    return _tested(joint, now, settings)


def _tested(joint: JointRows, now: np.ndarray, settings: MonitorSettings) -> Undecided:
    rng = numpy_rng(settings.seed, "multivariate")
    looks, here = looks_at(joint), np.arange(len(joint.values)) < joint.rows_then
    labels = _labels(here[:, None])
    tails = [Tail.of(values) for values in looks.statistics(_permuted(here, _CALIBRATION, rng))]
    strength = _strength(looks, tails, labels)
    p_value = sequential_p_value(
        float(strength.max()),
        lambda size: _strength(looks, tails, _permuted(here, size, rng)).max(axis=0),
        most=settings.permutations,
        bound=max(len(tails) * math.exp(-float(strength.max())), _LEAST_P),
    )
    look = _LOOKS[int(np.argmax(strength[:, 0]))]
    scores = told_apart(joint, look, looks.strongest_pair(labels) if look == PAIR else None)
    rows = joint.rows_then, len(joint.values) - joint.rows_then
    evidence = Evidence(
        kind=DRIFT,
        aspect=MULTIVARIATE,
        name="All columns together",
        subject="all columns",
        p_value=p_value,
        effect=max(auc(scores[: rows[0]], scores[rows[0] :]) - 0.5, 0.0),
        smallest=settings.smallest_auc_gain,
        unit="AUC above 0.5",
        detail=_detail(joint, looks, labels, look),
        rows_then=rows[0],
        rows_now=rows[1],
        worth_then=rows[0],
        worth_now=rows[1],
    )
    return Undecided(evidence=evidence, scores=lambda: rankdata(scores)[rows[0] :] - rankdata(scores)[: rows[0]].mean(), rows=now)


def told_apart(joint: JointRows, look: str, pair: tuple[int, int] | None) -> np.ndarray:
    """For each row how much it looks like a current one, in the way in which the windows differ most.

    Fisher's discriminant on values, or on squares and the pairs that changed most, or the product of one pair. Every other row of each side is scored
    by what the others teach, so that no change scores no better than chance; only the pair itself was chosen by all rows.
    """
    labels = np.arange(len(joint.values)) >= joint.rows_then
    odd = np.arange(len(joint.values)) % 2 == 1
    scores = np.empty(len(joint.values))
    for half in (odd, ~odd):
        then, now = joint.values[~half & ~labels], joint.values[~half & labels]
        pairs = [pair] if pair else _changed_pairs(then, now)
        direction = _discriminant(_described(then, pairs, look), _described(now, pairs, look))
        scores[half] = _described(joint.values[half], pairs, look) @ direction
        scores[half] -= np.median(scores[half & ~labels])
    return scores


def auc(then: np.ndarray, now: np.ndarray) -> float:
    """The chance that a current row scores above one of the reference.

    Example:
        >>> auc(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
        0.875
    """
    ranks = rankdata(np.concatenate([then, now]))[len(then) :]
    return float((ranks.mean() - (len(now) + 1) / 2.0) / len(then))


def _independent_rows(features: Sequence[Feature], order: Order, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of both sides that are far enough apart in every column, evenly spread."""
    steps = [1, 1]
    if order.then is not None or order.now is not None:
        found = [order.inflation(feature.then, feature.now, columns=len(features)).steps for feature in features]
        steps = [max(side) for side in zip(*found, strict=True)]
    return _spread(len(features[0].then), steps[0], most), _spread(len(features[0].now), steps[1], most)


def _spread(rows: int, step: int, most: int) -> np.ndarray:
    return np.linspace(0, rows - 1, min(max(rows // step, 1), most)).round().astype(np.int64)


def _labels(here: np.ndarray) -> np.ndarray:
    """Weights [rows, permutations]: one over the rows of a side, negative for the reference's."""
    rows = here.sum(axis=0)
    return np.where(here, -1.0 / rows, 1.0 / (len(here) - rows))


def _permuted(here: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    return _labels(rng.permuted(np.tile(here[:, None], (1, count)), axis=0))


def _strength(looks: Looks, tails: Sequence[Tail], labels: np.ndarray) -> np.ndarray:
    """[looks, permutations]: minus the logarithm of each look's tail."""
    statistics = looks.statistics(labels)
    return np.stack([-tail.log_beyond(values) for tail, values in zip(tails, statistics, strict=True)])


def _changed_pairs(then: np.ndarray, now: np.ndarray) -> list[tuple[int, int]]:
    moved = np.abs(np.triu(now.T @ now / len(now) - then.T @ then / len(then), 1))
    order = np.argsort(-moved, axis=None)[:_MOST_CHANGED]
    return [divmod(int(place), len(moved)) for place in order if moved.flat[place] > 0]


def _described(values: np.ndarray, pairs: Sequence[tuple[int, int]], look: str) -> np.ndarray:
    products = np.stack([values[:, a] * values[:, b] for a, b in pairs], axis=1) if pairs else np.zeros((len(values), 0))
    return {MEANS: values, PAIR: products}.get(look, np.concatenate([values**2, products], axis=1))


def _discriminant(then: np.ndarray, now: np.ndarray) -> np.ndarray:
    centered = np.concatenate([then - then.mean(axis=0), now - now.mean(axis=0)])
    spread = centered.T @ centered / len(centered)
    return np.linalg.solve(spread + _RIDGE * np.eye(len(spread)), now.mean(axis=0) - then.mean(axis=0))


def _detail(joint: JointRows, looks: Looks, labels: np.ndarray, look: str) -> str:
    then, now = joint.values[: joint.rows_then], joint.values[joint.rows_then :]
    if look == PAIR:
        a, b = looks.strongest_pair(labels)
        before, after = (_correlation(side[:, a], side[:, b]) for side in (then, now))
        return f"most of it between {joint.names[a]!r} and {joint.names[b]!r}, whose correlation was {before:.2f} then and is {after:.2f} now"
    moved = np.abs(now.mean(axis=0) - then.mean(axis=0)) if look == MEANS else np.abs(np.log((now.std(axis=0) + 1e-9) / (then.std(axis=0) + 1e-9)))
    names = list(dict.fromkeys(joint.names[column] for column in np.argsort(-moved)))[:3]
    what = "their means" if look == MEANS else "their spread and correlations"
    return f"most of it in {what}, first {', '.join(repr(name) for name in names)}"


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    deviations = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean()) / deviations if deviations > 0 else 0.0
