"""Peers that judge the same draws: one process each, asked draw after draw."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.monitoring.draws import Draw
from benchmarks.peers.systems import ENVIRONMENTS

ANSWERS = Path(__file__).with_name("answers")
SCRIPTS = {"evidently": "evidently_drift.py", "nannyml": "nannyml_drift.py"}
ENVIRONMENTS.update(
    {
        "evidently": ("evidently", "pandas<3"),  # 0.7.23 does not import with pandas 3
        "nannyml": ("nannyml", "statsmodels"),  # 0.13.1 imports statsmodels without asking for it; needs Python below 3.13
        "river": ("river",),
    }
)


class PeerFailed(RuntimeError):
    """A peer's process ended."""


@dataclass(slots=True)
class AskedPeer:
    """A peer's process."""

    name: str
    process: subprocess.Popen[str]
    version: str

    @classmethod
    def start(cls, name: str, python: Path) -> Self:
        """Start it and hear its version.

        Raises:
            PeerFailed: it does not start.
        """
        kept = {variable: value for variable, value in os.environ.items() if variable != "PYTHONPATH"}
        surroundings = {**kept, "NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}
        command = [str(python), str(ANSWERS / SCRIPTS[name])]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=surroundings)
        peer = cls(name, process, "")
        peer.version = peer._heard()["version"]
        return peer

    def judge(self, draw: Draw) -> dict[str, Any]:
        """`columns` and `whole`, or `failed`."""
        with tempfile.TemporaryDirectory() as folder:
            draw.write(Path(folder))
            assert self.process.stdin is not None
            self.process.stdin.write(f"{folder}\n")
            self.process.stdin.flush()
            return self._heard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def _heard(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise PeerFailed(f"{self.name} ended with {self.process.wait()}")
        return json.loads(line)
