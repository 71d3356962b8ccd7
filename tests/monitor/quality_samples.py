"""Windows whose quality is known: the truth is drawn from the probabilities, or with a known spread around the prediction."""

import numpy as np
import polars as pl

from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.monitor import Sample, Subject

SCHEMA = Schema(
    columns=(
        Column(name="x", kind=ColumnKind.NUMERIC, dtype="Float64"),
        Column(name="city", kind=ColumnKind.CATEGORY, dtype="String"),
    )
)
ILL = Subject(task=Task(kind=TaskKind.BINARY, target="ill", classes=("no", "yes"), metric="log_loss"), schema=SCHEMA)
PRICE = Subject(task=Task(kind=TaskKind.REGRESSION, target="price", metric="rmse"), schema=SCHEMA)


def classified(rng, rows, *, shift=0.0, sureness=1.0, meaning=1.0):
    """A window of a classifier. A shift makes rows harder; sureness above 1 is overconfidence; meaning below 1 is a changed concept."""
    x, city = rng.normal(shift, 1.0, size=rows), rng.choice(["Basel", "Bern"], rows)
    truth = (rng.random(rows) < 1 / (1 + np.exp(-2.0 * (x - 1.0) * meaning))).astype(np.int64)
    probability = 1 / (1 + np.exp(-2.0 * (x - 1.0) * sureness))
    return Sample(
        frame=pl.DataFrame({"x": x, "city": city}), predictions=np.stack([1 - probability, probability], axis=1), truth=truth, at=np.arange(float(rows))
    )


def priced(rng, rows, *, shift=0.0, spread=1.0):
    """A window of a regression whose errors grow with x and are twice as large in Bern."""
    x, city = rng.normal(shift, 1.0, size=rows), rng.choice(["Basel", "Bern"], rows, p=[0.8, 0.2])
    sigma = spread * np.exp(0.5 * x) * np.where(city == "Bern", 2.0, 1.0)
    return Sample(frame=pl.DataFrame({"x": x, "city": city}), predictions=3.0 * x, truth=3.0 * x + sigma * rng.normal(size=rows), at=np.arange(float(rows)))


def joined(first, second):
    """Two windows, one after the other."""
    parts = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("predictions", "truth")}
    return Sample(frame=pl.concat([first.frame, second.frame]), at=np.arange(float(first.rows + second.rows)), **parts)
