"""Recipe: every choice that makes one network, as a frozen record that can be written as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from luthier.core.errors import SettingInvalid

Setting = bool | int | float | str | None | tuple["Setting", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A named part and its settings, such as `Choice(name="adamw", settings={"beta2": 0.95})`.

    The part's own dataclass holds the defaults and checks the settings when it is built.
    """

    name: str
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def with_settings(self, **settings: Setting) -> Choice:
        """The same part with some settings replaced."""
        return replace(self, settings={**self.settings, **settings})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Every choice that makes one network."""

    name: str
    "What people call it, such as `tabm-mini`."
    net: Choice
    "Architecture; see `luthier.nets`."
    optimizer: Choice
    "See `luthier.optim`; its own settings, such as betas, are inside."
    schedule: Choice
    "How the learning rate moves over the training; see `luthier.optim`."
    learning_rate: float
    "Peak learning rate, a step."
    weight_decay: float = 0.0
    "Decoupled, times the learning rate, on weight matrices only."
    l1: float = 0.0
    "L1 penalty: its gradient is added with the sign of every weight that decays."
    batch_size: int = 256
    "Rows a step."
    epochs: int = 256
    "The longest training, in passes over the training rows; less where the time is short."
    patience: int = 8
    "Evaluations without improvement after which a member returns to its best weights and hurries to the end of its schedule."
    label_smoothing: float = 0.0
    "Share of the target that is spread over all classes, 0 to 1."
    ema_decay: float = 0.0
    "Decay a step of the moving average of the weights; 0 is none."
    gradient_clip: float = 0.0
    "Largest norm of a member's gradient; 0 is none."
    augmentation: Choice = Choice(name="none")
    "How training images are changed, batch by batch; see `luthier.fit`. Tables have none."
    regularization_schedule: str = "constant"
    "How dropout rate and weight decay move: `constant`, or `flat-cos` (flat for the first half, then a cosine down to 0)."

    def __post_init__(self) -> None:
        _require(self.learning_rate > 0, "learning_rate", "more than 0", self.learning_rate)
        _require(self.weight_decay >= 0, "weight_decay", "0 or more", self.weight_decay)
        _require(self.l1 >= 0, "l1", "0 or more", self.l1)
        _require(self.batch_size >= 1, "batch_size", "1 or more", self.batch_size)
        _require(self.epochs >= 1, "epochs", "1 or more", self.epochs)
        _require(0 <= self.label_smoothing < 1, "label_smoothing", "in [0, 1)", self.label_smoothing)
        _require(0 <= self.ema_decay < 1, "ema_decay", "in [0, 1)", self.ema_decay)
        _require(self.gradient_clip >= 0, "gradient_clip", "0 or more", self.gradient_clip)

    @property
    def regularization(self) -> Choice:
        """The schedule of dropout and weight decay, as a choice."""
        return Choice(name=self.regularization_schedule)

    @property
    def id(self) -> str:
        """Eight hexadecimal digits of the content: equal recipes have equal ids."""
        content = {key: value for key, value in self.to_json().items() if key != "name"}
        return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=4).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {key: dict(value) if isinstance(value, Mapping) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Recipe:
        """The recipe that `to_json` wrote."""
        named = [key for key in ("net", "optimizer", "schedule", "augmentation") if key in record]
        parts = {key: Choice(name=record[key]["name"], settings=_frozen(record[key]["settings"])) for key in named}
        return cls(**{**record, **parts})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One network in training."""

    recipe: Recipe
    fold: int
    "Which fold is held out to judge it."
    seed: int
    "Starts its weights and its row order."


def _frozen(settings: Mapping[str, Any]) -> dict[str, Setting]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}


def _require(holds: bool, setting: str, required: str, came: float) -> None:
    if not holds:
        raise SettingInvalid(f"{setting} must be {required}, but {came!r} came.")
