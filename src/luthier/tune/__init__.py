"""Floor 3: which recipes to try, how long, by whom, and how to mix the best of them."""

from luthier.tune.allowance import Allowance as Allowance
from luthier.tune.candidates import Candidate as Candidate
from luthier.tune.candidates import oof_rows as oof_rows
from luthier.tune.candidates import oof_truth as oof_truth
from luthier.tune.domains import OneOf as OneOf
from luthier.tune.domains import Real as Real
from luthier.tune.domains import Whole as Whole
from luthier.tune.ensemble import MOST_NUMBERS as MOST_NUMBERS
from luthier.tune.ensemble import Ensemble as Ensemble
from luthier.tune.ensemble import select_ensemble as select_ensemble
from luthier.tune.executor import Executor as Executor
from luthier.tune.executor import Job as Job
from luthier.tune.executor import JobResult as JobResult
from luthier.tune.executors import InProcess as InProcess
from luthier.tune.executors import Workers as Workers
from luthier.tune.executors import choose_executor as choose_executor
from luthier.tune.image_spaces import image_opening as image_opening
from luthier.tune.image_spaces import image_space as image_space
from luthier.tune.importance import SettingImportance as SettingImportance
from luthier.tune.importance import setting_importance as setting_importance
from luthier.tune.opening import Opening as Opening
from luthier.tune.plan import LEAST_EPOCHS as LEAST_EPOCHS
from luthier.tune.plan import Lengths as Lengths
from luthier.tune.plan import Plan as Plan
from luthier.tune.plan import lengths_for_images as lengths_for_images
from luthier.tune.plan import plan_training as plan_training
from luthier.tune.portfolio import batch_size_for as batch_size_for
from luthier.tune.portfolio import portfolio as portfolio
from luthier.tune.proposers import PROPOSERS as PROPOSERS
from luthier.tune.proposers import Proposal as Proposal
from luthier.tune.proposers import Proposer as Proposer
from luthier.tune.proposers import policy as policy
from luthier.tune.proposers import policy_words as policy_words
from luthier.tune.ready_spaces import ready_space as ready_space
from luthier.tune.rungs import BRACKETS as BRACKETS
from luthier.tune.rungs import FULL as FULL
from luthier.tune.rungs import Bracket as Bracket
from luthier.tune.rungs import Rung as Rung
from luthier.tune.search import ON_OTHER_ROWS as ON_OTHER_ROWS
from luthier.tune.search import SHORT as SHORT
from luthier.tune.search import Round as Round
from luthier.tune.search import Search as Search
from luthier.tune.space import FAMILY as FAMILY
from luthier.tune.space import Family as Family
from luthier.tune.space import Space as Space
from luthier.tune.space_files import read_space as read_space
from luthier.tune.space_files import space_to_plain as space_to_plain
from luthier.tune.space_files import write_space as write_space
from luthier.tune.speeds import SpeedBook as SpeedBook
from luthier.tune.trials import Point as Point
from luthier.tune.trials import Score as Score
from luthier.tune.trials import Trial as Trial
from luthier.tune.trials import TrialState as TrialState
from luthier.tune.workbench import WIDEST as WIDEST
from luthier.tune.workbench import Workbench as Workbench

__all__ = [
    "Opening",
    "SHORT",
    "image_opening",
    "image_space",
    "LEAST_EPOCHS",
    "Lengths",
    "lengths_for_images",
    "BRACKETS",
    "FAMILY",
    "FULL",
    "MOST_NUMBERS",
    "ON_OTHER_ROWS",
    "PROPOSERS",
    "WIDEST",
    "Allowance",
    "Bracket",
    "Candidate",
    "Ensemble",
    "Executor",
    "Family",
    "InProcess",
    "Job",
    "JobResult",
    "OneOf",
    "Plan",
    "Point",
    "Proposal",
    "Proposer",
    "Real",
    "Round",
    "Rung",
    "Score",
    "Search",
    "Space",
    "SettingImportance",
    "SpeedBook",
    "Trial",
    "TrialState",
    "Whole",
    "Workbench",
    "Workers",
    "batch_size_for",
    "choose_executor",
    "oof_rows",
    "oof_truth",
    "plan_training",
    "policy",
    "policy_words",
    "portfolio",
    "read_space",
    "ready_space",
    "select_ensemble",
    "setting_importance",
    "space_to_plain",
    "write_space",
]
