"""Floor 2: the saved model. Written once, read anywhere: predicting needs onnxruntime and no torch."""

from luthier.bundle.build import Stack as Stack
from luthier.bundle.build import build_graph as build_graph
from luthier.bundle.build import build_image_graph as build_image_graph
from luthier.bundle.build import stored_tensors as stored_tensors
from luthier.bundle.calibration import Calibration as Calibration
from luthier.bundle.card import model_card as model_card
from luthier.bundle.image_traits import ImageTraits as ImageTraits
from luthier.bundle.inputs import onnx_inputs as onnx_inputs
from luthier.bundle.manifest import FORMAT as FORMAT
from luthier.bundle.manifest import MANIFEST as MANIFEST
from luthier.bundle.manifest import Manifest as Manifest
from luthier.bundle.manifest import read_manifest as read_manifest
from luthier.bundle.model import Bundle as Bundle
from luthier.bundle.preprocess import preprocessing_graph as preprocessing_graph
from luthier.bundle.profile import image_profile as image_profile
from luthier.bundle.profile import reference_profile as reference_profile
from luthier.bundle.reference import PREDICTION as PREDICTION
from luthier.bundle.reference import PROBABILITY as PROBABILITY
from luthier.bundle.reference import REFERENCE as REFERENCE
from luthier.bundle.reference import ROLE as ROLE
from luthier.bundle.reference import TRUTH as TRUTH
from luthier.bundle.reference import Role as Role
from luthier.bundle.reference import reference_bytes as reference_bytes
from luthier.bundle.reference import reference_part as reference_part
from luthier.bundle.resize import Resizer as Resizer
from luthier.bundle.session import Session as Session
from luthier.bundle.write import Contents as Contents
from luthier.bundle.write import write_bundle as write_bundle

__all__ = [
    "FORMAT",
    "MANIFEST",
    "PREDICTION",
    "PROBABILITY",
    "REFERENCE",
    "ROLE",
    "TRUTH",
    "Bundle",
    "Calibration",
    "Contents",
    "ImageTraits",
    "Manifest",
    "Resizer",
    "Role",
    "Session",
    "Stack",
    "build_graph",
    "build_image_graph",
    "image_profile",
    "model_card",
    "onnx_inputs",
    "preprocessing_graph",
    "read_manifest",
    "reference_bytes",
    "reference_part",
    "reference_profile",
    "stored_tensors",
    "write_bundle",
]
