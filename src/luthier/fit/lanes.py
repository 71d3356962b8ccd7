"""Lanes: populations that train at the same time, each on one core.

Small networks do not fill two cores: on a busy machine each of their operations waits for the slower one, and a step takes
a hundred times as long. Lanes do not wait for each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue

import torch

from luthier.fit.pace import Pace
from luthier.fit.population import Population
from luthier.fit.train import Judge, TrainedMember, train

Tell = Callable[[float, float], None]
"(progress, error) of a training."


def lanes_for(device: torch.device) -> int:
    """How many populations train at the same time: one a core, one on a GPU."""
    return len(os.sched_getaffinity(0)) if device.type == "cpu" else 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Within this block the calling thread computes alone; torch's number of threads and its random numbers are as before afterwards."""
    before = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def train_side_by_side(populations: Sequence[Population], paces: Sequence[Pace], judge: Judge, *, tell: Tell) -> list[TrainedMember]:
    """Train populations at the same time; members come back in their order.

    Args:
        tell: called from the calling thread, whoever has news.
    """
    if len(populations) == 1:
        return train(populations[0], paces[0], judge, tell=tell)
    news: SimpleQueue[tuple[float, float]] = SimpleQueue()
    with one_thread(), ThreadPoolExecutor(len(populations), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        runs = [pool.submit(train, population, pace, judge, tell=lambda *what: news.put(what)) for population, pace in zip(populations, paces, strict=True)]
        _pass_on(news, runs, tell)
        return [member for run in runs for member in run.result()]


def _pass_on(news: SimpleQueue[tuple[float, float]], runs: Sequence[Future[list[TrainedMember]]], tell: Tell) -> None:
    while not all(run.done() for run in runs):
        try:
            tell(*news.get(timeout=0.1))
        except Empty:
            continue
