"""Systems: where each lives, and how one is run under the clock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ANSWER = Path(__file__).with_name("answer.py")
GRACE = 1.25
"Times the budget: then a system is ended."
OURS = "luthier"
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "scikit-learn": ("scikit-learn", "pandas", "pyarrow", "-c", str(ROOT / "constraints.txt")),
    "pytabkit": ("pytabkit", "torch", "pyarrow", "-c", str(ROOT / "constraints.txt")),
    "catboost": ("catboost", "pandas", "pyarrow"),
    "autogluon": ("autogluon.tabular[catboost,lightgbm,xgboost,fastai]", "torch==2.13.0", "pyarrow"),
}
"What pip installs into each environment."
SYSTEMS: dict[str, str] = {
    OURS: "",
    "scikit-learn": "scikit-learn",
    "realmlp-td-s": "pytabkit",
    "tabm-d": "pytabkit",
    "catboost": "catboost",
    "autogluon-nn": "autogluon",
    "autogluon-medium": "autogluon",
}
"The environment of each system; Luthier runs in the one of this process."


class EnvironmentFailed(RuntimeError):
    """An environment could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a process ended."""

    status: str
    "`answered`, `timed out` or `failed`."
    seconds: float
    "From its start to its end."
    stdout: str
    message: str
    "The last line of what it said on stderr, where it failed."


def environment(name: str, given: Mapping[str, Path], cache: Path) -> Path:
    """The Python of an environment: of the folder that was given for it, or of one that is made once in the cache.

    Raises:
        EnvironmentFailed: pip could not install what it needs.
    """
    if name in given:
        return given[name] / "bin" / "python"
    folder = cache / name
    python, ready = folder / "bin" / "python", folder / ".ready"
    if not ready.exists():
        print(f"installing {name} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *ENVIRONMENTS[name]]
        installed = subprocess.run(command, capture_output=True, text=True)
        if installed.returncode != 0:
            raise EnvironmentFailed(f"pip could not install {name}: {_last_line(installed.stderr)}")
        ready.touch()
    return python


def run_peer(system: str, python: Path, rows: Path, answer: Path, *, budget: float, seed: int) -> Ending:
    """Let a peer answer."""
    command = [str(python), str(ANSWER), system, str(rows), str(answer), "--budget", str(budget), "--seed", str(seed)]
    apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return run_bounded(command, seconds=GRACE * budget, surroundings=apart)


def run_luthier(table: Path, target: str, model: Path, *, budget: float, seed: int) -> Ending:
    """Fit as a user would."""
    command = [sys.executable, "-m", "luthier", "fit", str(table), "--target", target, "--budget", f"{budget}s", "--seed", str(seed), "--out", str(model)]
    return run_bounded(command, seconds=GRACE * budget, surroundings=os.environ)


def run_bounded(command: Sequence[str], *, seconds: float, surroundings: Mapping[str, str]) -> Ending:
    """Run a command in a process group of its own, and end all of it when its time is over."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True, env=dict(surroundings))
        try:
            stdout, _ = process.communicate(timeout=seconds)
            status = "answered" if process.returncode == 0 else "failed"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, _ = process.communicate()
            status = "timed out"
        took = time.monotonic() - started
        errors.seek(0)
        message = _last_line(errors.read()) if status == "failed" else ""
    return Ending(status=status, seconds=took, stdout=stdout, message=message)


def told(ending: Ending) -> dict[str, str]:
    """Version and note of a peer that ended well."""
    lines = ending.stdout.strip().splitlines()
    if ending.status != "answered" or not lines:
        return {"version": "", "note": ending.message}
    return json.loads(lines[-1])


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
