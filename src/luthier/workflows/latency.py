"""The ensemble that answers a row in the time that the user allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from luthier.bundle import Bundle
from luthier.core.findings import Event
from luthier.data import Source
from luthier.tune import MOST_NUMBERS
from luthier.workflows.assembly import Assembled, assemble
from luthier.workflows.ensembling import Mixture, mix
from luthier.workflows.preparation import Preparation
from luthier.workflows.training import Training

ROWS_ASKED = 40
"Single rows whose median time counts."
TRIES = 4
"Ensembles that are put together to find one that is quick enough."


def mix_and_assemble(prepared: Preparation, training: Training, *, seed: int, max_latency_seconds: float | None) -> tuple[Mixture, Assembled]:
    """The best ensemble and its model; with a bound, the largest one that was measured to keep it."""
    most_numbers = MOST_NUMBERS
    for remaining in reversed(range(TRIES)):
        mixture = mix(training, prepared.dataset.task, prepared.metric, prepared.costs, most_numbers=most_numbers)
        model = assemble(prepared, training, mixture, {"seed": str(seed)})
        if max_latency_seconds is None:
            break
        seconds = seconds_a_row(model.bundle, prepared.material.single)
        if seconds <= max_latency_seconds or not remaining:
            training.events.append(_told(seconds, max_latency_seconds, networks=_networks(mixture), rows_called=prepared.dataset.rows_called))
            break
        most_numbers = int(_numbers(mixture) * 0.8 * max_latency_seconds / seconds)
    return mixture, model


def seconds_a_row(bundle: Bundle, single: Callable[[int], Source], *, now: Callable[[], float] = time.perf_counter) -> float:
    """The median time of a prediction for one row, in this process.

    Args:
        single: a row by its number, however large that is.
    """
    taken = []
    for place in range(ROWS_ASKED):
        row = single(place)
        start = now()
        bundle.predict(row)
        taken.append(now() - start)
    return median(taken)


def _numbers(mixture: Mixture) -> int:
    return sum(candidate.size for candidate, _ in mixture.chosen)


def _networks(mixture: Mixture) -> int:
    return sum(len(candidate.trained) for candidate, _ in mixture.chosen)


def _told(seconds: float, bound: float, *, networks: int, rows_called: str) -> Event:
    asked = "a row" if rows_called == "rows" else "an image"
    kept = "as was asked" if seconds <= bound else f"and not {bound * 1000:g} ms as was asked: no smaller ensemble is quick enough"
    return Event(name="latency", what=f"The {networks} networks of the ensemble answer {asked} in {seconds * 1000:.2g} ms, {kept}.")
