"""What is loaded is what was written, or one clear message says why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from luthier.bundle import FORMAT, Bundle, Manifest
from luthier.bundle.manifest import record_hash
from luthier.core.errors import BundleDamaged, BundleMissing, BundleTooNew, LuthierError
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages

FILES = ("card.md", "layout.json", "manifest.json", "model.onnx", "profile.json", "report.html", "report.json", "weights.safetensors")


def refusal_of(folder: Path) -> LuthierError:
    with pytest.raises(LuthierError) as refusal:
        Bundle.load(folder)
    return refusal.value


def rewrite(folder: Path, **changes: object) -> None:
    """Change the manifest as somebody would who knows how its hash is made."""
    record = json.loads((folder / "manifest.json").read_text()) | changes
    del record["sha256"]
    (folder / "manifest.json").write_text(json.dumps(record | {"sha256": record_hash(record)}))


def test_a_manifest_comes_back_as_it_was_written(classifier: MadeUp) -> None:
    loaded = Bundle.load(classifier.folder).manifest

    assert json.dumps(loaded.to_json()) == json.dumps(classifier.manifest.to_json())
    assert (loaded.task, loaded.schema, loaded.calibration) == (classifier.manifest.task, classifier.manifest.schema, classifier.manifest.calibration)
    assert Manifest.from_json(loaded.to_json()) == loaded


def test_the_manifest_of_an_image_model_comes_back_and_a_luthier_without_images_would_refuse_it(image_classifier: MadeUpImages) -> None:
    loaded = Bundle.load(image_classifier.folder).manifest

    assert loaded == image_classifier.manifest
    assert loaded.pixels == image_classifier.shape
    assert json.loads((image_classifier.folder / "manifest.json").read_text())["format"] == 2


def test_the_manifest_of_a_table_is_what_it_was_before_there_were_images(classifier: MadeUp) -> None:
    record = json.loads((classifier.folder / "manifest.json").read_text())

    assert record["format"] == 1
    assert list(record) == ["task", "schema", "calibration", "recipes", "scores", "provenance", "files", "format", "sha256"]


@pytest.mark.parametrize("name", [name for name in FILES if name != "manifest.json"])
def test_a_changed_byte_is_found(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleDamaged)
    assert str(refusal) == f"{copied / name} is not the file that was written: its hash differs from the manifest. Restore the bundle from a copy."


def test_a_changed_class_name_in_the_manifest_is_found(copied: Path) -> None:
    path = copied / "manifest.json"
    path.write_text(path.read_text().replace('"10"', '"11"'))

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleDamaged)
    assert str(refusal) == f"{path} is not the file that was written: its hash differs. Restore the bundle from a copy."


@pytest.mark.parametrize("name", [name for name in FILES if name != "manifest.json"])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleMissing)
    assert str(refusal) == f"The bundle {copied} must hold {name}, but it is missing. Restore the bundle from a copy."


def test_a_newer_format_is_refused_whatever_else_it_holds(copied: Path) -> None:
    (copied / "manifest.json").write_text(json.dumps({"format": FORMAT + 1, "networks": "elsewhere"}))

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleTooNew)
    assert str(refusal) == f"{copied} has format {FORMAT + 1}, but this Luthier reads formats up to {FORMAT}. Upgrade Luthier."


NO_BUNDLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, "is not there"),
    "empty-folder": (Path.mkdir, "has no manifest.json"),
    "file": (Path.touch, "is a file"),
}


@pytest.mark.parametrize(("make", "what"), NO_BUNDLES.values(), ids=NO_BUNDLES)
def test_what_is_no_bundle_is_refused(tmp_path: Path, make: Callable[[Path], object], what: str) -> None:
    path = tmp_path / "model"
    make(path)

    refusal = refusal_of(path)

    assert isinstance(refusal, BundleMissing)
    assert str(refusal) == f"A model is a folder that `luthier fit` wrote, but {path} {what}. Give the folder that the fit named."


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"format": "new"}', "\udcff", "[" * 100_000], ids=["empty", "cut", "list", "null", "text", "bytes", "deep"]
)
def test_a_manifest_that_is_none_is_refused(copied: Path, text: str) -> None:
    (copied / "manifest.json").write_bytes(text.encode(errors="surrogateescape"))

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleDamaged)
    assert str(refusal) == f"{copied / 'manifest.json'} cannot be read as a manifest. Restore the bundle from a copy."


@pytest.mark.parametrize(
    "changes", [{"task": {}}, {"schema": {"columns": [{}]}}, {"calibration": []}, {"recipes": None}], ids=["task", "schema", "calibration", "recipes"]
)
def test_a_manifest_that_lacks_something_is_refused(copied: Path, changes: dict[str, object]) -> None:
    rewrite(copied, **changes)

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleDamaged)
    assert str(refusal) == f"{copied / 'manifest.json'} lacks something that format 1 has. Restore the bundle from a copy."


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "sub/file", "..", ".hidden", ""])
def test_a_name_that_leads_out_of_the_folder_is_refused(copied: Path, classifier: MadeUp, name: str) -> None:
    rewrite(copied, files={**classifier.manifest.files, name: "0" * 64})

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleDamaged)
    assert str(refusal) == f"{copied / 'manifest.json'} names the file {name!r}, which is not a plain file inside the bundle. Do not use this bundle."


def test_a_link_in_the_place_of_a_file_is_refused(copied: Path, classifier: MadeUp) -> None:
    (copied / "model.onnx").unlink()
    (copied / "model.onnx").symlink_to(classifier.folder / "model.onnx")

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleDamaged)
    assert "'model.onnx', which is not a plain file" in str(refusal)


def test_a_model_that_the_manifest_does_not_vouch_for_is_not_loaded(copied: Path, classifier: MadeUp) -> None:
    rewrite(copied, files={name: digest for name, digest in classifier.manifest.files.items() if name != "model.onnx"})

    refusal = refusal_of(copied)

    assert isinstance(refusal, BundleDamaged)
    assert str(refusal) == f"{copied / 'manifest.json'} must name model.onnx, but it does not. Restore the bundle from a copy."
