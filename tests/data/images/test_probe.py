from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image

from luthier.data.images import ImageUnreadable, Probe, decode, probe_image, reference_to
from tests.data.images.pictures import picture, save


def png_header(width: int, height: int) -> bytes:
    """A PNG of any size that holds no pixel."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks)


def reason(content: bytes) -> str:
    """Why an image cannot be read."""
    with pytest.raises(ImageUnreadable) as refusal:
        decode(reference_to(content), 3)
    return refusal.value.reason


def test_a_probe_tells_the_facts_of_the_file(tmp_path: Path) -> None:
    path = save(tmp_path / "picture.jpg", picture(0, height=20, width=30))

    assert probe_image(reference_to(path)) == Probe(width=30, height=20, mode="RGB", format="JPEG", encoded_bytes=path.stat().st_size)


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_probe_is_as_upright_as_the_decoded_image(encoder: str) -> None:
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(stream, encoder, exif=exif)
    reference = reference_to(stream.getvalue())

    probe = probe_image(reference)

    assert (probe.height, probe.width) == decode(reference, 3).shape[:2] == (30, 20)


def test_broken_files_say_why() -> None:
    stream = io.BytesIO()
    Image.fromarray(picture(0)).save(stream, "JPEG")
    whole = stream.getvalue()

    assert reason(b"") == "it is empty"
    assert reason(b"this is text") == "it is no image of a known format"
    assert reason(whole[:-200]) == "it is cut off"


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match="^the file is not there$"):
        probe_image(reference_to(tmp_path / "gone.png"))


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow has its own, lower threshold
        middling = reason(png_header(11_000, 10_000))

    assert reason(png_header(30_000, 30_000)) == "it has more than 100 million pixels"
    assert middling == "it has 11,000 × 10,000 pixels, more than 100 million"


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")

    with pytest.raises(ImageUnreadable, match=r"^it cannot be opened \(too many (levels of )?symbolic links( encountered)?\)$"):
        probe_image(reference_to(tmp_path / "loop.png"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    with pytest.raises(ImageUnreadable, match="^it is empty$"):
        probe_image(reference_to(tmp_path / "pipe.png"))
