"""Floor 2: populations of networks, trained as one stacked program."""

from luthier.fit.augment import AUGMENTATIONS as AUGMENTATIONS
from luthier.fit.augment import AugmentationSettings as AugmentationSettings
from luthier.fit.augment import augmentation_examples as augmentation_examples
from luthier.fit.augment import build_augmentation as build_augmentation
from luthier.fit.device import choose_device as choose_device
from luthier.fit.device import describe_device as describe_device
from luthier.fit.folds import FoldTensors as FoldTensors
from luthier.fit.folds import TargetScale as TargetScale
from luthier.fit.folds import fold_tensors as fold_tensors
from luthier.fit.kept import read_trained as read_trained
from luthier.fit.kept import write_trained as write_trained
from luthier.fit.lanes import lanes_for as lanes_for
from luthier.fit.lanes import one_thread as one_thread
from luthier.fit.lr_range import LearningRateRange as LearningRateRange
from luthier.fit.lr_range import learning_rate_range as learning_rate_range
from luthier.fit.memory import Outcome as Outcome
from luthier.fit.noise_scale import NoiseScale as NoiseScale
from luthier.fit.noise_scale import gradient_noise_scale as gradient_noise_scale
from luthier.fit.pace import FEWEST_EVALUATIONS as FEWEST_EVALUATIONS
from luthier.fit.pace import Pace as Pace
from luthier.fit.points import ResumePoint as ResumePoint
from luthier.fit.population import Population as Population
from luthier.fit.population import network_size as network_size
from luthier.fit.population import start_network as start_network
from luthier.fit.precision import bfloat16_pays as bfloat16_pays
from luthier.fit.precision import has_bfloat16 as has_bfloat16
from luthier.fit.probe import Speed as Speed
from luthier.fit.probe import free_memory_bytes as free_memory_bytes
from luthier.fit.probe import probe as probe
from luthier.fit.probe import unmeasured as unmeasured
from luthier.fit.saliency import saliency as saliency
from luthier.fit.stacked import Predictor as Predictor
from luthier.fit.stacked import StackedNetwork as StackedNetwork
from luthier.fit.stacked import stack_trained as stack_trained
from luthier.fit.stacking import stack_key as stack_key
from luthier.fit.train import Curve as Curve
from luthier.fit.train import Judge as Judge
from luthier.fit.train import TrainedMember as TrainedMember
from luthier.fit.train import train as train

__all__ = [
    "AUGMENTATIONS",
    "AugmentationSettings",
    "augmentation_examples",
    "bfloat16_pays",
    "free_memory_bytes",
    "saliency",
    "build_augmentation",
    "has_bfloat16",
    "FEWEST_EVALUATIONS",
    "Curve",
    "FoldTensors",
    "Judge",
    "LearningRateRange",
    "NoiseScale",
    "Outcome",
    "Pace",
    "Population",
    "Predictor",
    "ResumePoint",
    "Speed",
    "StackedNetwork",
    "TargetScale",
    "TrainedMember",
    "choose_device",
    "describe_device",
    "fold_tensors",
    "gradient_noise_scale",
    "lanes_for",
    "learning_rate_range",
    "network_size",
    "one_thread",
    "probe",
    "read_trained",
    "stack_key",
    "stack_trained",
    "start_network",
    "train",
    "unmeasured",
    "write_trained",
]
