"""Proposer: who says which recipes to try next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from luthier.tune.trials import Point, Trial

NOTHING: Point = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A recipe to try."""

    point: Point
    "Where it lies in the space."
    origin: str
    "Who thought of it: `default`, `past`, `grid`, `random`, `quasi-random`, `prior`, `incumbent`, `tpe`, `gp`."


@runtime_checkable
class Proposer(Protocol):
    """Proposes places of a space, given all that was tried before.

    Laws, kept by every proposer (the contract suite holds them):
    - Equal space, history, count and seed give equal proposals, at any time and in any process: a search that is taken up again asks
      again and gets what it got.
    - Every proposal lies in the space: all settings that exist have a value of their domain, the others none.
    - What is fixed has its value in every proposal.
    - No place is proposed that stands in the history, be it good, running or failed, nor twice in one answer.
    - There are as many proposals as asked for, except where a finite plan is used up or the space holds no other places.
    - The history is not changed. Trials of places outside the space are no evidence, and no reason to fail.
    """

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next.

        Args:
            count: proposals wanted.
            history: every trial so far in the order of its number, whatever came of it.
            seed: of the search: the same at every call, since what is random hangs on it and on the length of the history.
            fixed: values that all proposals shall have: `family`, and paths of it together with what their conditions hang on.

        Raises:
            SettingInvalid: what is fixed is outside the space.
        """
