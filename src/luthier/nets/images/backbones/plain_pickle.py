"""The plain data in a pickle: names, numbers, and where tensors lie. Nothing that a pickle asks for is imported or called."""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

_MARK = object()
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "MARK": lambda: _MARK,
}
_LITERALS = {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE"}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class NotPlain(ValueError):
    """A pickle holds something that is not plain data; the text says what."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a pickle refers to by module and name."""

    text: str
    "Such as `collections OrderedDict`."


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor as its pickle describes it."""

    storage: tuple[Any, ...]
    "What its numbers are called: (`storage`, type, key, place, count)."
    offset: int
    "First number."
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def read_plain(stream: BytesIO) -> Any:
    """The dictionaries, lists, texts, numbers and tensors of the pickle that begins here; the stream then stands behind it.

    Raises:
        NotPlain: there is anything else in it.
    """
    reader = _Reader()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            reader.read(opcode.name, argument)
    except NotPlain:
        raise
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise NotPlain("bytes that are no pickle") from error
    return reader.stack[-1]


class _Reader:
    """The few operations of a pickle that build plain data."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}

    def read(self, opcode: str, argument: Any) -> None:
        if opcode in _LITERALS:
            self.stack.append(argument)
        elif opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode]())
        elif opcode == "GLOBAL":
            self.stack.append(Name(argument))
        elif opcode in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memory[argument])
        elif opcode in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self.memory[len(self.memory) if argument is None else argument] = self.stack[-1]
        elif opcode not in ("PROTO", "FRAME", "STOP"):
            self._combine(opcode)

    def _combine(self, opcode: str) -> None:
        if opcode == "TUPLE":
            self.stack.append(tuple(self._since_mark()))
        elif opcode in _TUPLES:
            self._replace(_TUPLES[opcode], lambda *parts: parts)
        elif opcode == "BINPERSID":
            self._replace(1, lambda key: key)
        elif opcode == "REDUCE":
            self._replace(2, _made)
        elif opcode == "BUILD":
            self._replace(2, _without_attributes)
        elif opcode == "SETITEM":
            self._fill([self.stack.pop(-2), self.stack.pop()])
        elif opcode == "SETITEMS":
            self._fill(self._since_mark())
        elif opcode in ("APPEND", "APPENDS"):
            parts = [self.stack.pop()] if opcode == "APPEND" else self._since_mark()
            self._lengthen(parts)
        else:
            raise NotPlain(f"the operation {opcode}")

    def _replace(self, count: int, combine: Callable[..., Any]) -> None:
        parts = [self.stack.pop() for _ in range(count)][::-1]
        self.stack.append(combine(*parts))

    def _since_mark(self) -> list[Any]:
        parts: list[Any] = []
        while (part := self.stack.pop()) is not _MARK:
            parts.append(part)
        return parts[::-1]

    def _lengthen(self, parts: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise NotPlain("a list that is none")
        self.stack[-1].extend(parts)

    def _fill(self, parts: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or not all(isinstance(key, str) for key in parts[::2]):
            raise NotPlain("a dictionary whose keys are no names")
        target.update(zip(parts[::2], parts[1::2], strict=True))


def _made(name: Any, arguments: Any) -> Any:
    """What a call of one of three known names would have made."""
    match name, arguments:
        case Name("collections OrderedDict"), ():
            return {}
        case Name("torch._utils _rebuild_parameter"), (StoredTensor() as tensor, *_):
            return tensor
        case Name("torch._utils _rebuild_tensor_v2"), (tuple(storage), int(offset), tuple(shape), tuple(stride), *_):
            return StoredTensor(storage, offset, shape, stride)
    raise NotPlain(repr(name.text) if isinstance(name, Name) else "a call of no name")


def _without_attributes(target: Any, attributes: Any) -> Any:
    """A state dict carries the versions of its modules as an attribute; they change nothing here."""
    if not isinstance(target, dict) or not isinstance(attributes, dict):
        raise NotPlain("an object with attributes")
    return target
