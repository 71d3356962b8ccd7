"""Models are kept whole, and handed out only when they are what was kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from luthier.core.errors import BundleDamaged, BundleError, BundleMissing, LedgerUnwritable
from luthier.ledger.store import Store, open_store, read_folder, user_cache
from tests.ledger.made_up import make_model, write_manifest


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return make_model(tmp_path / "model")


@pytest.fixture(params=["folder", "file-url", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    folder = tmp_path / "bundles"
    return {"folder": str(folder), "file-url": f"file://{folder}", "memory": f"memory://{uuid4().hex}/bundles"}[request.param]


@pytest.fixture
def store(place: str, tmp_path: Path) -> Store:
    return open_store(place, cache=tmp_path / "cache")


def refusal(kind: type[BundleError], call: Callable[[], object]) -> str:
    with pytest.raises(kind) as refused:
        call()
    return str(refused.value)


def test_a_model_comes_back_as_it_was_put(store: Store, model: Path) -> None:
    contents = read_folder(model)

    places = [store.put(contents), store.put(contents)]

    assert read_folder(store.fetch(contents.hash)) == contents
    assert places[0] == places[1]
    assert places[0].endswith(f"bundles/{contents.hash}")


def test_putting_it_again_mends_a_damaged_model(store: Store, model: Path) -> None:
    contents = read_folder(model)
    damaged = store.put(contents) + "/model.onnx"
    with fsspec.open(damaged, "wb") as file:
        file.write(b"other")

    told = refusal(BundleDamaged, lambda: store.fetch(contents.hash))
    store.put(contents)

    assert told.endswith(f"{contents.hash} is damaged: the hash of model.onnx differs from the manifest. Restore it from a copy.")
    assert read_folder(store.fetch(contents.hash)) == contents


def test_a_damaged_copy_of_a_remote_model_is_fetched_anew(tmp_path: Path, model: Path) -> None:
    store, contents = open_store(f"memory://{uuid4().hex}", cache=tmp_path / "cache"), read_folder(model)
    store.put(contents)
    (store.fetch(contents.hash) / "model.onnx").write_bytes(b"other")

    assert read_folder(store.fetch(contents.hash)) == contents


def test_a_model_that_is_not_there_is_missed(store: Store) -> None:
    told = refusal(BundleMissing, lambda: store.fetch("abc"))

    assert told.endswith("bundles/abc must hold a model, but its manifest.json is missing. Give the folder that `luthier fit` wrote.")


def test_another_model_in_its_place_is_found(tmp_path: Path, model: Path) -> None:
    store, other = open_store(tmp_path / "bundles"), read_folder(make_model(tmp_path / "other", weights=b"other"))
    (tmp_path / "bundles").mkdir()
    model.rename(tmp_path / "bundles" / other.hash)

    told = refusal(BundleDamaged, lambda: store.fetch(other.hash))

    assert told.startswith(f"{tmp_path / 'bundles' / other.hash} must hold the model {other.hash[:12]}, but it holds ")
    assert told.endswith(". Restore it from a copy.")


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, model: Path) -> None:
    contents = read_folder(model)
    too_long = replace(contents, files={**contents.files, "x" * 300: b""})

    with pytest.raises(LedgerUnwritable) as refused:
        open_store(tmp_path / "bundles").put(too_long)

    assert str(refused.value).startswith(f"The ledger keeps models in {tmp_path / 'bundles'}, but writing failed (")
    assert str(refused.value).endswith("). Make room, or give another store.")
    assert list((tmp_path / "bundles").iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": "0"}', "[" * 100_000], ids=["empty", "list", "bare", "hash", "deep"])
def test_a_manifest_that_is_none_is_refused(model: Path, text: str) -> None:
    (model / "manifest.json").write_text(text)

    assert refusal(BundleDamaged, lambda: read_folder(model)) == (
        f"{model} must hold a model, but its manifest.json is not the file that was written. Restore it from a copy."
    )


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ".hidden", "", "manifest.json"])
def test_a_name_that_leads_elsewhere_is_refused(model: Path, name: str) -> None:
    record = json.loads((model / "manifest.json").read_text())
    del record["sha256"]
    write_manifest(model, record | {"files": {**record["files"], name: "0" * 64}})

    assert refusal(BundleDamaged, lambda: read_folder(model)) == (
        f"The manifest of {model} names the file {name!r}, which is not a plain file beside it. Do not use this model."
    )


def test_a_link_is_no_file_of_a_model(model: Path) -> None:
    (model / "model.onnx").rename(model.parent / "elsewhere")
    (model / "model.onnx").symlink_to(model.parent / "elsewhere")

    assert refusal(BundleDamaged, lambda: read_folder(model)) == (
        f"The manifest of {model} names the file 'model.onnx', which is a link to somewhere else. Do not use this model."
    )


def test_copies_of_remote_models_are_in_the_cache_of_the_user() -> None:
    assert user_cache({"XDG_CACHE_HOME": "/cache"}) == Path("/cache/luthier/bundles")
    assert user_cache({}) == Path.home() / ".cache/luthier/bundles"
