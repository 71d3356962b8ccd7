"""Files of weights are read as data: what would run something is refused, and a damaged file too."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections import OrderedDict

import pytest
import torch
from PIL import Image

from luthier.core.errors import SettingInvalid
from luthier.nets.images.backbones.weights_file import read_weights
from tests.nets.images.backbones.weight_files import FORMATS, written

REFUSED = "The weights file must hold named tensors and nothing else, but {path!r} holds {what}. Nothing in it was run. Save the state dict as safetensors."

OTHER = "The weights must be a safetensors file or a state dict that PyTorch saved, but {path!r} is neither. Give the path of such a file."


class Program:
    """Runs a command where it is unpickled."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return os.system, (f"touch {self.marker}",)


def _tensors() -> dict[str, torch.Tensor]:
    table = torch.arange(24, dtype=torch.float32).view(4, 6)
    kinds = {str(kind).removeprefix("torch."): torch.ones(3).to(kind) for kind in (torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool)}
    return {"table": table, "turned": table.mT.contiguous(), "scalar": torch.tensor(7), **kinds}


@pytest.mark.parametrize("kind", FORMATS)
def test_tensors_of_every_type_come_back_as_they_were_saved(kind, tmp_path):
    read = read_weights(written(_tensors(), tmp_path, kind))

    assert read.tensors.keys() == _tensors().keys()
    assert all(torch.equal(read.tensors[name], tensor) and read.tensors[name].dtype == tensor.dtype for name, tensor in _tensors().items())
    assert len(read.digest) == 64


@pytest.mark.parametrize("kind", ["zip", "legacy"])
def test_views_of_one_storage_come_back_as_tensors_of_their_own(kind, tmp_path):
    table = torch.arange(24.0).view(4, 6)

    read = read_weights(written({"part": table[1:3, ::2], "turned": table.mT}, tmp_path, kind)).tensors

    assert torch.equal(read["part"], table[1:3, ::2])
    assert torch.equal(read["turned"], table.mT)


@pytest.mark.parametrize("kind", ["zip", "legacy"])
def test_a_state_dict_with_versions_and_one_inside_a_checkpoint_are_read(kind, tmp_path):
    module = torch.nn.Linear(3, 2)
    plain = read_weights(written(module.state_dict(), tmp_path, kind)).tensors

    inside = read_weights(written({"epoch": 3, "lr": 0.1, "state_dict": OrderedDict(module.named_parameters())}, tmp_path, kind)).tensors

    assert torch.equal(plain["weight"], module.weight)
    assert torch.equal(inside["bias"], module.bias)


@pytest.mark.parametrize("kind", ["zip", "legacy"])
def test_a_program_in_a_file_is_refused_and_does_not_run(kind, tmp_path):
    path = written({"weight": torch.ones(2), "more": Program(str(tmp_path / "ran"))}, tmp_path, kind)

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(path)

    assert str(refusal.value) == REFUSED.format(path=path, what="'posix system'")
    assert not (tmp_path / "ran").exists()


def test_a_whole_module_is_refused(tmp_path):
    path = written(torch.nn.Linear(2, 2), tmp_path)

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(path)

    assert str(refusal.value) == REFUSED.format(path=path, what="the operation NEWOBJ")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (pickle.dumps({"weight": 1}, protocol=2), "no state dict of PyTorch"),
        (b"\x80\x02hello", "bytes that are no pickle"),
        (b"PK\x03\x04 and half an archive", "a damaged archive"),
    ],
    ids=["another-pickle", "half-a-pickle", "half-an-archive"],
)
def test_a_file_that_is_no_state_dict_is_refused(content, what, tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(str(path))

    assert str(refusal.value) == REFUSED.format(path=str(path), what=what)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_an_image_is_no_weights_file(kind, tmp_path):
    path = tmp_path / "some.image"
    Image.effect_noise((9, 7), 50).save(path, kind)

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(str(path))

    assert str(refusal.value) == OTHER.format(path=str(path))


@pytest.mark.parametrize("content", [b"", b"hello", b"Q", b'[{"loss": 0.1}]', bytes(100)], ids=["nothing", "text", "a letter", "json", "zeros"])
def test_a_file_of_something_else_is_no_weights_file(content, tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(str(path))

    assert str(refusal.value) == OTHER.format(path=str(path))


def _with_entry(path: str, ending: str, change) -> bytes:
    """The same archive with the content of one entry changed."""
    changed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename.endswith(ending) else content)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("ending", "change", "what"),
    [
        ("data/0", lambda content: content[:8], "a tensor with more numbers than the file has, or with none"),
        ("byteorder", lambda content: b"big", "numbers whose largest byte comes first"),
        ("data.pkl", lambda content: content[:-9], "bytes that are no pickle"),
    ],
    ids=["numbers-cut", "other-byte-order", "names-cut"],
)
def test_a_damaged_archive_is_refused(ending, change, what, tmp_path):
    path = tmp_path / "damaged.pth"
    path.write_bytes(_with_entry(written({"weight": torch.ones(4, 2)}, tmp_path), ending, change))

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(str(path))

    assert str(refusal.value) == REFUSED.format(path=str(path), what=what)


def test_a_tensor_that_repeats_a_number_without_end_is_refused(tmp_path):
    path = written({"weight": torch.ones(1).expand(10**12)}, tmp_path)

    with pytest.raises(SettingInvalid, match="a tensor with more numbers than the file has"):
        read_weights(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_is_cut_is_refused(kind, share, tmp_path):
    path = tmp_path / "cut"
    content = (tmp_path / written(_tensors(), tmp_path, kind)).read_bytes()
    path.write_bytes(content[: int(share * len(content))])

    with pytest.raises(SettingInvalid):
        read_weights(str(path))


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(SettingInvalid) as refusal:
        read_weights("nowhere.pth")

    assert str(refusal.value) == "The weights must be a file that can be read, but 'nowhere.pth' is none (No such file or directory). Give another path."


def test_a_file_that_has_changed_is_refused(tmp_path):
    path = written(_tensors(), tmp_path)
    digest = read_weights(path).digest
    written({"other": torch.ones(2)}, tmp_path)

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(path, digest=digest)

    assert str(refusal.value) == (f"The weights file must be the one that the recipe was made with, but {path!r} has changed since. Put the earlier file back.")


def test_a_damaged_safetensors_file_is_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes((9).to_bytes(8, "little") + b"{nothing}")

    with pytest.raises(SettingInvalid) as refusal:
        read_weights(str(path))

    assert str(refusal.value).startswith(f"The weights file must be whole, but {str(path)!r} is a damaged safetensors file (")
    assert str(refusal.value).endswith("Fetch it again.")
