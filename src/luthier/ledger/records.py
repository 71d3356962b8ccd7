"""The records of the ledger: what was tried, what was kept, what answered, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from luthier.core.errors import SettingInvalid

RUN_STATES = ("running", "done", "interrupted", "failed")
PROMOTION_KINDS = ("deploy", "promote", "rollback")
LONGEST_ID = 200
"Characters of a prediction's id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call of `fit`."""

    id: str
    "Unique in the ledger; a few of its first characters suffice to find it."
    name: str
    "What the user calls it; need not be unique."
    target: str
    "The column that is predicted."
    task: str
    "binary, multiclass or regression."
    metric: str
    "The metric that chooses, and that `score` is in."
    state: str = "running"
    "running, done, interrupted or failed."
    path: str
    "The folder that it writes to."
    started_at: datetime
    "Aware time."
    ended_at: datetime | None = None
    "None while it goes on."
    seed: int
    "The seed of everything random."
    budget_seconds: float | None = None
    "None where work, not time, was the bound."
    score: float | None = None
    "On the sealed rows."
    score_lower: float | None = None
    "Lower end of its interval."
    score_upper: float | None = None
    "Upper end of its interval."
    bundle: str | None = None
    "Hash of the model that came out of it."
    facts: Mapping[str, Any] = field(default_factory=dict)
    "Whatever else is worth keeping, as plain JSON."

    def __post_init__(self) -> None:
        refuse_unknown("The state of a run", self.state, RUN_STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPoint:
    """The curve of one network on one fold, finished or still moving."""

    run: str
    "Id of its run."
    seconds: float
    "When it was told, since the start of the run."
    title: str
    "What was trained."
    fold: int
    "On which fold."
    epochs: tuple[float, ...]
    "Where it was measured."
    errors: tuple[float, ...]
    "What was measured there; may be infinite."
    metric: str
    "In which metric."


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBundle:
    """A model that the ledger keeps."""

    hash: str
    "SHA-256 of its manifest, which holds the hashes of all its files."
    name: str
    "What the user calls it; need not be unique."
    target: str
    "The column that is predicted."
    task: str
    "binary, multiclass or regression."
    created_at: datetime
    "When it was kept."
    run: str | None = None
    "Id of the run that it came from."
    uri: str
    "Where its files are."
    scores: Mapping[str, Any] = field(default_factory=dict)
    "Sealed scores with their intervals, as in its manifest."


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A name under which one model answers."""

    name: str
    "Unique in the ledger."
    version: int
    "Grows by one with every change."
    champion: str
    "Hash of the model that answers."
    challenger: str | None = None
    "Hash of the model that answers in its shadow."
    created_at: datetime
    "When it was first deployed."
    policy: Mapping[str, Any] = field(default_factory=dict)
    "Settings of its service and its monitor, as plain JSON."


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One change of champion, with what spoke for it."""

    deployment: str
    "Name of the deployment."
    version: int
    "Its version after the change."
    kind: str
    "deploy, promote or rollback."
    before: str | None = None
    "Hash of the champion before; None for the first."
    after: str
    "Hash of the champion after."
    who: str
    "The person or the program that decided."
    why: str
    "In a sentence."
    evidence: Mapping[str, Any] = field(default_factory=dict)
    "The numbers behind it, as plain JSON."
    at: datetime
    "When it took effect."

    def __post_init__(self) -> None:
        refuse_unknown("The kind of a promotion", self.kind, PROMOTION_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One answer to one row or image."""

    deployment: str
    "Name of the deployment that was asked."
    id: str
    "Unique within the deployment: the same id with the same content is a repeat."
    bundle: str
    "Hash of the model that answered."
    at: datetime
    "When it was answered."
    inputs: bytes
    "What was asked: a JSON object of a row, or the PNG of an image."
    content: str
    "Hash of what was asked."
    answer: bytes
    "What was answered, as JSON."

    def __post_init__(self) -> None:
        refuse_unstorable("The id of a prediction", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The fact that somebody said what was true for one prediction. Corrections are new facts."""

    deployment: str
    "Name of the deployment."
    prediction_id: str
    "Id of the prediction, which may come later."
    label: str
    "The true class or number, as text."
    observed_at: datetime
    "When it became true, or was seen."
    received_at: datetime
    "When the ledger was told."
    source: str = ""
    "Who told it."

    def __post_init__(self) -> None:
        refuse_unstorable("The id of a prediction", self.prediction_id)
        for what, text in (("A label", self.label), ("The source of a label", self.source)):
            refuse_bytes(what, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReceipt:
    """What became of labels that were added."""

    new: int
    "Facts that the ledger did not have."
    repeated: int
    "Facts that it had."
    unknown: int
    "Facts, new or not, whose prediction has not come yet: they are kept, and join it when it comes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many predictions of a window have a label: recent windows hold the quick labels only."""

    rows: int
    "Predictions."
    labeled: int
    "Those with a label."
    median_delay_seconds: float | None
    "From the prediction to the receipt of the label in force; None without labels."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One pass of the monitor."""

    id: int
    "Unique in the ledger; later ones are greater."
    deployment: str
    "Name of the deployment."
    bundle: str
    "Hash of the model that was watched."
    at: datetime
    "When it was made."
    since: datetime | None = None
    "Start of the window that it looked at."
    until: datetime | None = None
    "End of that window."
    rows: int
    "Predictions that it looked at."
    labeled: int
    "Those with a label."
    alpha: float
    "The error budget that this pass spent."
    record: Mapping[str, Any] = field(default_factory=dict)
    "What it found, as plain JSON."


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that the monitor wants somebody to look at."""

    id: int
    "Unique in the ledger; later ones are greater."
    deployment: str
    "Name of the deployment."
    bundle: str
    "Hash of the model that was watched."
    kind: str
    "What sort of alarm, such as `realised-quality` or `drift`."
    subject: str
    "The column, class or metric that it is about."
    raised_at: datetime
    "When it was raised."
    since: datetime | None = None
    "Since when the change is there, as far as known."
    p_value: float | None = None
    "How surprising it would be without a change."
    effect: float | None = None
    "How big the change is, in the unit that `text` says."
    text: str
    "What happened."
    remedy: str
    "What to do."
    evidence: Mapping[str, Any] = field(default_factory=dict)
    "The numbers behind it, as plain JSON."
    closed_at: datetime | None = None
    "None while it is open."
    closed_why: str | None = None
    "Why it was closed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Who may do what over the network. The secret itself is not kept."""

    name: str
    "Unique in the ledger."
    scopes: tuple[str, ...]
    "What it opens, such as `predict` or `label`."
    created_at: datetime
    "When it was made."
    revoked_at: datetime | None = None
    "None while it opens anything."


def refuse_unknown(what: str, value: str, known: tuple[str, ...]) -> None:
    """Raise `SettingInvalid` where a value is not one of a list."""
    if value not in known:
        raise SettingInvalid(f"{what} must be one of {', '.join(known)}, but {value!r} came. Give one of these.")


def refuse_unstorable(what: str, text: str) -> None:
    """Raise `SettingInvalid` where a text cannot be an id: in URLs, in logs and in every database."""
    if not 0 < len(text) <= LONGEST_ID or not text.isprintable():
        raise SettingInvalid(f"{what} must be 1 to {LONGEST_ID} printable characters, but {text[:40]!a} came ({len(text)} characters). Give another.")


def refuse_bytes(what: str, text: str) -> None:
    """Raise `SettingInvalid` where a text holds what databases refuse: NUL, or half of a character."""
    if "\0" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise SettingInvalid(f"{what} must be text, but {text[:40]!a} holds NUL or half of a character. Clean it.")
