from __future__ import annotations

import re
from pathlib import Path

import luthier
from luthier.core.shapes import AXES

ANNOTATION = re.compile(r'\b(?:Float|Float32|Int|Int64|Bool|UInt8)\[[\w.]+, " ?([a-z_0-9 ]+)"\]')


def words_in_use() -> set[str]:
    source = "\n".join(file.read_text() for file in Path(luthier.__file__).parent.rglob("*.py"))
    return {word for shape in ANNOTATION.findall(source) for word in shape.split() if not word.isdigit()}


def test_shapes_are_made_of_axis_words_alone_and_every_axis_word_is_used() -> None:
    assert words_in_use() == set(AXES)
