"""Plain YAML: mappings, lists, texts and numbers, read without surprises and written so that they read back equal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import yaml  # type: ignore[import-untyped]

from luthier.core.errors import SettingInvalid

_PLAIN = {
    "null": (re.compile(r"^(null|~|)$"), ["n", "~", ""]),
    "bool": (re.compile(r"^(true|false)$"), ["t", "f"]),
    "int": (re.compile(r"^[-+]?(0|[1-9]\d*)$"), list("-+0123456789")),
    "float": (re.compile(r"^[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?$"), list("-+0123456789.")),
}
"What is not a text. By the letter of YAML 1.1, 1e-3 is one, `no` is false, 012 is ten and 1:30 is ninety."


class _Loader(yaml.SafeLoader):
    """Safe, with numbers as people write them, without anchors, and no key twice."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not allowed", self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a name must be a text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here for the second time", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """Quotes what the loader would take for a number."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _kind, (_pattern, _first) in _PLAIN.items():
    for _side in (_Loader, _Dumper):
        _side.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", _pattern, _first)  # type: ignore[attr-defined]


def read_plain(path: Path) -> Any:
    """What a YAML or JSON file holds.

    Raises:
        SettingInvalid: it cannot be read, or its text is no YAML; says the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingInvalid(f"The file must be readable, but {path} is not: {reason}.") from error
    try:
        return json.loads(text, object_pairs_hook=_each_once) if path.suffix == ".json" else yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise SettingInvalid(f"The file must be YAML or JSON, but {path}{_place(error)} is not: {_problem(error)}.") from error


def plain_text(content: Any) -> str:
    """YAML that reads back equal; tuples become lists."""
    return str(yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=150, default_flow_style=None))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} stands in one mapping for the second time")
    return dict(pairs)


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f", line {error.lineno},"
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}," if mark is not None else ""


def _problem(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(getattr(error, "msg", None) or getattr(error, "problem", None) or getattr(error, "reason", None) or error)
