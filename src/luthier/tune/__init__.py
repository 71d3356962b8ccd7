"""Floor 3: which recipes to try, how long, and how to mix the best of them."""

from luthier.tune.allowance import Allowance as Allowance
from luthier.tune.ensemble import Ensemble as Ensemble
from luthier.tune.ensemble import select_ensemble as select_ensemble
from luthier.tune.plan import Plan as Plan
from luthier.tune.plan import plan_training as plan_training
from luthier.tune.portfolio import batch_size_for as batch_size_for
from luthier.tune.portfolio import portfolio as portfolio

__all__ = ["Allowance", "Ensemble", "Plan", "batch_size_for", "plan_training", "portfolio", "select_ensemble"]
