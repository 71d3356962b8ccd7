"""fit: a table in, an honest network out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import polars as pl

from luthier.core.clock import Deadline, Stopwatch, parse_duration, parse_work
from luthier.core.errors import BudgetTooSmall, SettingInvalid
from luthier.core.files import refuse_existing
from luthier.core.findings import Finding, Severity
from luthier.core.listener import Listener, Silent
from luthier.core.task import TaskKind
from luthier.data import CHECKS, Dataset, Source, Split, build_dataset, run_checks, split_rows, typed_frame
from luthier.evaluate import Costs, metric_named, parse_costs
from luthier.fit import choose_device, describe_device
from luthier.tune import Allowance
from luthier.workflows.ensembling import mix
from luthier.workflows.interrupt import finishing_on_interrupt
from luthier.workflows.result import FitResult
from luthier.workflows.settings import SMALLEST_BUDGET_SECONDS, FitSettings
from luthier.workflows.training import train_portfolio
