"""Small jobs for executors."""

from __future__ import annotations

from dataclasses import replace

from luthier.core.recipe import Choice, Member
from luthier.tune.executor import Job, JobResult
from tests.fit.conftest import make_members, make_recipe

LONG = 4_000
"Steps of a job that tests break off: they are judged every 40 steps."


def make_job(net: str = "mlp", *, steps: int = 30, seconds: float | None = None, seed: int = 5, **changes: object) -> Job:
    members = tuple(make_members(make_recipe(net, **changes)))
    return Job(members=members, seed=seed, steps=steps, most_steps=steps, seconds=seconds)


def different_jobs() -> list[Job]:
    """Nets with dropout, averaging and row orders of their own, of different length."""
    return [
        make_job("mlp", steps=40),
        make_job("tabm-mini", steps=25, seed=6),
        make_job("realmlp", steps=30, optimizer="nadamw", learning_rate=0.02),
        make_job("residual-mlp", steps=20, ema_decay=0.9),
        make_job("mlp", steps=60, learning_rate=0.02, patience=2),
    ]


def long_job() -> Job:
    return make_job(steps=LONG, patience=LONG)


def broken_off(result: JobResult) -> bool:
    """A long job that trained for a while and not to its end."""
    return bool(result.trained) and 0 < result.rows_seen < LONG * 16 * 3


def impossible_job() -> Job:
    """Members of two shapes: no stack can hold them."""
    nets = [Choice(name="mlp", settings={"width": width}) for width in (16, 32)]
    return Job(members=tuple(Member(recipe=replace(make_recipe(), net=net), fold=0, seed=1) for net in nets), seed=0, steps=5, most_steps=5)


def silent(progress: float, error: float) -> None:
    """Nobody listens."""
