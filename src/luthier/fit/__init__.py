"""Floor 2: populations of networks, trained as one stacked program."""

from luthier.fit.device import choose_device as choose_device
from luthier.fit.device import describe_device as describe_device
from luthier.fit.folds import FoldTensors as FoldTensors
from luthier.fit.folds import TargetScale as TargetScale
from luthier.fit.folds import fold_tensors as fold_tensors
from luthier.fit.lanes import lanes_for as lanes_for
from luthier.fit.lanes import one_thread as one_thread
from luthier.fit.lanes import train_side_by_side as train_side_by_side
from luthier.fit.pace import Pace as Pace
from luthier.fit.population import Population as Population
from luthier.fit.probe import Speed as Speed
from luthier.fit.probe import probe as probe
from luthier.fit.probe import unmeasured as unmeasured
from luthier.fit.stacked import Predictor as Predictor
from luthier.fit.stacked import StackedNetwork as StackedNetwork
from luthier.fit.stacked import stack_trained as stack_trained
from luthier.fit.train import Curve as Curve
from luthier.fit.train import Judge as Judge
from luthier.fit.train import Outcome as Outcome
from luthier.fit.train import TrainedMember as TrainedMember
from luthier.fit.train import train as train

__all__ = [
    "Curve",
    "FoldTensors",
    "Judge",
    "Outcome",
    "Pace",
    "Population",
    "Predictor",
    "Speed",
    "StackedNetwork",
    "TargetScale",
    "TrainedMember",
    "choose_device",
    "describe_device",
    "fold_tensors",
    "lanes_for",
    "one_thread",
    "probe",
    "stack_trained",
    "train",
    "train_side_by_side",
    "unmeasured",
]
