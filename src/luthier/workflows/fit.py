"""fit: a table or images in, an honest network out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import torch

from luthier.bundle import MANIFEST, Bundle, Contents, Session, model_card, write_bundle
from luthier.core.clock import Deadline, Stopwatch, parse_duration, parse_work
from luthier.core.crowding import crowding
from luthier.core.errors import BudgetTooSmall, OutputExists, OutputUnwritable, SettingInvalid
from luthier.core.files import refuse_existing
from luthier.core.findings import Severity
from luthier.core.journal import Journal
from luthier.core.listener import Listener, Silent
from luthier.core.task import ColumnKind
from luthier.data import Source
from luthier.data.images import holds_images
from luthier.fit import choose_device, describe_device, lanes_for
from luthier.ledger import Ledger
from luthier.report import ReportRecord, render, to_plain
from luthier.tune import Allowance, InProcess, Workers, choose_executor, space_to_plain
from luthier.workflows.assembly import Assembled, weights_hash
from luthier.workflows.feature_material import FeatureMaterial
from luthier.workflows.going_on import going_on_sentence
from luthier.workflows.image_preparation import prepare_images
from luthier.workflows.image_report import image_story
from luthier.workflows.interrupt import finishing_on_interrupt
from luthier.workflows.judging import judge_sealed
from luthier.workflows.latency import mix_and_assemble
from luthier.workflows.preparation import Preparation, prepare_table
from luthier.workflows.record import FitStory, report_record
from luthier.workflows.recording import Recorder, new_run_id
from luthier.workflows.reference_rows import reference_rows
from luthier.workflows.result import FitResult
from luthier.workflows.run_folder import is_unfinished, open_journal, refuse_unfinished, remove_run, removed_without_network, run_folder_of
from luthier.workflows.settings import SMALLEST_BUDGET_SECONDS, FitSettings
from luthier.workflows.training import Ground, train_networks

WRITING_SECONDS = 3.0
"Kept back for rendering the report and writing the bundle."
SECONDS_A_ROW = 2e-5
"A training row and member, roughly, on one core."
FINISHING_SECONDS = 10.0
"For baselines and importance after Ctrl-C."


def fit(
    data: Source,
    *,
    target: str | None = None,
    task: str = "auto",
    time: str | None = None,
    group: str | None = None,
    metric: str | None = None,
    budget: str | float = "5m",
    work: str | int | None = None,
    folds: int | None = None,
    seed: int = 0,
    device: str = "auto",
    out: str | Path | None = None,
    force: bool = False,
    kinds: Mapping[str, str | ColumnKind] | None = None,
    force_through: Sequence[str] = (),
    cost: str | None = None,
    resume: bool = False,
    space: str | Path | None = None,
    like: str | Path | Sequence[str | Path] = (),
    max_latency: str | float | None = None,
    image: str | None = None,
    group_from_name: str | None = None,
    image_size: int | None = None,
    weights: str | Path | None = None,
    fine_tune: bool = False,
    seal_last: int | None = None,
    called: str | None = None,
    reference: bool = True,
    ledger: Ledger | str | Path | None = None,
    listener: Listener | None = None,
    started: float | None = None,
) -> FitResult:
    """Train, judge and save a network for a table or for images.

    Args:
        data: a file (CSV, TSV, Parquet, JSON lines, Arrow), a pandas or Polars frame, an array, or a mapping from column to values; or images: a folder
            with a folder for each class, idx files, or a table with a column of paths or of image bytes.
        target: column to predict; images in folders need none.
        budget: time from the start to the written report, such as `"5m"`.
        work: training rows that all networks together look at, such as `"2M"`: takes the place of the budget and makes results reproducible.
        ledger: where the run and its model are recorded: a `Ledger`, its path or URL; None takes the one that is found upwards, and "" none.
        started: when the budget began to run, on `time.monotonic()`; None is now.
        For the others see `FitSettings`.

    Raises:
        LuthierError: the data, a setting or the budget makes an honest answer impossible; the message says what to do.

    Example:
        >>> import tempfile
        >>> rows = {"size": [0.1 * i for i in range(90)], "sold": ["yes" if i % 7 > i / 15 else "no" for i in range(90)]}
        >>> result = fit(rows, target="sold", work="2k", folds=2, out=tempfile.mkdtemp() + "/model")
        >>> result.bundle.task.classes
        ('no', 'yes')
    """
    settings = FitSettings(
        target=target,
        task=task,
        time=time,
        group=group,
        metric=metric,
        budget_seconds=parse_duration(budget),
        work=parse_work(work) if work is not None else None,
        folds=folds,
        seed=seed,
        device=device,
        out=Path(out) if out is not None else None,
        force=force,
        kinds={name: str(kind) for name, kind in (kinds or {}).items()},
        force_through=tuple(force_through),
        cost=cost,
        resume=resume,
        space=Path(space) if space is not None else None,
        like=tuple(Path(model) for model in ([like] if isinstance(like, str | Path) else like)),
        max_latency_seconds=parse_duration(max_latency) if max_latency is not None else None,
        image=image,
        group_from_name=group_from_name,
        image_size=image_size,
        weights=Path(weights) if weights is not None else None,
        fine_tune=fine_tune,
        seal_last=seal_last,
        called=called,
        reference=reference,
    )
    return run_fit(data, settings, listener=listener or Silent(), started=started, ledger=ledger)


def run_fit(data: Source, settings: FitSettings, *, listener: Listener, started: float | None = None, ledger: Ledger | str | Path | None = None) -> FitResult:
    """The fit; workers that start while the data are read, and a table that is larger than memory, stay until its end."""
    with ExitStack() as open_until_the_end:
        recorder = open_until_the_end.enter_context(Recorder.of(ledger, listener))
        return _run_fit(data, settings, listener, started, recorder, open_until_the_end)


def _run_fit(data: Source, settings: FitSettings, listener: Listener, started: float | None, recorder: Recorder, open_until_the_end: ExitStack) -> FitResult:
    """The fit, phase by phase."""
    deadline, stopwatch = _deadline(settings, started), Stopwatch()
    folder, device = _folder(settings), choose_device(settings.device)
    sees_images = settings.image is not None or holds_images(data)
    _refuse_weights_without_images(settings, sees_images=sees_images)
    executor = open_until_the_end.enter_context(closing(_executor(settings, device, convolves=sees_images and not settings.sees_features)))
    if sees_images:
        prepared = prepare_images(data, settings, listener, stopwatch, deadline=deadline, device=device)
    else:
        prepared = prepare_table(data, settings, listener, stopwatch, work=folder.parent, open_until_the_end=open_until_the_end)
    executor = _fitting(executor, prepared, device)

    stopwatch.phase("training")
    journal = _journal(folder, settings, prepared, deadline, listener)
    recorder.begin(prepared, settings, folder, source=data, run=journal.recall("run", new_run_id))
    with removed_without_network(folder), finishing_on_interrupt(deadline, listener, also=(journal.freeze, executor.stop)):
        allowance = Allowance(
            deadline=deadline, reserve_seconds=_reserve_seconds(prepared, settings), slowed=crowding, work=settings.work, lanes=executor.lanes
        )
        ground = Ground(
            prepared=prepared, allowance=allowance, executor=executor, journal=journal, seed=settings.seed, device=device, listener=listener, recorder=recorder
        )
        training = train_networks(ground)
        executor.close()

        stopwatch.phase("ensemble, calibration and export")
        mixture, model = mix_and_assemble(prepared, training, seed=settings.seed, max_latency_seconds=settings.max_latency_seconds)

        stopwatch.phase(f"sealed {prepared.dataset.rows_called} and baselines")
        judging = Deadline(budget_seconds=_judging_seconds(deadline))
        judgement = judge_sealed(model.bundle, prepared, mixture, seed=settings.seed, deadline=judging)

    stopwatch.phase("report")
    story = FitStory(
        settings=settings,
        prepared=prepared,
        training=training,
        mixture=mixture,
        judgement=judgement,
        images=image_story(prepared, training, mixture, judgement, seed=settings.seed),
        device=describe_device(device),
        weights_hash=weights_hash(mixture),
        recording=recorder.events,
    )
    stopwatch.phase(None)
    record = report_record(story, bundle=str(folder), deadline=deadline, stopwatch=stopwatch)
    result = _write(folder, story, model, record)
    recorder.end(record, folder)
    _end_run(folder, deadline, listener)
    return result


def _folder(settings: FitSettings) -> Path:
    """Where the model will stand; refused where something else, or another run, is in the way."""
    folder = settings.out or _free_folder(settings.target or "images", resume=settings.resume)
    _refuse_unwritable(folder)
    _refuse_output(folder, force=settings.force or settings.resume)
    refuse_unfinished(folder, resume=settings.resume, force=settings.force)
    return folder


def _refuse_weights_without_images(settings: FitSettings, *, sees_images: bool) -> None:
    if settings.weights is not None and not sees_images:
        raise SettingInvalid(
            "--weights needs images: a folder of them, idx files, or a table with a column of images, but this data set shows none. "
            "Leave it out, or name the column with --image."
        )


def _executor(settings: FitSettings, device: torch.device, *, convolves: bool) -> InProcess | Workers:
    """Who trains. Convolutions let go of the interpreter, so that threads do not wait for each other, and images need not be sent anywhere."""
    return InProcess.starting(lanes_for(device)) if convolves else choose_executor(device, seconds=_expected_seconds(settings))


def _fitting(executor: InProcess | Workers, prepared: Preparation, device: torch.device) -> InProcess | Workers:
    """What is larger than memory trains in this process: streams read with Polars, whose threads do not outlive a fork, and features are not copied."""
    on_disk = isinstance(prepared.material, FeatureMaterial) and prepared.material.on_disk
    if prepared.material.large is None and not on_disk:
        return executor
    executor.close()
    return InProcess.starting(lanes_for(device))


def _journal(folder: Path, settings: FitSettings, prepared: Preparation, deadline: Deadline, listener: Listener) -> Journal:
    """The journal of the run, taken up again or begun; the time that it had used counts against the budget."""
    goes_on = settings.resume and is_unfinished(folder)
    if settings.resume and not goes_on:
        listener.say(f"Nothing was begun at {folder} yet: starting from the beginning.")
    journal = open_journal(folder, settings, data_hash=prepared.data_hash, space=space_to_plain(prepared.space))
    if goes_on:
        listener.say(going_on_sentence(run_folder_of(folder), budget_seconds=deadline.budget_seconds))
    journal.run_on(lambda: deadline.seconds_used)
    deadline.started -= journal.seconds_before
    return journal


def _end_run(folder: Path, deadline: Deadline, listener: Listener) -> None:
    if deadline.stopped:
        listener.say("The run was kept: the same command with --resume goes on with it, and replaces this model at its end.")
    else:
        remove_run(folder)


def _expected_seconds(settings: FitSettings) -> float:
    """How long the training may take, to see whether worker processes are worth their start."""
    return settings.work * SECONDS_A_ROW if settings.work is not None else settings.budget_seconds


def _deadline(settings: FitSettings, started: float | None) -> Deadline:
    if settings.work is not None:
        return Deadline(budget_seconds=inf)
    if settings.budget_seconds < SMALLEST_BUDGET_SECONDS:
        raise BudgetTooSmall(given_seconds=settings.budget_seconds, smallest_seconds=SMALLEST_BUDGET_SECONDS)
    return Deadline(budget_seconds=settings.budget_seconds) if started is None else Deadline(budget_seconds=settings.budget_seconds, started=started)


def _refuse_output(folder: Path, *, force: bool) -> None:
    """Refuse what exists; with `force`, what is no model: nothing else is ever removed."""
    refuse_existing(folder, force=force)
    is_model = (folder / MANIFEST).is_file()
    if folder.is_file() or (folder.is_dir() and not is_model and any(folder.iterdir())):
        raise OutputExists(f"{folder} exists and is no model: --force replaces models only. Choose another name.")


def _refuse_unwritable(folder: Path) -> None:
    """Refuse a place where no folder can be made, before the data are read."""
    there = next((parent for parent in folder.absolute().parents if os.path.lexists(parent)), Path("/"))
    if not there.is_dir():
        raise OutputUnwritable(f"{folder} could not be written: a part of the path is a file. Nothing that stood there was changed.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputUnwritable(f"{folder} could not be written: writing is not permitted there. Nothing that stood there was changed.")


def _judging_seconds(deadline: Deadline) -> float:
    left = deadline.budget_seconds - deadline.seconds_used - WRITING_SECONDS
    return min(left, FINISHING_SECONDS) if deadline.stopped else left


def _free_folder(target: str, *, resume: bool) -> Path:
    """`TARGET.luthier` beside the caller, or the first free `TARGET-2.luthier`, `TARGET-3.luthier`...; to resume, the first of an interrupted run."""
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in target)
    names = (f"{plain}.luthier" if number == 1 else f"{plain}-{number}.luthier" for number in range(1, 10_000))
    return next((Path(name) for name in names if (is_unfinished(Path(name)) if resume else not Path(name).exists())), Path(f"{plain}.luthier"))


def _reserve_seconds(prepared: Preparation, settings: FitSettings) -> float:
    """Time kept back for export, the sealed rows, baselines and report: measured on two cores, growing with the data."""
    return min(9.0 + 0.04 * settings.budget_seconds + prepared.material.judging_seconds, 0.5 * settings.budget_seconds)


def _write(folder: Path, story: FitStory, model: Assembled, record: ReportRecord) -> FitResult:
    prepared, material = story.prepared, story.prepared.material
    manifest = replace(model.manifest, scores=_scores(record), provenance={fact.label: fact.value for fact in record.provenance})
    seed = story.settings.seed
    reference = reference_rows(prepared, story.training, story.mixture, story.judgement, model.graph, seed=seed) if story.settings.reference else None
    contents = Contents(
        graph=model.graph,
        tensors=material.stored(model.stacks),
        layout=material.outline(),
        profile=material.profile(story.mixture.predictions),
        report=record.to_json(),
        page=render(record),
        card=model_card(
            manifest,
            name=prepared.dataset.name,
            rows=prepared.dataset.rows,
            sealed_rows=len(prepared.split.test),
            comparisons=[compared.sentence for compared in record.comparisons],
            warnings=[finding.evidence for finding in prepared.findings if finding.severity is not Severity.NOTE],
        ),
        reference=reference,
    )
    complete = write_bundle(folder, manifest, contents, force=story.settings.force or story.settings.resume)
    return FitResult(path=folder, bundle=Bundle(complete, Session(model.graph), folder), record=record, weights_hash=story.weights_hash)


def _scores(record: ReportRecord) -> dict[str, Any]:
    if record.model is None:
        return {}
    return {score.metric: to_plain(score) for score in record.model.scores}
