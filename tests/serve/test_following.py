from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from luthier.core.errors import BundleDamaged, LedgerUnwritable, LuthierError
from luthier.ledger import Deployment
from luthier.serve.following import Following
from luthier.serve.served_model import ServedModel

FIRST = Deployment(name="kinds", version=1, champion="old", created_at=datetime(2026, 11, 23, tzinfo=UTC))


class Loaded:
    """What stands for a model."""

    def __init__(self, bundle_hash: str) -> None:
        self.hash = bundle_hash


class Shelf:
    """A deployment that changes when it is told to, and models of which some are damaged."""

    def __init__(self) -> None:
        self.now: Deployment | LuthierError = FIRST
        self.damaged: set[str] = set()
        self.loads: list[str] = []

    def deployment(self) -> Deployment:
        if isinstance(self.now, LuthierError):
            raise self.now
        return self.now

    def load(self, bundle_hash: str) -> ServedModel:
        self.loads.append(bundle_hash)
        if bundle_hash in self.damaged:
            raise BundleDamaged("Its hash differs.")
        return Loaded(bundle_hash)  # type: ignore[return-value]


def following(shelf: Shelf, clock: list[float] | None = None) -> Following:
    ticks = clock if clock is not None else [0.0]
    follower = Following(shelf, seconds=1.0, now=lambda: ticks[0])
    follower.begin()
    return follower


def test_a_promotion_exchanges_the_model_and_an_unchanged_deployment_loads_nothing() -> None:
    shelf = Shelf()
    follower = following(shelf)
    follower.look()
    shelf.now = replace(FIRST, version=2, champion="new", challenger="old")

    follower.look()
    follower.look()

    now = follower.in_service
    assert (now.version, now.champion.hash, now.challenger and now.challenger.hash) == (2, "new", "old")
    assert shelf.loads == ["old", "new"]


def test_a_damaged_champion_is_never_served_and_the_one_before_goes_on() -> None:
    shelf = Shelf()
    follower = following(shelf)
    shelf.now, shelf.damaged = replace(FIRST, version=2, champion="new"), {"new"}

    follower.look()

    assert (follower.in_service.version, follower.in_service.champion.hash) == (1, "old")
    assert follower.trouble == "The champion new cannot be used: Its hash differs. The one before goes on."
    assert follower.refused_models == 1


def test_a_damaged_model_is_tried_again_after_a_while() -> None:
    shelf, clock = Shelf(), [0.0]
    follower = following(shelf, clock)
    shelf.now, shelf.damaged = replace(FIRST, version=2, champion="new"), {"new"}
    follower.look()
    shelf.damaged = set()

    follower.look()
    assert follower.in_service.champion.hash == "old"
    clock[0] = 31.0
    follower.look()

    assert (follower.in_service.version, follower.in_service.champion.hash, follower.trouble) == (2, "new", None)


def test_a_damaged_challenger_leaves_the_shadow_empty() -> None:
    shelf = Shelf()
    follower = following(shelf)
    shelf.now, shelf.damaged = replace(FIRST, version=2, challenger="new"), {"new"}

    follower.look()

    assert (follower.in_service.version, follower.in_service.challenger) == (2, None)
    assert follower.trouble == "The challenger new cannot be used: Its hash differs. None is in the shadow."


def test_a_ledger_that_is_away_changes_nothing_and_trouble_ends_with_it() -> None:
    shelf = Shelf()
    follower = following(shelf)
    shelf.now = LedgerUnwritable("The server is away.")
    follower.look()

    assert follower.trouble == "The deployment cannot be looked up, so the service goes on as it is: The server is away."
    assert follower.in_service.champion.hash == "old"
    shelf.now = FIRST
    follower.look()
    assert (follower.trouble, shelf.loads) == (None, ["old"])


def test_there_is_nothing_to_begin_with_where_the_champion_is_damaged() -> None:
    shelf = Shelf()
    shelf.damaged = {"old"}

    with pytest.raises(BundleDamaged, match=r"^Its hash differs.$"):
        following(shelf)


@pytest.mark.parametrize("role", ["champion", "challenger"])
def test_a_model_that_fails_in_an_unknown_way_is_refused_as_a_damaged_one(role: str) -> None:
    class Odd(Shelf):
        def load(self, bundle_hash: str) -> ServedModel:
            if bundle_hash == "new":
                raise RuntimeError("No such operator.")
            return super().load(bundle_hash)

    shelf = Odd()
    follower = following(shelf)
    shelf.now = replace(FIRST, version=2, **{role: "new"})
    follower.look()

    assert follower.in_service.champion.hash == "old"
    assert (follower.trouble or "").startswith(f"The {role} new cannot be used: No such operator. ")


def test_whatever_the_ledger_says_it_is_looked_at_again() -> None:
    class Odd(Shelf):
        def deployment(self) -> Deployment:
            if self.now is not FIRST:
                raise RuntimeError("no such table: deployments")
            return FIRST

    shelf = Odd()
    follower = following(shelf)
    shelf.now = replace(FIRST, version=2)
    follower.look()

    assert follower.trouble == "The deployment cannot be looked up, so the service goes on as it is: no such table: deployments"
