from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luthier.core.errors import SettingInvalid
from luthier.tune.plain_yaml import plain_text, read_plain

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=8), inside, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(content=values)
def test_what_is_written_reads_back_equal(content: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("yaml") / "content.yaml"
    path.write_text(plain_text(content), encoding="utf-8", newline="")

    read = read_plain(path)

    assert read == content
    assert repr(read) == repr(content)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("5.", 5.0), ("-2", -2), ("no", "no"), ("012", "012"), ("1:30", "1:30"), ("2026-11-01", "2026-11-01"), ("none", "none"), ("", None)],
)
def test_numbers_are_numbers_and_everything_else_is_text(text: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "space.yaml"
    path.write_text(f"value: {text}\n")

    assert read_plain(path) == {"value": value}


def test_json_may_be_indented_by_tabs(tmp_path: Path) -> None:
    path = tmp_path / "space.json"
    path.write_text('{\n\t"mlp": {"learning_rate": 1e-3}\n}')

    assert read_plain(path) == {"mlp": {"learning_rate": 1e-3}}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.yaml", b"a: 1\nb: [1, 2", ", line 2, is not: expected ',' or ']', but got '<stream end>'."),
        ("a.yaml", b"a: b: c", ", line 1, is not: mapping values are not allowed here."),
        ("a.yaml", b"a: 1\na: 2", ", line 2, is not: 'a' stands here for the second time."),
        ("a.yaml", b"a: &x 1\nb: *x", ", line 2, is not: anchors and aliases are not allowed."),
        ("a.yaml", b"? [1, 2]\n: 3", ", line 1, is not: a name must be a text."),
        ("a.yaml", b"a: !!python/name:os.system", ", line 1, is not: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'."),
        ("a.yaml", b"[" * 5_000, " is not: it is nested too deeply."),
        ("a.json", b'{\n"a": 1,\n}', ", line 3, is not: Expecting property name enclosed in double quotes."),
        ("a.json", b'{"a": 1, "a": 2}', " is not: 'a' stands in one mapping for the second time."),
    ],
    ids=["list", "mapping", "twice", "alias", "key", "tag", "deep", "json", "json twice"],
)
def test_a_text_that_is_no_plain_yaml_is_refused_with_its_line(name: str, content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(SettingInvalid) as refusal:
        read_plain(path)

    assert str(refusal.value) == f"The file must be YAML or JSON, but {path}{problem}"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "space.yaml"
    binary.write_bytes(b"\xff\xfe\x00")

    for path, reason in ((tmp_path / "absent.yaml", "No such file or directory"), (tmp_path, "Is a directory"), (binary, "it is not UTF-8 text")):
        with pytest.raises(SettingInvalid) as refusal:
            read_plain(path)

        assert str(refusal.value) == f"The file must be readable, but {path} is not: {reason}."
