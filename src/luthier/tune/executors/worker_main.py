"""A worker's own side: it trains the jobs that come, one after the other, until its parent is gone."""

from __future__ import annotations

import os
import time
import traceback
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Event, Thread

import torch

from luthier.core.errors import LuthierError
from luthier.fit import FoldTensors, Judge
from luthier.tune.executor import Job, JobResult
from luthier.tune.executors.shelf import Shelf
from luthier.tune.executors.training import train_job
from luthier.tune.executors.wire import News, Stop, Trouble, packed, unpacked

NEWS_SECONDS = 0.05
"Between two news of a job: a small network is judged a thousand times a second."


def serve(connection_descriptor: int, shelf_descriptor: int, *, threads: int) -> None:
    """Train what comes; never returns."""
    torch.set_num_threads(threads)
    connection = Connection(connection_descriptor)
    jobs: SimpleQueue[Job] = SimpleQueue()
    stopped = Event()
    Thread(target=_listen, args=(connection, jobs, stopped), daemon=True).start()
    ground: tuple[FoldTensors, Judge] | None = None
    while True:
        job = jobs.get()
        try:
            ground = ground or Shelf(shelf_descriptor).read()
            answer: JobResult | Trouble = train_job(job, *ground, stopped=stopped.is_set, tell=_Teller(connection).tell)
        except LuthierError as error:
            answer = Trouble(error=error)
        except Exception:  # noqa: BLE001 - the loop of a server: the parent raises it
            answer = Trouble(error=RuntimeError(f"A worker process met an error that it does not expect.\n{traceback.format_exc()}"))
        _send(connection, answer)


def _listen(connection: Connection, jobs: SimpleQueue[Job], stopped: Event) -> None:
    """Hear the parent while a job trains. When the parent is gone, by `close` or by kill -9, the worker is too, at once."""
    while True:
        try:
            message = unpacked(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)
        if isinstance(message, Stop):
            stopped.set()
        else:
            jobs.put(message)


class _Teller:
    """Sends news of a job, not too often."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._last = connection, float("-inf")

    def tell(self, progress: float, error: float) -> None:
        moment = time.monotonic()
        if moment - self._last >= NEWS_SECONDS:
            self._last = moment
            _send(self._connection, News(progress=progress, error=error))


def _send(connection: Connection, message: object) -> None:
    try:
        connection.send_bytes(packed(message))
    except OSError:  # the parent is gone
        os._exit(0)
