"""Floor 1: optimizers, schedules, weight averaging and clipping over the matrix of all members' weights."""

from luthier.optim.adam import Adam as Adam
from luthier.optim.adamw import AdamW as AdamW
from luthier.optim.average import WeightAverage as WeightAverage
from luthier.optim.clip import clip_members_ as clip_members_
from luthier.optim.layout import WeightLayout as WeightLayout
from luthier.optim.layout import WeightRole as WeightRole
from luthier.optim.layout import WeightSlot as WeightSlot
from luthier.optim.learning_rate import SCHEDULES as SCHEDULES
from luthier.optim.learning_rate import Schedule as Schedule
from luthier.optim.learning_rate import ScheduleStack as ScheduleStack
from luthier.optim.learning_rate import build_schedule as build_schedule
from luthier.optim.learning_rate import learning_rate_factor as learning_rate_factor
from luthier.optim.momentum import Momentum as Momentum
from luthier.optim.muon import Muon as Muon
from luthier.optim.nadamw import NAdamW as NAdamW
from luthier.optim.nesterov import Nesterov as Nesterov
from luthier.optim.newton_schulz import orthogonalize as orthogonalize
from luthier.optim.optimizer import Optimizer as Optimizer
from luthier.optim.optimizer import State as State
from luthier.optim.plateau import Plateau as Plateau
from luthier.optim.registry import OPTIMIZERS as OPTIMIZERS
from luthier.optim.registry import build_optimizer as build_optimizer
from luthier.optim.registry import select_members as select_members
from luthier.optim.registry import stack_optimizers as stack_optimizers
from luthier.optim.registry import structure as structure
from luthier.optim.rmsprop import RmsProp as RmsProp
from luthier.optim.schedule_free import ScheduleFreeAdamW as ScheduleFreeAdamW
from luthier.optim.schedules import ReduceOnPlateau as ReduceOnPlateau
from luthier.optim.sgd import Sgd as Sgd

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "Adam",
    "AdamW",
    "Momentum",
    "Muon",
    "NAdamW",
    "Nesterov",
    "Optimizer",
    "Plateau",
    "ReduceOnPlateau",
    "RmsProp",
    "Schedule",
    "ScheduleFreeAdamW",
    "ScheduleStack",
    "Sgd",
    "State",
    "WeightAverage",
    "WeightLayout",
    "WeightRole",
    "WeightSlot",
    "build_optimizer",
    "build_schedule",
    "clip_members_",
    "learning_rate_factor",
    "orthogonalize",
    "select_members",
    "stack_optimizers",
    "structure",
]
