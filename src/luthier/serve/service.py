"""Service: one deployment that answers, remembers what it answered, and takes labels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from luthier.bundle.manifest import Manifest
from luthier.bundle.plain_cells import Cells
from luthier.core.errors import RequestRefused
from luthier.ledger import Ledger
from luthier.ledger.records import LabelReceipt
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.asked import asked_bytes, content_hash
from luthier.serve.batching import Batcher
from luthier.serve.claims import Claims
from luthier.serve.entries import Entry, answered_row, told
from luthier.serve.following import Following, InService
from luthier.serve.group_commit import GroupCommit
from luthier.serve.label_facts import LabelFact
from luthier.serve.labeling import Labeling
from luthier.serve.ledger_models import LedgerModels
from luthier.serve.metrics import Metrics, Moment
from luthier.serve.question import Question, require_few
from luthier.serve.recall import Recall
from luthier.serve.recorder import Recorder
from luthier.serve.served_model import ServedModel
from luthier.serve.service_moment import moment_of
from luthier.serve.settings import ServeSettings
from luthier.serve.shadow import Shadow
from luthier.serve.stamps import Stamps, moment, now_microseconds
from luthier.serve.write_behind import WriteBehind

_QUICK_ROWS = 64
"Rows of a question that are read on the event loop; more are read by a thread."
_READERS = 2
"Threads that decode images, read tables and look ids up."
_Result = TypeVar("_Result")


class Service:
    """Answers questions with the champion of a deployment. Belongs to one event loop: the one that `start` was called in.

    Every answered row is given to the ledger: before the reply where the settings say durable, else within their window. The
    champion is loaded when the service is made, which fails with a `LedgerError` or `BundleError` where there is none.

    Args:
        ledger: where the deployment, its models, predictions and labels are.
        deployment: its name.
        settings: what is promised and what is refused.
        now: microseconds since 1970; a test passes its own.
    """

    def __init__(self, ledger: Ledger, deployment: str, settings: ServeSettings | None = None, *, now: Callable[[], int] = now_microseconds) -> None:
        self.ledger, self.deployment, self.settings = ledger, deployment, settings or ServeSettings()
        self.metrics = Metrics()
        models = LedgerModels(ledger, deployment, most_pixels=self.settings.most_pixels)
        self._recall = Recall(ledger.predictions, models, deployment)
        self._following = Following(models, seconds=self.settings.poll_seconds)
        self._following.begin()
        self._stamps, self._claims = Stamps(now), Claims()
        self._batcher = Batcher(batch_rows=self.settings.batch_rows, most_rows=self.settings.most_waiting_rows)
        self._shadow = Shadow(lambda: self.in_service.challenger, self._write_shadows, most_rows=self.settings.most_shadow_rows)
        self._recorder = self._make_recorder()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="luthier-reader")
        self._labeling = Labeling(ledger.labels, deployment)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.running = False

    @property
    def in_service(self) -> InService:
        """The models that answer now."""
        return self._following.in_service

    @property
    def champion(self) -> ServedModel:
        """The model that answers now."""
        return self.in_service.champion

    @property
    def version(self) -> int:
        """The deployment's version now."""
        return self.in_service.version

    @property
    def manifest(self) -> Manifest:
        """Of the model that answers now."""
        return self.champion.bundle.manifest

    @property
    def ready(self) -> bool:
        """Whether a question would be answered."""
        return self.readiness()[0]

    async def start(self) -> None:
        """Begin to answer."""
        self._loop = asyncio.get_running_loop()
        for part in (self._recorder, self._shadow, self._following):
            part.start()
        self.running = True

    async def stop(self) -> None:
        """Take nothing new, write what was answered, and end."""
        if not self.running:
            return
        self.running = False
        loop = asyncio.get_running_loop()
        for stop in (self._following.stop, self._recorder.stop, self._shadow.stop, self._batcher.close, self._labeling.close):
            await loop.run_in_executor(None, stop)
        self._readers.shutdown(wait=False)

    async def answer(self, question: Question) -> Answers:
        """The answers to a question, recorded as promised.

        Raises:
            DataError: a row or an image cannot be answered.
            RequestRefused: too much at once, or not what this model answers.
            PredictionDiffers: an id stands for another question.
            LedgerError: durable, and the ledger cannot be written.
        """
        self._require_running()
        now = self.in_service
        self._require_fitting(question, now.champion)
        if question.ids is None:
            entries = await self._fresh(question, now.champion)
            await self._recorder.record(entries)
            rows = tuple([told(entry.answer) for entry in entries] if question.abstain else [entry.answer for entry in entries])
        else:
            rows = await self._under_ids(question, question.ids, now.champion)
        self.metrics.rows += len(rows)
        if question.abstain:
            self.metrics.abstained_rows += sum(row.abstained for row in rows)
        return Answers(deployment=self.deployment, bundle=now.champion.hash, version=now.version, classes=now.champion.classes, rows=rows)

    async def label(self, facts: Sequence[LabelFact]) -> LabelReceipt:
        """Write labels into the ledger; they are on the disk when this returns.

        Raises:
            RequestRefused: a label that cannot be one, or too many at once.
            LedgerError: the ledger cannot be written.
        """
        self._require_running()
        self.require_few_labels(len(facts))
        receipt = await self._labeling.add(facts, self.champion.task, moment(self._stamps.take()))
        self.metrics.labels += len(facts)
        return receipt

    def require_few(self, rows: int) -> None:
        """Refuse more rows or images than one request may hold."""
        most, what = (self.settings.most_images, "images") if self.champion.sees_images else (self.settings.most_rows, "rows")
        require_few(rows, most, what)

    def require_few_labels(self, labels: int) -> None:
        """Refuse more labels than one request may hold."""
        require_few(labels, self.settings.most_rows, "labels")

    def readiness(self) -> tuple[bool, Mapping[str, Any]]:
        """Whether requests should come here, and why or why not."""
        troubles = [trouble for trouble in (self._following.trouble, self._recorder.trouble) if trouble is not None]
        if not self.running:
            return False, {"troubles": ["The service is starting or stopping."]}
        is_ready = not (self.settings.durable and self._recorder.trouble is not None)
        return is_ready, {"deployment": self.deployment, "version": self.in_service.version, "bundle": self.champion.hash, "troubles": troubles}

    def moment(self) -> Moment:
        """What the page of metrics tells beside the counters."""
        return moment_of(self.deployment, self._following, self._recorder, self._shadow, waiting_rows=self._batcher.waiting_rows)

    async def _fresh(self, question: Question, model: ServedModel) -> list[Entry]:
        """The model's answers, not recorded yet."""
        cells = await self._cells(question, model)
        answers = await self._batcher.answer(model, cells, question.size)
        abstains = model.abstains(question, answers)
        asked: Sequence[Any] = question.rows if question.rows is not None else question.images or ()
        entries = []
        for place, row in enumerate(asked):
            stamp = self._stamps.take()
            name = question.ids[place] if question.ids is not None else self._stamps.prediction_id(stamp)
            answer = answered_row(answers, place, prediction_id=name, bundle=model.hash, abstained=abstains[place])
            entries.append(Entry(stamp=stamp, row=row, question=question, answer=answer))
        return entries

    async def _cells(self, question: Question, model: ServedModel) -> Cells:
        if question.size <= _QUICK_ROWS:
            cells = model.quick_cells(question)
            if cells is not None:
                return cells
        return await self._in_thread(model.read, question)

    async def _under_ids(self, question: Question, ids: tuple[str, ...], model: ServedModel) -> tuple[AnsweredRow, ...]:
        """Answers under the caller's ids: those that were asked before are answered as before."""
        asked: Sequence[Any] = question.rows if question.rows is not None else question.images or ()
        contents = [content_hash(asked_bytes(row), question) for row in asked]
        own, others = self._claims.take(ids, contents)
        try:
            names = [ids[place] for place in own]
            recorded = await self._in_thread(self._recall.answers, names, dict(zip(ids, contents, strict=True)), model)
            new = [place for place in own if ids[place] not in recorded]
            entries = await self._fresh(_part(question, new), model) if new else []
        except BaseException:
            self._claims.release([ids[place] for place in own])
            raise
        answered = recorded | {entry.answer.prediction_id: entry.answer for entry in entries}
        await self._record_claimed(entries)
        for answer in answered.values():
            self._claims.fulfil(answer)
        self._claims.release(list(recorded))
        for place, claim in others.items():
            answered[ids[place]] = await asyncio.shield(claim.answer)
        self.metrics.repeated_rows += len(ids) - len(entries)
        return tuple(told(answered[name]) for name in ids)

    async def _record_claimed(self, entries: Sequence[Entry]) -> None:
        """Entries that the recorder takes are released by it, also where nobody waits for them any longer."""
        try:
            await self._recorder.record(entries)
        except RequestRefused:
            self._claims.release([entry.answer.prediction_id for entry in entries])
            raise

    def _require_running(self) -> None:
        if not self.running:
            raise RequestRefused("The service is starting or stopping. Ask again in a second.", status=503, retry_after_seconds=1)

    def _require_fitting(self, question: Question, model: ServedModel) -> None:
        self.require_few(question.size)
        model.require_fitting(question)

    def _make_recorder(self) -> Recorder:
        most = self.settings.most_unwritten_rows
        if self.settings.durable:
            return GroupCommit(self._write, self._settled, most_rows=most)
        return WriteBehind(self._write, self._settled, most_rows=most, flush_seconds=self.settings.flush_seconds)

    def _write(self, entries: Sequence[Entry]) -> None:
        self.ledger.predictions.record([entry.prediction(self.deployment) for entry in entries])

    def _write_shadows(self, entries: Sequence[Entry]) -> None:
        self.ledger.predictions.record_shadows([entry.prediction(self.deployment) for entry in entries])

    def _settled(self, entries: Sequence[Entry], written: bool) -> None:
        """Called by the thread that writes."""
        claimed = [entry.answer for entry in entries if entry.question.ids is not None]
        if claimed and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._let_go, claimed, written)
        if written:
            self._shadow.offer(entries)

    def _let_go(self, claimed: Sequence[AnsweredRow], written: bool) -> None:
        if written:
            for answer in claimed:
                self._claims.fulfil(answer)
        self._claims.release([answer.prediction_id for answer in claimed])

    async def _in_thread(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._readers, function, *arguments)


def _part(question: Question, places: Sequence[int]) -> Question:
    """Some of a question's rows."""
    if len(places) == question.size:
        return question
    return replace(
        question,
        rows=None if question.rows is None else tuple(question.rows[place] for place in places),
        images=None if question.images is None else tuple(question.images[place] for place in places),
        ids=None if question.ids is None else tuple(question.ids[place] for place in places),
    )
