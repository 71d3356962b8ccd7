"""How many threads the numerical libraries get while rows are judged."""

from __future__ import annotations

from typing import Any

from joblib import cpu_count  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


def few_threads() -> Any:
    """A context in which BLAS has one thread and OpenMP half the cores.

    The products and loops here are small. With a thread on every core they wait for each other as soon as anything else runs: on two busy cores
    gradient boosting took 10 to 50 times as long as with one thread.
    """
    return threadpool_limits({"blas": 1, "openmp": max(1, cpu_count() // 2)})
