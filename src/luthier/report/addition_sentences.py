"""The sentences about what each choice added: which helped, which hurt, and which the runs cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median_low

from luthier.report.additions import FEWEST_RUNS, Additions, ChoiceEffect
from luthier.report.numerals import counted, decimals_for_interval, listing, number, setting_text
from luthier.report.search import Value, setting_label

GROUPS: Mapping[str, str] = {
    "schedule": "Learning-rate schedule",
    "augmentation": "Augmentation",
    "optimizer": "Optimizer",
    "net": "Network",
}
"Headings of the choices, by the first word of their path."
OTHERS = "Other choices"
DEEDS: Mapping[str, str] = {
    "augmentation": "augmentation",
    "flip": "the mirror image",
    "flip_vertical": "the upside-down image",
    "mirror": "averaging over the mirror image",
    "shift": "shifting",
    "rotation": "rotation",
    "scale": "scaling",
    "brightness": "changing the brightness",
    "contrast": "changing the contrast",
    "color": "changing the colors",
    "erase": "random erasing",
    "trivial": "TrivialAugment",
    "mixup": "mixup",
    "cutmix": "CutMix",
    "progressive": "growing image size",
    "ema_decay": "averaging the weights",
    "label_smoothing": "label smoothing",
}
"What people call a choice that is on or off, by the last word of its path."


def grouped(additions: Additions) -> dict[str, tuple[ChoiceEffect, ...]]:
    """The effects under their headings, the largest gain first and those without a number last."""
    names = [*GROUPS.values(), OTHERS]
    return {name: effects for name in names if (effects := tuple(sorted((e for e in additions.effects if _group(e) == name), key=_rank)))}


def choice_name(effect: ChoiceEffect) -> str:
    """A choice as the start of a label.

    Example:
        >>> effect = ChoiceEffect(path="schedule", value="one-cycle", instead_of="constant", gain=None, runs=0, runs_without=0)
        >>> choice_name(effect)
        'The one-cycle schedule instead of constant'
    """
    name = _named(effect)
    return name[:1].upper() + name[1:]


def gain_text(effect: ChoiceEffect, additions: Additions) -> str:
    """The gain with its noise, such as `+0.8 ± 0.3`; empty where there is none."""
    if effect.gain is None or effect.reach is None:
        return ""
    scale = 100.0 if additions.in_points else 1.0
    decimals = _decimals(effect, additions)
    return f"{'+' if effect.gain > 0 else ''}{number(effect.gain * scale, decimals)} ± {number(effect.reach * scale, decimals)}"


def unit(additions: Additions) -> str:
    """What the gains are counted in.

    Example:
        >>> unit(Additions(effects=(), metric_label="accuracy", in_points=True, runs=0))
        'points of accuracy'
    """
    return f"points of {additions.metric_label}" if additions.in_points else additions.metric_label


def sentences(effects: tuple[ChoiceEffect, ...], additions: Additions) -> tuple[str, ...]:
    """One sentence a choice that helped or hurt, then one for all that made no clear difference, and one for all that too few runs tried."""
    clear = [_clear(effect, additions) for effect in effects if effect.verdict in ("helped", "hurt")]
    unclear = [_named(effect) for effect in effects if effect.verdict == "not clear"]
    entangled = [_named(effect) for effect in effects if effect.verdict == "unknown" and effect.entangled]
    few = [_named(effect) for effect in effects if effect.verdict == "unknown" and not effect.entangled]
    rest = [
        f"No difference that stands out from the noise: {listing(unclear)}." if unclear else "",
        f"Always tried together with another choice, so that nobody can tell which of them it was: {listing(entangled)}." if entangled else "",
        f"Not enough runs to tell: {listing(few)}." if few else "",
    ]
    return (*clear, *[sentence for sentence in rest if sentence])


def summary(additions: Additions) -> str:
    """How the numbers came about, under the heading."""
    start = f"From the {counted(additions.runs, 'run')} of the search, a run being one recipe on one fold; nothing was trained for this."
    return f"{start} A gain is the difference in {unit(additions)} on the images that a fold held out."


def method_note() -> str:
    """What the bars mean, and what they do not cover."""
    return (
        "Bars: 95 % intervals over runs on the same images; other images would make them wider, and about one bar in twenty misses the truth. "
        "Paired: the runs differ in this choice alone. Adjusted: an additive model (least squares, outliers weighed down) accounts for the other "
        f"settings; it knows nothing of choices that only help together. Nothing is said below {FEWEST_RUNS} runs on a side, nor of runs that diverged."
    )


def comparison_note(effect: ChoiceEffect) -> str:
    """How many runs were compared, and how."""
    return f"{effect.runs:,} runs against {effect.runs_without:,}, {'paired' if effect.paired else 'adjusted'}"


def _decimals(effect: ChoiceEffect, additions: Additions) -> int | None:
    """Decimals that the noise deserves, but no more than those of most gains, so that they can be read down."""
    scale = 100.0 if additions.in_points else 1.0
    deserved = [decimals for other in additions.effects if (decimals := decimals_for_interval(0.0, (other.reach or 0.0) * scale)) is not None]
    own = decimals_for_interval(0.0, (effect.reach or 0.0) * scale)
    return min(own, median_low(deserved)) if own is not None and deserved else own


def _clear(effect: ChoiceEffect, additions: Additions) -> str:
    gain = f"{gain_text(effect, additions)} {'points' if additions.in_points else additions.metric_label}"
    return f"{choice_name(effect)} {effect.verdict} ({gain}){_fate(effect)}."


def _fate(effect: ChoiceEffect) -> str:
    """What the best recipe made of it."""
    if effect.kept is None:
        return ""
    if effect.verdict == "helped":
        return " and is in the best recipe" if effect.kept else ", and yet the best recipe does without"
    return ", and yet the best recipe has it" if effect.kept else " and was left off"


def _named(effect: ChoiceEffect) -> str:
    """What the choice is called within a sentence."""
    place, _, last = effect.path.rpartition(".")
    if last in DEEDS and _is_off(effect.instead_of):
        return DEEDS[last] if isinstance(effect.value, bool) else f"{DEEDS[last]} ({setting_text(effect.value)})"
    start = f"the {effect.value} {last}" if effect.path in GROUPS else f"{setting_label(last if place in GROUPS else effect.path)} {_level(effect.value)}"
    return f"{start} instead of {_level(effect.instead_of)}"


def _level(value: Value) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else setting_text(value)


def _is_off(value: Value) -> bool:
    return value in (False, "none", "off")


def _group(effect: ChoiceEffect) -> str:
    return GROUPS.get(effect.path.partition(".")[0], OTHERS)


def _rank(effect: ChoiceEffect) -> tuple[bool, float, str]:
    return effect.verdict == "unknown", -(effect.gain or 0.0), effect.path
