from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from luthier.core.errors import OutputUnwritable
from luthier.core.task import PixelShape
from luthier.data.images import CachedPixels, ImageFile, cache_folder, open_cache, pillow_resizer
from tests.data.images.pictures import picture, save

SHAPE = PixelShape(channels=3, height=12, width=16)
COUNT = 150


@pytest.fixture
def files(tmp_path: Path) -> list[ImageFile]:
    """Pictures, every third of another size."""
    return [ImageFile(save(tmp_path / f"{row}.png", picture(row, height=12, width=32 if row % 3 == 0 else 16))) for row in range(COUNT)]


def cached(files: list[ImageFile], folder: Path, *, progress: object = None, memory_bytes: int = 0) -> CachedPixels:
    """The pixels of some files."""
    names = [file.path.name for file in files]
    return open_cache(files, names, SHAPE, resizer=pillow_resizer, folder=folder, progress=progress, memory_bytes=memory_bytes)  # type: ignore[arg-type]


def test_every_image_stands_in_its_row_and_only_other_sizes_are_resized(files: list[ImageFile], tmp_path: Path) -> None:
    pixels = cached(files, tmp_path / "cache").pixels

    assert (pixels.shape, str(pixels.dtype), pixels.flags.writeable) == ((COUNT, 12, 16, 3), "uint8", False)
    np.testing.assert_array_equal(pixels[COUNT - 2], picture(COUNT - 2, height=12, width=16))
    np.testing.assert_array_equal(pixels[3], pillow_resizer(SHAPE)(picture(3, height=12, width=32)))


def test_a_second_opening_decodes_nothing(files: list[ImageFile], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    first = cached(files, tmp_path / "cache", progress=lambda done, whole: told.append((done, whole)))
    second = cached(files, tmp_path / "cache", progress=lambda done, whole: told.append((0, 0)))

    assert told == [(64, COUNT), (128, COUNT), (COUNT, COUNT)]
    assert isinstance(second.pixels, np.memmap)
    np.testing.assert_array_equal(first.pixels, second.pixels)


def test_a_file_that_changes_is_decoded_anew(files: list[ImageFile], tmp_path: Path) -> None:
    before = cached(files, tmp_path / "cache")
    save(files[1].path, picture(999, height=12, width=16))

    after = cached(files, tmp_path / "cache")

    assert before.path != after.path
    np.testing.assert_array_equal(after.pixels[1], picture(999, height=12, width=16))


def test_files_of_one_name_size_and_time_in_two_folders_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    files = [ImageFile(save(tmp_path / folder / "a.bmp", picture(seed, height=12, width=16))) for seed, folder in enumerate(("one", "two"))]
    for file in files:
        os.utime(file.path, (0, 0))

    one, two = (cached([file], tmp_path / "cache") for file in files)

    assert not np.array_equal(one.pixels, two.pixels)


@pytest.mark.parametrize("ending", [".u8", ".json"])
def test_a_cache_that_is_not_whole_is_made_whole_again(files: list[ImageFile], tmp_path: Path, ending: str) -> None:
    first = cached(files, tmp_path / "cache")
    assert first.path is not None
    expected, damaged = np.array(first.pixels), first.path.with_suffix(ending)
    damaged.write_bytes(damaged.read_bytes()[:-10])

    again = cached(files, tmp_path / "cache")

    np.testing.assert_array_equal(again.pixels, expected)
    assert {path.suffix for path in (tmp_path / "cache").iterdir()} == {".u8", ".json"}


def test_what_cannot_be_decoded_has_no_row_and_is_remembered(files: list[ImageFile], tmp_path: Path) -> None:
    files[1].path.write_bytes(files[1].path.read_bytes()[:-40])

    first, second = cached(files, tmp_path / "cache"), cached(files, tmp_path / "cache")

    assert (list(first.unreadable), len(first.pixels)) == ([1], COUNT - 1)
    assert second.unreadable == first.unreadable
    np.testing.assert_array_equal(second.pixels[1], picture(2, height=12, width=16))


def test_pixels_are_held_in_memory_where_no_cache_can_be_written(files: list[ImageFile], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands there")

    held = cached(files, tmp_path / "cache", memory_bytes=10**6)

    assert held.path is None
    np.testing.assert_array_equal(held.pixels[1], picture(1, height=12, width=16))
    assert [event.what for event in held.events] == [
        f"The decoded images are held in memory (0.1 MB): in {str(tmp_path / 'cache')!r} a part of the path is a file."
    ]


def test_an_unwritable_cache_is_refused_where_memory_is_short(files: list[ImageFile], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands there")

    with pytest.raises(OutputUnwritable) as refusal:
        cached(files, tmp_path / "cache", memory_bytes=1_000)

    assert str(refusal.value) == (
        f"The decoded images need 0.1 MB in {str(tmp_path / 'cache')!r}, but a part of the path is a file. Set LUTHIER_CACHE to a folder on a disk with room."
    )


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LUTHIER_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/somebody")
    shared = cache_folder()
    monkeypatch.setenv("LUTHIER_CACHE", "/data/luthier")
    stated = cache_folder()

    assert (shared, stated) == (Path("/var/tmp/somebody/luthier/pixels"), Path("/data/luthier/pixels"))
