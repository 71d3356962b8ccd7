"""Floor 1: from files and tables to typed columns, checks, splits, numbers and codes."""

from luthier.data.checks import CHECKS as CHECKS
from luthier.data.checks import run_checks as run_checks
from luthier.data.columns import CodeFeature as CodeFeature
from luthier.data.columns import Layout as Layout
from luthier.data.columns import NumberFeature as NumberFeature
from luthier.data.columns import fit_layout as fit_layout
from luthier.data.columns import layout_events as layout_events
from luthier.data.dataset import Dataset as Dataset
from luthier.data.dataset import build_dataset as build_dataset
from luthier.data.encoding import Encoding as Encoding
from luthier.data.encoding import Inputs as Inputs
from luthier.data.encoding import fit_encoding as fit_encoding
from luthier.data.encoding import fit_encodings as fit_encodings
from luthier.data.kinds import guess_columns as guess_columns
from luthier.data.read import Reading as Reading
from luthier.data.read import Source as Source
from luthier.data.read import read_source as read_source
from luthier.data.read import read_table as read_table
from luthier.data.read import source_name as source_name
from luthier.data.splits import Fold as Fold
from luthier.data.splits import Split as Split
from luthier.data.splits import split_rows as split_rows
from luthier.data.target import guess_task as guess_task
from luthier.data.target import target_values as target_values
from luthier.data.typed import typed_frame as typed_frame

__all__ = [
    "CHECKS",
    "CodeFeature",
    "Dataset",
    "Encoding",
    "Fold",
    "Inputs",
    "Layout",
    "NumberFeature",
    "Reading",
    "Source",
    "Split",
    "build_dataset",
    "fit_encoding",
    "fit_encodings",
    "fit_layout",
    "guess_columns",
    "guess_task",
    "layout_events",
    "read_source",
    "read_table",
    "run_checks",
    "source_name",
    "split_rows",
    "target_values",
    "typed_frame",
]
