"""Files of weights made on the spot, by the writers that people use."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from luthier.nets.images import BACKBONES

FORMATS = ("safetensors", "zip", "legacy")


def trained(architecture: str = "resnet-18", *, seed: int = 0) -> dict[str, torch.Tensor]:
    """A whole state dict as the common libraries write it: with a classifier, and with counted batches."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        body = BACKBONES[architecture].body()
    state = {name: tensor.clone() for name, tensor in body.state_dict().items()}
    counters = {name.replace("running_var", "num_batches_tracked"): torch.tensor(3) for name in state if name.endswith("running_var")}
    return {**state, **counters, f"{BACKBONES[architecture].classifier}weight": torch.zeros(1000, BACKBONES[architecture].features)}


def written(content: object, folder: Path, kind: str = "zip") -> str:
    """The path of a file with that content."""
    file = folder / f"weights.{kind}"
    if kind == "safetensors":
        save_file(content, file)
    else:
        torch.save(content, file, _use_new_zipfile_serialization=kind == "zip")
    return str(file)
