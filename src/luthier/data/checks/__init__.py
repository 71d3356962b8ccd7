"""Data checks, one file each; `gate` runs them. A new check is one file, one line in `gate` and one test file."""

from luthier.data.checks.gate import CHECKS as CHECKS
from luthier.data.checks.gate import Check as Check
from luthier.data.checks.gate import run_checks as run_checks

__all__ = ["CHECKS", "Check", "run_checks"]
