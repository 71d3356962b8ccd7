"""How long an epoch of a network takes on this machine: measured once a run, and written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from luthier.core.journal import Journal
from luthier.core.recipe import Member, Recipe
from luthier.core.seeds import derive_seed
from luthier.fit import FoldTensors, Speed, one_thread, probe, unmeasured


def measured_speeds(recipes: Sequence[Recipe], data: FoldTensors, journal: Journal, *, seed: int, by_work: bool) -> list[Speed]:
    """The speed of one network of each recipe; a run that is taken up again keeps what was measured first.

    Args:
        by_work: nothing is measured where no clock may steer.
    """
    members = [Member(recipe=recipe, fold=0, seed=derive_seed(seed, "scout")) for recipe in recipes]
    return journal.recall(
        "speeds",
        lambda: _probed(members, data, by_work=by_work),
        to_plain=lambda speeds: [asdict(speed) for speed in speeds],
        read=lambda plain: [Speed(**speed) for speed in plain],
    )


def _probed(members: Sequence[Member], data: FoldTensors, *, by_work: bool) -> list[Speed]:
    if by_work:
        return [unmeasured([member], data) for member in members]
    with one_thread():
        return [probe([member], data) for member in members]
