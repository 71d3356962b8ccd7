"""The executors of one machine: in this process, or in worker processes. Each is a file of its own and one line here."""

from luthier.tune.executors.choice import choose_executor as choose_executor
from luthier.tune.executors.in_process import InProcess as InProcess
from luthier.tune.executors.workers import Workers as Workers

__all__ = ["InProcess", "Workers", "choose_executor"]
