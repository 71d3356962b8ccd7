"""Who says what to try next: one method, many ways."""

from luthier.tune.proposers.gp import Gp as Gp
from luthier.tune.proposers.grid import Grid as Grid
from luthier.tune.proposers.grid import GridRandom as GridRandom
from luthier.tune.proposers.in_order import Defaults as Defaults
from luthier.tune.proposers.in_order import InOrder as InOrder
from luthier.tune.proposers.in_order import Narrow as Narrow
from luthier.tune.proposers.in_order import Past as Past
from luthier.tune.proposers.in_order import Steps as Steps
from luthier.tune.proposers.policy import POLICY as POLICY
from luthier.tune.proposers.policy import policy as policy
from luthier.tune.proposers.policy import policy_words as policy_words
from luthier.tune.proposers.prior_weighted import PriorWeighted as PriorWeighted
from luthier.tune.proposers.proposer import Proposal as Proposal
from luthier.tune.proposers.proposer import Proposer as Proposer
from luthier.tune.proposers.quasi_random import QuasiRandom as QuasiRandom
from luthier.tune.proposers.registry import PROPOSERS as PROPOSERS
from luthier.tune.proposers.tpe import Tpe as Tpe
from luthier.tune.proposers.uniform import Random as Random

__all__ = [
    "POLICY",
    "PROPOSERS",
    "Defaults",
    "Gp",
    "Grid",
    "GridRandom",
    "InOrder",
    "Narrow",
    "Past",
    "PriorWeighted",
    "Proposal",
    "Proposer",
    "QuasiRandom",
    "Random",
    "Steps",
    "Tpe",
    "policy",
    "policy_words",
]
