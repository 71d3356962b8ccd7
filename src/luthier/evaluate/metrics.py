"""All metrics by name. A new one is a `Metric` in a file of its own and one line here."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from luthier.core.errors import SettingInvalid
from luthier.core.task import TaskKind
from luthier.evaluate.count_metrics import COUNT_METRICS
from luthier.evaluate.metric import Metric
from luthier.evaluate.probability_metrics import PROBABILITY_METRICS
from luthier.evaluate.ranking_metrics import RANKING_METRICS
from luthier.evaluate.regression_metrics import REGRESSION_METRICS

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*PROBABILITY_METRICS, *COUNT_METRICS, *RANKING_METRICS, *REGRESSION_METRICS)}


def metrics_for(kind: TaskKind) -> tuple[Metric, ...]:
    """The metrics that can judge this kind of task, in the order in which a report shows them."""
    return tuple(metric for metric in METRICS.values() if kind in metric.tasks)


def default_metric(kind: TaskKind) -> str:
    """The metric that chooses networks where the user named none.

    Example:
        >>> default_metric(TaskKind.BINARY)
        'log_loss'
    """
    return "log_loss" if kind.is_classification else "rmse"


def require_metric(name: str) -> None:
    """Refuse a name that no metric has, before anybody knows the kind of the task.

    Raises:
        SettingInvalid: no metric has this name.

    Example:
        >>> require_metric("ROC-AUC")
    """
    if _plain(name) not in METRICS:
        raise _unknown(name, tuple(METRICS))


def metric_named(name: str, kind: TaskKind) -> Metric:
    """The metric of that name; hyphens, spaces and capitals do not matter.

    Raises:
        SettingInvalid: no metric of this name can judge this kind of task.

    Example:
        >>> metric_named("ROC-AUC", TaskKind.BINARY).name
        'roc_auc'
    """
    plain = _plain(name)
    known = {metric.name: metric for metric in metrics_for(kind)}
    if plain in known:
        return known[plain]
    if plain in METRICS:
        raise SettingInvalid(f"The metric of a {kind} task must be one that can judge it, but {name!r} came. Choose one of {', '.join(known)}.")
    raise _unknown(name, tuple(known))


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _unknown(name: str, known: Sequence[str]) -> SettingInvalid:
    near = get_close_matches(_plain(name), known, n=1, cutoff=0.5)
    advice = f"Did you mean {near[0]!r}?" if near else f"Choose one of {', '.join(known)}."
    return SettingInvalid(f"The metric must be one that Luthier knows, but {name!r} came. {advice}")
