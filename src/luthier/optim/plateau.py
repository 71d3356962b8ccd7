"""The part of reduce-on-plateau that remembers: a learning rate factor for every member."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from luthier.optim.schedules import ReduceOnPlateau


@dataclass(slots=True, kw_only=True)
class Plateau:
    """Watches the members' errors and lowers the factor of those that stand still, as `torch.optim.lr_scheduler.ReduceLROnPlateau`.

    Example:
        >>> plateau = Plateau.start(ReduceOnPlateau(patience=0, drop=0.5), members=2)
        >>> plateau.observe_(torch.tensor([1.0, 1.0])).tolist()
        [1.0, 1.0]
        >>> plateau.observe_(torch.tensor([1.0, 0.9])).tolist()
        [0.5, 1.0]
    """

    settings: ReduceOnPlateau
    "Drop, patience, threshold and smallest factor: numbers or tensors [members]."
    best: Float[Tensor, " members"]
    "Lowest error so far."
    waited: Float[Tensor, " members"]
    "Evaluations since then."
    factors: Float[Tensor, " members"]
    "What each learning rate is to be multiplied by."

    @classmethod
    def start(cls, settings: ReduceOnPlateau, *, members: int, device: torch.device | str = "cpu") -> Plateau:
        """Before the first evaluation."""
        empty = torch.zeros(members, dtype=torch.float64, device=device)
        return cls(settings=settings, best=empty + torch.inf, waited=empty.clone(), factors=empty + 1)

    def observe_(self, errors: Float[Tensor, " members"]) -> Float[Tensor, " members"]:
        """Take in one evaluation of every member (smaller is better, NaN is no improvement); gives the factors from now on."""
        margin = torch.as_tensor(self.settings.threshold, dtype=torch.float64, device=errors.device) * self.best.abs().nan_to_num(posinf=0)
        better = errors < self.best - margin
        self.best = torch.where(better, errors.double(), self.best)
        self.waited = torch.where(better, 0.0, self.waited + 1)
        drops = self.waited > self.settings.patience
        self.factors = torch.where(drops, (self.factors * self.settings.drop).clamp(min=_tensor(self.settings.smallest, self.factors)), self.factors)
        self.waited = torch.where(drops, 0.0, self.waited)
        return self.factors

    def select(self, keep: Int[Tensor, " kept"]) -> Plateau:
        """Some of the members, in the order of `keep`."""
        chosen = {name: getattr(self.settings, name) for name in ReduceOnPlateau.__dataclass_fields__}
        settings = ReduceOnPlateau(**{name: value[keep] if isinstance(value, Tensor) else value for name, value in chosen.items()})
        return Plateau(settings=settings, best=self.best[keep], waited=self.waited[keep], factors=self.factors[keep])


def _tensor(value: float | Tensor, like: Tensor) -> Tensor:
    return torch.as_tensor(value, dtype=like.dtype, device=like.device)
