from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from luthier.core.errors import ColumnMissing, ColumnUnusable, DataUnreadable, LuthierError, SettingInvalid
from luthier.data.images import decode, holds_images, image_column, read_listing
from tests.data.images.pictures import class_folders, picture

ROWS = 12


def encoded(row: int) -> bytes:
    """A picture as PNG bytes."""
    stream = io.BytesIO()
    Image.fromarray(picture(row)).save(stream, "PNG")
    return stream.getvalue()


def paths_table(folder: Path, **columns: Any) -> Path:
    """A CSV file with the paths of 12 pictures beside it."""
    class_folders(folder / "photos", {"all": ROWS})
    path = folder / "table.csv"
    table = {"photo": [f"photos/all/{row:03}.png" for row in range(ROWS)], "kind": ["cat", "dog"] * 6, "age": [row * 0.5 for row in range(ROWS)]}
    pl.DataFrame({**table, **columns}).write_csv(path)
    return path


def test_paths_are_relative_to_the_table(tmp_path: Path) -> None:
    path = paths_table(tmp_path)

    listing = read_listing(path, target="kind")

    assert holds_images(path)
    assert (listing.name, listing.names[1], listing.labels.to_list()[:2]) == ("table.csv", "photos/all/001.png", ["cat", "dog"])
    np.testing.assert_array_equal(decode(listing.references[1], 3), picture(1, height=12, width=12))
    assert [event.what for event in listing.events] == ["A network for images sees the image only; these columns are not used: 'age'."]


def test_a_number_of_a_table_can_be_the_target_and_a_column_the_group(tmp_path: Path) -> None:
    listing = read_listing(paths_table(tmp_path), target="age", group="kind")

    assert listing.labels.to_list()[:3] == [0.0, 0.5, 1.0]
    assert listing.groups is not None
    assert (listing.groups.name, listing.groups[0]) == ("kind", "cat")


@pytest.mark.parametrize("layout", ["bytes", "struct"])
def test_bytes_in_a_parquet_file_are_images(tmp_path: Path, layout: str) -> None:
    path, content = tmp_path / "table.parquet", [encoded(row) for row in range(ROWS)]
    images = content if layout == "bytes" else [{"bytes": image, "path": f"{row}.png"} for row, image in enumerate(content)]
    pl.DataFrame({"image": images, "label": [0, 1] * 6}).write_parquet(path)

    listing = read_listing(path, target="label")

    assert holds_images(path)
    assert listing.names[2] == ("row 3" if layout == "bytes" else "2.png")
    np.testing.assert_array_equal(decode(listing.references[2], 3), picture(2))


def test_rows_without_an_image_or_a_target_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pl.DataFrame({"image": [None, *[encoded(row) for row in range(11)]], "label": ["a", "b"] * 5 + [None, "b"]}).write_parquet(path)

    listing = read_listing(path, target="label")

    assert len(listing.names) == 10
    assert [event.what for event in listing.events] == [
        "1 of 12 rows have no value in the target 'label' and were set aside.",
        "1 of 11 rows have no image in 'image' and were set aside.",
    ]


def test_paths_that_lead_nowhere_are_set_aside(tmp_path: Path) -> None:
    path = paths_table(tmp_path)
    (tmp_path / "photos/all/003.png").unlink()

    listing = read_listing(path, target="kind")

    assert (len(listing.names), len(listing.labels), listing.missing) == (11, 11, ("photos/all/003.png",))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_images_of_delimited_text_are_seen_whatever_the_separator(tmp_path: Path, separator: str, ending: str) -> None:
    table = pl.read_csv(paths_table(tmp_path)).with_columns(note=pl.lit('a, b; "c"\nd | e'))
    text = table.write_csv(separator=separator).encode()
    path = tmp_path / f"named.{ending}"
    path.write_bytes(gzip.compress(text) if ending.endswith("gz") else text)

    assert holds_images(path)


def test_rows_after_the_head_of_a_table_are_not_looked_at(tmp_path: Path) -> None:
    path = paths_table(tmp_path)
    header, rows = path.read_bytes().split(b"\n", 1)

    path.write_bytes(header + b"\n" + rows * 20_000 + b"\xff" + bytes(1_000))

    assert path.stat().st_size > 4 << 20
    assert holds_images(path)


def test_a_gap_among_the_first_paths_is_no_other_kind_of_column(tmp_path: Path) -> None:
    path = paths_table(tmp_path)
    path.write_text(path.read_text().replace("photos/all/000.png", "").replace("photos/all/004.png", '""'))

    assert holds_images(path)


def test_an_ordinary_table_holds_no_images(tmp_path: Path) -> None:
    pl.DataFrame({"name": ["a.png", "b.png"], "age": [1, 2]}).write_csv(tmp_path / "table.csv")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")

    assert not holds_images(tmp_path / "table.csv")
    assert not holds_images(tmp_path / "broken.parquet")
    assert image_column(pl.DataFrame({"blob": [b"no", b"image"]})) is None


def test_a_folder_holds_images_unless_it_is_a_saved_model(tmp_path: Path) -> None:
    before = holds_images(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")

    assert (before, holds_images(tmp_path)) == (True, False)


def refusal(path: Path, error: type[LuthierError], **asked: Any) -> str:
    """What is said when a table is listed."""
    with pytest.raises(error) as refused:
        read_listing(path, **asked)
    return str(refused.value)


def test_columns_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    path = paths_table(tmp_path)

    assert refusal(path, ColumnMissing, target="kin") == "Column 'kin' is the target, but the table does not have it. Did you mean 'kind'?"
    assert refusal(path, SettingInvalid) == "A table of images needs --target, the column to predict. The other columns are 'kind', 'age'."
    assert refusal(path, ColumnUnusable, target="kind", image="age") == (
        "The image column 'age' must hold paths, bytes or structs of bytes and path, but it is of type Float64. Name another column."
    )


def test_paths_of_which_none_leads_to_a_file_are_refused(tmp_path: Path) -> None:
    path = paths_table(tmp_path, photo=[f"{row}.png" for row in range(ROWS)])

    assert (
        refusal(path, DataUnreadable, target="kind")
        == "'table.csv' must have a column of image paths or image bytes, but none was found. Name it with --image."
    )
    assert refusal(path, DataUnreadable, target="kind", image="photo") == (
        f"The paths in 'photo' must lead to files, but none of the 12 does (first: '0.png', looked for in {str(tmp_path)!r}). "
        "Give them relative to the table, or as absolute paths."
    )
