"""All weights of a population are one matrix, a row a member; the layout says which columns belong to which parameter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

Span = tuple[int, int]


@runtime_checkable
class WeightRole(Protocol):
    """What a layout must know about a parameter besides its shape."""

    @property
    def learning_rate_factor(self) -> float:
        """Times the member's learning rate."""
        ...

    @property
    def decays(self) -> bool:
        """True where weight decay applies."""
        ...

    @property
    def is_matrix(self) -> bool:
        """True for a hidden weight matrix."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSlot:
    """The columns of one parameter."""

    name: str
    "Name of the parameter in its module."
    shape: tuple[int, ...]
    "Shape of one member's parameter."
    offset: int
    "Its first column."
    size: int
    "Number of its columns."
    learning_rate_factor: float = 1.0
    "Times the member's learning rate; 0 freezes the parameter."
    decays: bool = True
    "True where weight decay applies."
    is_matrix: bool = False
    "True for a hidden weight matrix, which Muon orthogonalizes."

    @property
    def span(self) -> Span:
        """First column and the column after the last."""
        return self.offset, self.offset + self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightLayout:
    """Where each parameter stands in a row of weights.

    Example:
        >>> layout = WeightLayout.from_shapes({"weight": (2, 3), "bias": (2,)})
        >>> layout.size
        8
        >>> layout.views(torch.zeros(4, 8))["weight"].shape
        torch.Size([4, 2, 3])
    """

    slots: tuple[WeightSlot, ...]
    "The parameters from the first column to the last, without gaps."

    @classmethod
    def from_shapes(cls, shapes: Mapping[str, Sequence[int]], roles: Mapping[str, WeightRole] | None = None) -> WeightLayout:
        """The layout of parameters in the order given; a name without a role has factor 1 and decays."""
        slots, offset = [], 0
        for name, shape in shapes.items():
            role, size = (roles or {}).get(name), math.prod(shape)
            slot = WeightSlot(name=name, shape=tuple(shape), offset=offset, size=size)
            if role is not None:
                slot = replace(slot, learning_rate_factor=float(role.learning_rate_factor), decays=role.decays, is_matrix=role.is_matrix)
            slots.append(slot)
            offset += size
        return cls(slots=tuple(slots))

    @property
    def size(self) -> int:
        """Trained numbers of one member."""
        return sum(slot.size for slot in self.slots)

    @property
    def matrices(self) -> tuple[WeightSlot, ...]:
        """The hidden weight matrices."""
        return tuple(slot for slot in self.slots if slot.is_matrix)

    @property
    def spans_outside_matrices(self) -> tuple[Span, ...]:
        """The columns of everything but the hidden matrices, neighbors joined."""
        return joined(slot.span for slot in self.slots if not slot.is_matrix)

    def learning_rate_factors(self) -> Float[Tensor, " parameters"]:
        """The factor of every single weight."""
        return self._repeated([slot.learning_rate_factor for slot in self.slots])

    def decay_mask(self) -> Float[Tensor, " parameters"]:
        """One where a weight decays, zero elsewhere."""
        return self._repeated([float(slot.decays) for slot in self.slots])

    def views(self, flat: Float[Tensor, "members parameters"]) -> dict[str, Tensor]:
        """Every parameter by name, the members axis first: views of `flat`, no copies."""
        parts = flat.split([slot.size for slot in self.slots], dim=1)
        return {slot.name: part.view(len(flat), *slot.shape) for slot, part in zip(self.slots, parts, strict=True)}

    def flatten(self, named: Mapping[str, Tensor]) -> Float[Tensor, "members parameters"]:
        """The inverse of `views`, as a copy."""
        return torch.cat([named[slot.name].flatten(1) if slot.shape else named[slot.name][:, None] for slot in self.slots], dim=1)

    def _repeated(self, values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32).repeat_interleave(torch.tensor([slot.size for slot in self.slots]))


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that touch made one."""
    whole: list[Span] = []
    for start, stop in spans:
        if whole and whole[-1][1] == start:
            whole[-1] = (whole[-1][0], stop)
        elif stop > start:
            whole.append((start, stop))
    return tuple(whole)
