from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from luthier.workflows.feature_cache import ENDING, KeptFeatures, feature_key, kept_features

VALUES = np.arange(12, dtype=np.float32).reshape(4, 3)


def kept(folder: Path, *, compute: Callable[[], Iterator[np.ndarray]] = lambda: iter([VALUES[:3], VALUES[3:]])) -> KeptFeatures:
    return kept_features(folder, "key", rows=4, width=3, compute=compute)


def never() -> Iterator[np.ndarray]:
    raise AssertionError("what is kept is not computed again")


def test_features_are_computed_once(tmp_path: Path) -> None:
    first, second = kept(tmp_path), kept(tmp_path, compute=never)

    np.testing.assert_array_equal(second.values, VALUES)
    assert (first.computed, second.computed) == (True, False)
    assert second.path == tmp_path / f"key{ENDING}"


@pytest.mark.parametrize("damage", ["shorter", "undescribed", "nonsense"])
def test_a_file_that_does_not_fit_its_description_is_made_anew(tmp_path: Path, damage: str) -> None:
    file = kept(tmp_path).path
    assert file is not None
    {
        "shorter": lambda: file.write_bytes(b"half"),
        "undescribed": lambda: file.with_suffix(".json").unlink(),
        "nonsense": lambda: file.with_suffix(".json").write_text("[]"),
    }[damage]()

    again = kept(tmp_path)

    assert again.computed
    np.testing.assert_array_equal(again.values, VALUES)


def test_features_that_were_not_all_computed_leave_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[np.ndarray]:
        yield VALUES[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path, compute=broken)

    assert not list(tmp_path.iterdir())


def test_where_no_file_can_be_written_features_are_held_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    features = kept(tmp_path / "file" / "folder")

    assert features.path is None
    np.testing.assert_array_equal(features.values, VALUES)


def test_a_key_hangs_on_every_part() -> None:
    keys = {feature_key("pixels", "weights"), feature_key("pixels", "others"), feature_key("others", "weights"), feature_key("pixelsweights", "")}

    assert len(keys) == 4
