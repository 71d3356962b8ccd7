"""A file of trained weights that a person has: safetensors, or a state dict of PyTorch read without pickle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from luthier.core.errors import SettingInvalid
from luthier.nets.images.backbones.plain_pickle import NotPlain
from luthier.nets.images.backbones.state_dict_file import may_be_state_dict, read_state_dict


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightsFile:
    """What a file of weights holds."""

    path: str
    tensors: dict[str, Tensor]
    "By the names that the file gives them."
    digest: str
    "SHA-256 of the file: 64 hexadecimal digits."


def read_weights(path: str, *, digest: str = "") -> WeightsFile:
    """The tensors of a weights file; nothing in it is run.

    Args:
        digest: what the file's SHA-256 must be; empty for any.

    Raises:
        SettingInvalid: there is no such file, it is not the one that is meant, or it holds anything but named tensors.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise SettingInvalid(f"The weights must be a file that can be read, but {path!r} is none ({error.strerror}). Give another path.") from error
    found = hashlib.sha256(content).hexdigest()
    if digest and digest != found:
        raise SettingInvalid(f"The weights file must be the one that the recipe was made with, but {path!r} has changed since. Put the earlier file back.")
    return WeightsFile(path=path, tensors=_tensors(content, path), digest=found)


def _tensors(content: bytes, path: str) -> dict[str, Tensor]:
    if content[8:9] == b"{":  # the head of a safetensors file is JSON, after its length
        try:
            tensors: dict[str, Tensor] = load(content)
        except SafetensorError as error:
            raise SettingInvalid(f"The weights file must be whole, but {path!r} is a damaged safetensors file ({error}). Fetch it again.") from error
        return tensors
    if not may_be_state_dict(content):
        raise SettingInvalid(
            f"The weights must be a safetensors file or a state dict that PyTorch saved, but {path!r} is neither. Give the path of such a file."
        )
    try:
        return read_state_dict(content)
    except NotPlain as error:
        raise SettingInvalid(
            f"The weights file must hold named tensors and nothing else, but {path!r} holds {error}. Nothing in it was run. Save the state dict as safetensors."
        ) from error
