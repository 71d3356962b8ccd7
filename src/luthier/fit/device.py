"""Which device trains, and what it is called in the report."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

from luthier.core.errors import SettingInvalid


def choose_device(wish: str) -> torch.device:
    """The device for `auto`, `cpu`, `cuda`, `cuda:1` or `mps`.

    Raises:
        SettingInvalid: the device is not known or not on this machine.
    """
    if wish == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wish)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise SettingInvalid(f"The device must be auto, cpu, or a GPU of this machine, but {wish!r} came, which cannot be used here.") from error
    return device


def describe_device(device: torch.device) -> str:
    """One line such as `cpu, 2 threads, Intel(R) Xeon(R)`."""
    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    return f"{device}, {torch.get_num_threads()} threads of {os.cpu_count()} cores, {_processor()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
