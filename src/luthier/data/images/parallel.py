"""Work on many images by threads: Pillow and NumPy let go of the interpreter while they decode and compute."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WAITING_A_THREAD = 3


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """The results in the order of the items; only a few are held at a time, however many items there are.

    Example:
        >>> list(in_order(len, ["a", "bcd"]))
        [1, 3]
    """
    threads = len(os.sched_getaffinity(0))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="luthier-images")
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > _WAITING_A_THREAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def in_chunks(work: Callable[[Item], Result], items: Sequence[Item], size: int = 256) -> Iterator[Result]:
    """As `in_order`, many items at a time: for work that is shorter than handing it over.

    Example:
        >>> list(in_chunks(len, ["a", "bcd"]))
        [1, 3]
    """
    chunks = (items[first : first + size] for first in range(0, len(items), size))
    return chain.from_iterable(in_order(lambda chunk: [work(item) for item in chunk], chunks))
