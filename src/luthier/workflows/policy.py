"""Policy: what a deployment's monitor may cost in false alarms, what a challenger has to show, and when to act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, Self

from luthier.core.clock import parse_duration
from luthier.core.errors import SettingInvalid
from luthier.evaluate import PromotionRules
from luthier.ledger import Deployment, Ledger
from luthier.monitor import Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every choice of a deployment, with its default."""

    false_alarms: float = Spending().false_alarms
    "Passes of the monitor that raise any false alarm, expected at most."
    weeks: float = Spending().weeks
    "In so many weeks."
    margin: float = PromotionRules().margin
    "A challenger's mean gain has to be more than this, in the unit of the loss."
    alpha: float = PromotionRules().alpha
    "Chance that a challenger that is no better is ever accepted, and that a good champion is ever rolled back."
    slice_bound: float = PromotionRules().slice_bound
    "How much worse a slice may be, as a share of the champion's mean loss."
    most_latency_ratio: float = PromotionRules().most_latency_ratio
    "A challenger's time for an answer over the champion's, at most."
    fewest_rows: int = PromotionRules().fewest_rows
    "Labeled rows below which nothing is decided."
    cool_down: str = "1d"
    "Least time from the last retraining to one that nobody asked for."
    retrain_every: str = ""
    "Retrain so often, whether or not an alarm is open; empty where alarms alone call for it."
    auto_rollback: bool = True
    "Whether the monitor gives a deployment back to the former champion where the new one is proven worse."

    def __post_init__(self) -> None:
        _ = self.spending, self.rules  # which refuse what makes no sense
        for name in ("cool_down", "retrain_every"):
            if getattr(self, name):
                parse_duration(getattr(self, name))

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """The policy that the ledger holds for a deployment."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in deployment.policy.items() if name in known})

    @property
    def spending(self) -> Spending:
        """The error budget of the monitor."""
        return Spending(false_alarms=self.false_alarms, weeks=self.weeks)

    @property
    def rules(self) -> PromotionRules:
        """What a challenger has to show."""
        names = ("margin", "alpha", "slice_bound", "most_latency_ratio", "fewest_rows")
        return PromotionRules(**{name: getattr(self, name) for name in names})

    def rules_with(self, margin: float | None) -> PromotionRules:
        """The rules with another margin, where one is given."""
        return self.rules if margin is None else replace(self.rules, margin=margin)

    def changed(self, texts: Sequence[str]) -> Self:
        """The policy with some choices made anew.

        Args:
            texts: such as `margin=0.01` or `auto_rollback=false`.

        Raises:
            SettingInvalid: there is no such choice, or it cannot have that value.

        Example:
            >>> Policy().changed(["weeks=52", "auto_rollback=false"]).auto_rollback
            False
        """
        return replace(self, **dict(self._choice(text) for text in texts))

    def _choice(self, text: str) -> tuple[str, Any]:
        name, separator, value = text.partition("=")
        defaults: Mapping[str, Any] = asdict(self)
        if not separator or name not in defaults:
            near = get_close_matches(name, defaults, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(defaults)}."
            raise SettingInvalid(f"A choice of the policy must look like margin=0.01, but {text!r} came. {advice}")
        return name, _read(name, value, type(defaults[name]))


def set_policy(ledger: Ledger, name: str, texts: Sequence[str]) -> Policy:
    """Change some choices of a deployment, and write them down.

    Raises:
        DeploymentMissing: nothing is deployed under that name.
        SettingInvalid: there is no such choice, or it cannot have that value.
    """
    deployment = ledger.deployments.get(name)
    policy = Policy.of(deployment).changed(texts)
    if texts:
        default = asdict(Policy())
        ledger.deployments.set_policy(name, {key: value for key, value in asdict(policy).items() if value != default[key]})
    return policy


def _read(name: str, value: str, kind: type) -> Any:
    if kind is bool:
        words = {"true": True, "yes": True, "false": False, "no": False}
        if value.lower() not in words:
            raise SettingInvalid(f"{name} must be true or false, but {value!r} came. Give one of these.")
        return words[value.lower()]
    try:
        return kind(value)
    except ValueError:
        raise SettingInvalid(f"{name} must be a number, but {value!r} came. Correct it.") from None
