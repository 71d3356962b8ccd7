"""Does a file of weights fit a backbone, and which one?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid
from luthier.nets.images.backbones.kinds import BACKBONES
from luthier.nets.images.backbones.weights_file import WeightsFile

COUNTER = "num_batches_tracked"
"Files count the batches that a normalization saw; nothing hangs on it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Where a file of weights and a backbone differ."""

    missing: tuple[str, ...]
    "Names that the backbone has and the file lacks."
    unexpected: tuple[str, ...]
    "Names that the file has besides."
    reshaped: tuple[str, ...]
    "Names that stand for tensors of different shapes."

    @property
    def count(self) -> int:
        """Names that do not agree; 0 where the file fits."""
        return len(self.missing) + len(self.unexpected) + len(self.reshaped)

    def words(self) -> str:
        """What does not agree, with the first name of each kind."""
        parts = (("lacks", self.missing), ("has besides", self.unexpected), ("has in another shape", self.reshaped))
        return " and ".join(f"{verb} {len(names)} (first: {names[0]})" for verb, names in parts if names)


def misfit(tensors: Mapping[str, Tensor], architecture: str) -> Misfit:
    """Where a file and a backbone differ."""
    wanted, found = _shapes(architecture), _body_shapes(tensors, architecture)
    return Misfit(
        missing=tuple(name for name in wanted if name not in found),
        unexpected=tuple(name for name in found if name not in wanted),
        reshaped=tuple(name for name in wanted if name in found and wanted[name] != found[name]),
    )


def best_fit(tensors: Mapping[str, Tensor]) -> str:
    """Name of the backbone that a file agrees with most."""
    return min(BACKBONES, key=lambda architecture: misfit(tensors, architecture).count)


def refuse_misfit(weights: WeightsFile, architecture: str) -> None:
    """Raise `SettingInvalid` with what differs and what fits better."""
    differs = misfit(weights.tensors, architecture)
    if not differs.count:
        return
    best = best_fit(weights.tensors)
    fits = misfit(weights.tensors, best).count == 0
    advice = f"It fits {best}: choose that." if fits else f"It fits no backbone; the nearest is {best}."
    raise SettingInvalid(f"The weights must be those of {architecture}, but of its tensors {weights.path!r} {differs.words()}. {advice}")


@torch.no_grad()
def fill_(body: nn.Module, weights: WeightsFile, architecture: str) -> None:
    """Give a body the weights of a file.

    Raises:
        SettingInvalid: they do not fit.
    """
    refuse_misfit(weights, architecture)
    for name, tensor in (*body.named_parameters(), *body.named_buffers()):
        tensor.copy_(weights.tensors[name])


@lru_cache(maxsize=len(BACKBONES))
def _shapes(architecture: str) -> Mapping[str, torch.Size]:
    with torch.device("meta"):
        body = BACKBONES[architecture].body()
    return {name: tensor.shape for name, tensor in body.state_dict().items()}


def _body_shapes(tensors: Mapping[str, Tensor], architecture: str) -> Mapping[str, torch.Size]:
    classifier = BACKBONES[architecture].classifier
    return {name: tensor.shape for name, tensor in tensors.items() if not name.startswith(classifier) and not name.endswith(COUNTER)}
