"""The nursery's own side: one process that has imported everything, forks workers, and computes nothing.

A worker is there in a hundredth of a second where a new interpreter that imports torch takes seconds, and all workers share
the memory of what was imported. The nursery asks for nothing: it ends when its socket does, after its workers.
"""

from __future__ import annotations

import gc
import os
import signal
import socket

from luthier.tune.executors.worker_main import serve

MESSAGE_BYTES = 64


def main(control_descriptor: int, threads: int) -> None:
    """Answer `grow NUMBER` (with a socket and a shelf), `id NUMBER` and `reap NUMBER` until the socket ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: what it means is for the parent to decide
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # from here on its end is the end of its socket, after that of its workers
    gc.freeze()  # what was imported stays shared: a collection in a worker would write to it
    control = socket.socket(fileno=control_descriptor)
    workers: dict[int, int] = {}
    while True:
        content, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        if not content:
            break
        verb, number = content.decode().split()
        if verb == "grow":
            workers[int(number)] = _fork(control, descriptors, threads)
        elif verb == "id":
            control.send(str(workers[int(number)]).encode())
        else:
            _, status = os.waitpid(workers.pop(int(number)), 0)
            control.send(str(os.waitstatus_to_exitcode(status)).encode())
    for process in workers.values():
        os.waitpid(process, 0)


def _fork(control: socket.socket, descriptors: list[int], threads: int) -> int:
    process = os.fork()
    if process == 0:
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            control.close()
            serve(*descriptors, threads=threads)
        finally:
            os._exit(1)
    for descriptor in descriptors:
        os.close(descriptor)
    return process
