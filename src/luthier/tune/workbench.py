"""Workbench: members in, trained members out: stacked, laid on the lanes, written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

from luthier.core.findings import Event
from luthier.core.journal import Journal
from luthier.core.recipe import Member, Recipe
from luthier.fit import FEWEST_EVALUATIONS, FoldTensors, Judge, TrainedMember, read_trained, stack_key, write_trained
from luthier.tune.allowance import Allowance
from luthier.tune.executor import Executor, Job, JobResult, Tell
from luthier.tune.speeds import SpeedBook

WIDEST = 16
"Members of one stack: wider ones train no faster per member on a CPU, and a rung then waits longer for its slowest."
COMPARED_EVALUATIONS = 3
"Evaluations at least in a training that is only compared."
SLACK = 1.25
"A training may take so much longer than planned before the clock ends it, where the time that is left allows it."


Length: TypeAlias = Callable[[Recipe], float]
"""Epochs that a recipe is trained at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What came of one member."""

    entry: TrainedMember | None
    "None where its stack could not be trained."
    seconds: float
    "Its share of the time that the stack kept a lane busy."
    rows: int
    "Training rows that it looked at."
    failure: str = ""


@dataclass(slots=True, kw_only=True)
class Workbench:
    """Trains members through an executor, within an allowance, and keeps what came of them in a journal."""

    data: FoldTensors
    judge: Judge
    executor: Executor
    "It has the data and the judge already."
    allowance: Allowance
    journal: Journal
    speeds: SpeedBook
    seed: int
    "Of the noise that the members of a stack share."
    widest: int = WIDEST
    events: list[Event] = field(default_factory=list)
    _count: int = 0

    def train(self, members: Sequence[Member], *, epochs: Length, share: float = 1.0, keep: bool, tell: Tell) -> list[Trained]:
        """Train members; their order is kept.

        Args:
            epochs: passes over the training rows that a recipe gets at most; fewer where the share does not pay for them: every schedule is then shorter.
            share: of what is left, that this may cost.
            keep: False where the errors alone are of interest: weights and predictions are let go.
        """
        self._count += 1
        name = f"training {self._count}"
        stacks = stacked(members, lanes=self.executor.lanes, widest=self.widest)
        results = self.journal.recall(
            name,
            lambda: self._run(name, stacks, epochs, share, keep, tell),
            to_plain=lambda results: self._written(name, results),
            read=lambda plain: self._read(plain, stacks),
        )
        for place in range(len(stacks)):
            self.journal.drop(f"{name}-{place}.point")
        return self._in_order(members, stacks, results)

    def learn_from(self, data: FoldTensors) -> None:
        """Train on other rows from now on; who judges stays."""
        self.data = data
        self.executor = self.executor.give(data, self.judge)

    def _run(self, name: str, stacks: Sequence[Sequence[Member]], epochs: Length, share: float, keep: bool, tell: Tell) -> list[JobResult]:
        evaluations = FEWEST_EVALUATIONS if keep else COMPARED_EVALUATIONS
        jobs = [replace(job, point=self._point(name, place), fewest_evaluations=evaluations) for place, job in enumerate(self._jobs(stacks, epochs, share))]
        results = self.executor.run(jobs, tell=tell)
        results = [self._narrower(result, stack, epochs, share, tell) for result, stack in zip(results, stacks, strict=True)]
        return results if keep else [replace(result, trained=tuple(map(without_weights, result.trained))) for result in results]

    def _point(self, name: str, place: int) -> Path | None:
        return self.journal.file(f"{name}-{place}.point")

    def _jobs(self, stacks: Sequence[Sequence[Member]], epochs: Length, share: float) -> list[Job]:
        """Every stack for its epochs, or for the part of them that the share pays for."""
        lengths = [max(epochs(member.recipe) for member in stack) for stack in stacks]
        rows = [length * self.rows_an_epoch(stack) for stack, length in zip(stacks, lengths, strict=True)]
        seconds = [self.speeds.seconds_per_row(stack[0].recipe) * count for stack, count in zip(stacks, rows, strict=True)]
        planned = self._planned_cost(rows, seconds)
        allowed = self.allowance.left * share
        scale = min(1.0, allowed / planned) if planned > 0 else 1.0
        jobs = []
        for stack, length, lane_seconds in zip(stacks, lengths, seconds, strict=True):
            most = max(int(length * self.steps_per_epoch(stack)), 1)
            steps = max(int(length * scale * self.steps_per_epoch(stack)), 1)
            bound = None if self.allowance.work is not None else self._seconds_of(lane_seconds * scale, planned * scale, allowed)
            jobs.append(Job(members=tuple(stack), seed=self.seed, steps=steps, most_steps=steps if bound is None else most, seconds=bound))
        return jobs

    def _planned_cost(self, rows: Sequence[float], seconds: Sequence[float]) -> float:
        """Of all stacks: rows, or seconds until the fullest lane is done."""
        if self.allowance.work is not None:
            return sum(rows)
        lanes = [0.0] * self.executor.lanes
        for stack in seconds:
            lanes[int(np.argmin(lanes))] += stack
        return max(lanes)

    @staticmethod
    def _seconds_of(own: float, lane: float, allowed: float) -> float:
        """How long a job may take: a little more than planned, but no lane longer than what is allowed."""
        if own <= 0:
            return allowed
        return min(own * SLACK, allowed * own / lane)

    def _narrower(self, result: JobResult, stack: Sequence[Member], epochs: Length, share: float, tell: Tell) -> JobResult:
        """Where the memory did not suffice: half as many at a time, one after the other."""
        if not result.out_of_memory or len(stack) == 1:
            return result
        self.widest = ceil(len(stack) / 2)
        self.events.append(
            Event(name="narrower-population", what=f"{stack[0].recipe.name}: {len(stack)} networks side by side did not fit into memory; {self.widest} did.")
        )
        halves = [stack[: self.widest], stack[self.widest :]]
        parts = [self._narrower(self.executor.run(self._jobs([half], epochs, share), tell=tell)[0], half, epochs, share, tell) for half in halves]
        failure = next((part.failure for part in parts if part.failure), "")
        return JobResult(
            trained=() if failure else tuple(entry for part in parts for entry in part.trained),
            rows_seen=sum(part.rows_seen for part in parts),
            seconds=sum(part.seconds for part in parts),
            failure=failure,
        )

    def _in_order(self, members: Sequence[Member], stacks: Sequence[Sequence[Member]], results: Sequence[JobResult]) -> list[Trained]:
        """Book what the results took, and lay them out in the order of the members."""
        by_member: dict[int, Trained] = {}
        for stack, result in zip(stacks, results, strict=True):
            self.allowance.rows_used += result.rows_seen
            self.speeds.learn(stack[0].recipe, seconds=result.seconds, rows=result.rows_seen)
            entries: Iterable[TrainedMember | None] = result.trained or [None] * len(stack)
            for member, entry in zip(stack, entries, strict=True):
                by_member[id(member)] = Trained(entry=entry, seconds=result.seconds / len(stack), rows=result.rows_seen // len(stack), failure=result.failure)
        return [by_member[id(member)] for member in members]

    def cost_of(self, members: Sequence[Member], *, epochs: float) -> float:
        """What training some members so long would cost, by the speeds known so far."""
        stacks = stacked(members, lanes=self.executor.lanes, widest=self.widest)
        rows = [epochs * self.rows_an_epoch(stack) for stack in stacks]
        seconds = [self.speeds.seconds_per_row(stack[0].recipe) * count for stack, count in zip(stacks, rows, strict=True)]
        return self.allowance.cost(rows=sum(rows), seconds=sum(seconds))

    def rows_an_epoch(self, stack: Sequence[Member]) -> int:
        """Training rows that all members of a stack look at in an epoch."""
        return self.steps_per_epoch(stack) * self._batch(stack) * len(stack)

    def steps_per_epoch(self, stack: Sequence[Member]) -> int:
        """Gradient steps of an epoch."""
        return self._shortest(stack) // self._batch(stack)

    def _batch(self, stack: Sequence[Member]) -> int:
        return min(stack[0].recipe.batch_size, self._shortest(stack))

    def _shortest(self, stack: Sequence[Member]) -> int:
        return min(self.data.rows_learned(member.fold) for member in stack)

    def _written(self, name: str, results: Sequence[JobResult]) -> list[dict[str, Any]]:
        """The results as plain JSON, the networks in files beside it."""
        plain: list[dict[str, Any]] = []
        for place, result in enumerate(results):
            file = self.journal.file(f"{name}-{place}.safetensors")
            if file is not None and result.trained:
                write_trained(file, result.trained)
            plain.append(
                {
                    "file": file.name if file is not None and result.trained else "",
                    "rows_seen": result.rows_seen,
                    "seconds": result.seconds,
                    "failure": result.failure,
                }
            )
        return plain

    def _read(self, plain: Sequence[dict[str, Any]], stacks: Sequence[Sequence[Member]]) -> list[JobResult]:
        folder = self.journal.folder or Path()
        return [
            JobResult(
                trained=read_trained(folder / line["file"], stack) if line["file"] else (),
                rows_seen=line["rows_seen"],
                seconds=line["seconds"],
                failure=line["failure"],
            )
            for line, stack in zip(plain, stacks, strict=True)
        ]


def stacked(members: Sequence[Member], *, lanes: int, widest: int = WIDEST) -> list[list[Member]]:
    """Members that may stand in one population, together; no stack wider than allowed, and where there is enough to do, one for every lane."""
    groups: dict[str, list[Member]] = {}
    for member in members:
        groups.setdefault(stack_key(member.recipe), []).append(member)
    parts = max(ceil(lanes / len(groups)), 1)
    return [stack for group in groups.values() for stack in divided(group, max(min(parts, len(group)), ceil(len(group) / widest)))]


def divided(members: Sequence[Member], parts: int) -> list[list[Member]]:
    """The members in order, in so many parts that differ by one at most; no part is empty."""
    edges = [len(members) * part // parts for part in range(parts + 1)]
    return [list(members[start:stop]) for start, stop in zip(edges, edges[1:], strict=False) if stop > start]


def without_weights(entry: TrainedMember) -> TrainedMember:
    """What is worth keeping of a member that was only compared."""
    return replace(entry, weights=torch.empty(0), buffers={}, predictions=np.empty(0))
