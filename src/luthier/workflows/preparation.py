"""Preparation: everything before the first network: the table read, checked and divided, the metric and the space chosen."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from luthier.core.clock import Stopwatch
from luthier.core.findings import Event, Finding, Severity
from luthier.core.listener import Listener
from luthier.core.task import PixelShape, Task
from luthier.data import CHECKS, Dataset, Source, Split, run_checks, split_rows
from luthier.evaluate import Costs, Metric, metric_named, parse_costs, require_two_classes
from luthier.tune import Lengths, Opening, Point, Space, read_space, ready_space
from luthier.workflows.feature_material import FeatureMaterial
from luthier.workflows.image_material import ImageMaterial
from luthier.workflows.past import past_points
from luthier.workflows.reading import Table, open_table
from luthier.workflows.settings import FitSettings, required_target
from luthier.workflows.table_material import TableMaterial

FOLDS = 5
"Where nobody says how many."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Preparation:
    """What a fit starts from."""

    dataset: Dataset
    material: TableMaterial | ImageMaterial | FeatureMaterial
    "What networks and baselines see of the rows."
    split: Split
    metric: Metric
    costs: Costs | None
    findings: tuple[Finding, ...]
    checks_run: int
    space: Space
    opening: Opening | None = None
    "What is tried for a short while before the first full training."
    lengths: Lengths = field(default_factory=Lengths)
    "How long a training should be."
    past: tuple[Point, ...]
    "Places that were good on tables of the same columns."
    events: tuple[Event, ...] = ()
    "What was guessed on the way."
    data_hash: str
    "Of the rows and columns that are used."

    @property
    def pixels(self) -> PixelShape | None:
        """What an image looks like; None of a table."""
        return None if isinstance(self.material, TableMaterial) else self.material.images.shape


def prepare_table(data: Source, settings: FitSettings, listener: Listener, stopwatch: Stopwatch, *, work: Path, open_until_the_end: ExitStack) -> Preparation:
    """Read, check and divide a table, and say what was found.

    Args:
        work: folder in which a table that is larger than memory may be converted; nothing stays there.
        open_until_the_end: holds a table that is larger than memory open.
    """
    required_target(data, settings.target)
    costs = parse_costs(settings.cost) if settings.cost else None
    stopwatch.phase("reading")
    table = open_until_the_end.enter_context(open_table(data, settings, listener, work=work))
    dataset = table.dataset
    metric = metric_named(dataset.task.metric, dataset.task.kind)
    if costs is not None:
        require_two_classes(dataset.task)
    past = past_points(settings.like, dataset.task, dataset.schema)

    stopwatch.phase("checks")
    findings = run_checks(dataset, force_through=settings.force_through)
    tell_findings(findings, listener)
    split = split_rows(dataset, folds=settings.folds or FOLDS, seed=settings.seed, seal_last=settings.seal_last)
    return Preparation(
        dataset=dataset,
        material=TableMaterial(dataset, split, large=table.large),
        split=split,
        metric=metric,
        costs=costs,
        findings=findings,
        checks_run=len(CHECKS),
        space=_space(settings, dataset.task, rows=len(split.folds[0].train)),
        past=past,
        data_hash=_data_hash(table),
    )


def tell_findings(findings: tuple[Finding, ...], listener: Listener) -> None:
    """Say what is more than a note."""
    for finding in findings:
        if finding.severity is not Severity.NOTE:
            listener.say(f"{finding.severity}: {finding.evidence} {finding.remedy}")


def _space(settings: FitSettings, task: Task, *, rows: int) -> Space:
    ready = ready_space(task.kind, rows=rows)
    return read_space(settings.space, ready) if settings.space is not None else ready


def _data_hash(table: Table) -> str:
    rows, target = table.dataset.frame.hash_rows(seed=0).to_numpy(), table.dataset.target
    whole = table.large.digest if table.large is not None else ""
    return hashlib.sha256(rows.tobytes() + target.tobytes() + whole.encode()).hexdigest()[:16]
