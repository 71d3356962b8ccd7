"""Made-up deployments, questions and entries for services."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import uvicorn

from luthier.bundle import write_bundle
from luthier.ledger import Deployment, Ledger
from luthier.serve.answers import AnsweredRow
from luthier.serve.entries import Entry
from luthier.serve.question import Question
from luthier.serve.service import Service
from tests.bundle.made_up import MadeUp, training_rows

NAME = "kinds"
Result = TypeVar("Result")


def deploy(ledger: Ledger, folder: Path) -> Deployment:
    return ledger.deployments.create(NAME, ledger.bundles.keep(folder).hash, who="a test", why="to be asked")


def another_model(made: MadeUp, folder: Path, **changes: Any) -> Path:
    """A model that answers the same under another hash."""
    write_bundle(folder, replace(made.manifest, provenance={"Seed": folder.name}, **changes), made.contents)
    return folder


def json_rows(count: int = 4) -> list[dict[str, Any]]:
    """Training rows as JSON holds them: dates as text."""
    return [row | {"seen": row["seen"].isoformat()} for row in training_rows()[:count].to_dicts()]


def question(count: int = 1, **changes: Any) -> Question:
    return Question(rows=tuple(json_rows(count)), **changes)


def entry(name: str = "a", **changes: Any) -> Entry:
    answer = AnsweredRow(prediction_id=name, prediction=1, probabilities=(0.75, 0.25), prediction_set=("1",), bundle="f" * 64)
    asked = Question(rows=({"size": 1.5},))
    return Entry(**{"stamp": 1_000_000, "row": {"size": 1.5}, "question": asked, "answer": answer} | changes)


def serving(service: Service, scenario: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """What happens while a service runs."""

    async def run() -> Result:
        await service.start()
        try:
            return await scenario()
        finally:
            await service.stop()

    return asyncio.run(run())


def ids_of(entries: Sequence[Entry]) -> list[str]:
    return [one.answer.prediction_id for one in entries]


@contextmanager
def listening(app: Any, **settings: Any) -> Iterator[str]:
    """The host and port under which an application answers until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5, **settings))
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield "{}:{}".format(*door.getsockname())
        finally:
            server.should_exit = True
            thread.join()
