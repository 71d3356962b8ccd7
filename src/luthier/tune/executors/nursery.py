"""Nursery: the process from which workers are forked, and the workers that came out of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from luthier.tune.executors.shelf import Shelf

START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from luthier.tune.executors.nursery_main import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)
"What the nursery runs. Not `multiprocessing`'s way: that would run the user's script again, and fail where it has no `__main__` guard."
SECONDS_TO_END = 10.0
"After which a nursery that was asked to end is killed."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worker:
    """A worker process, as its parent sees it."""

    number: int
    connection: Connection
    parent: int
    "Process of the nursery that it came out of."


class Nursery:
    """Begins to import at once and in the background; workers that are asked for before it is ready come when it is.

    One that was killed is replaced.
    """

    def __init__(self, *, threads: int) -> None:
        self._threads, self._grown = threads, 0
        self.workers: list[Worker] = []
        self._shelf: Shelf | None = None
        self._process, self._control = _launch(threads)

    def furnish(self, shelf: Shelf) -> None:
        """What workers train on from now on; those that are there end."""
        for worker in tuple(self.workers):
            self.reap(worker)
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = shelf

    def grow(self) -> Worker:
        """A new worker that trains on what is on the shelf."""
        assert self._shelf is not None
        if self._process.poll() is not None:
            self._control.close()
            self._process, self._control = _launch(self._threads)
        self._grown += 1
        ours, theirs = socket.socketpair()
        worker = Worker(number=self._grown, connection=Connection(ours.detach()), parent=self._process.pid)
        with theirs, suppress(OSError):  # a nursery that ended just now took the worker with it: that is heard as the worker's end
            socket.send_fds(self._control, [f"grow {worker.number}".encode()], [theirs.fileno(), self._shelf.descriptor])
        self.workers.append(worker)
        return worker

    def reap(self, worker: Worker) -> str:
        """Let a worker end, where it has not yet; returns how it ended, such as `signal 9`."""
        worker.connection.close()
        self.workers.remove(worker)
        code = self._ask("reap", worker)
        if code is None:
            return "with the process that starts it"
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the nursery itself, and of its workers; waits until they are there."""
        return (self._process.pid, *(self._ask("id", worker) or 0 for worker in self.workers))

    def close(self) -> None:
        """End all workers and then the nursery, and give back the shared memory."""
        for worker in self.workers:
            worker.connection.close()
        self.workers.clear()
        self._control.close()
        if self._shelf is not None:
            self._shelf.close()
        self._process.terminate()  # heard only while it still imports
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, what: str, worker: Worker) -> int | None:
        """What the nursery says of a worker; None where that nursery is no more."""
        with suppress(OSError):
            if worker.parent == self._process.pid:
                self._control.send(f"{what} {worker.number}".encode())
                return int(answer) if (answer := self._control.recv(64)) else None
        return None


def _launch(threads: int) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    with theirs, _interrupts_held_back():
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", START, json.dumps(sys.path), str(theirs.fileno()), str(threads)],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **limits},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    return process, ours


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """What starts within this block never sees a Ctrl-C, from its first instruction on; here it only comes later."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
