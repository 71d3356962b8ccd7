"""Proposers by name. A new one is a file of its own and one line here."""

from __future__ import annotations

from collections.abc import Callable

from luthier.tune.proposers.gp import Gp
from luthier.tune.proposers.grid import Grid, GridRandom
from luthier.tune.proposers.prior_weighted import PriorWeighted
from luthier.tune.proposers.proposer import Proposer
from luthier.tune.proposers.quasi_random import QuasiRandom
from luthier.tune.proposers.tpe import Tpe
from luthier.tune.proposers.uniform import Random
from luthier.tune.space import Space

PROPOSERS: dict[str, Callable[[Space], Proposer]] = {
    "grid": Grid,
    "random": Random,
    "quasi-random": QuasiRandom,
    "grid-random": GridRandom,
    "tpe": Tpe,
    "gp": Gp,
    "prior-weighted": PriorWeighted,
}
"""Every proposer that needs a space alone, by the name that a user gives it."""
