"""What the sections about images show: captions, texts for those who do not see the pictures, words of the augmentation, lanes of gains."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from luthier.report.addition_sentences import choice_name, comparison_note, gain_text, grouped
from luthier.report.additions import Additions, ChoiceEffect
from luthier.report.charts import Lane
from luthier.report.images import AnsweredImage, AugmentationStory, ConfusedClasses, ImageStory, LabelSuspect
from luthier.report.numerals import counted, percent, setting_text
from luthier.report.search import Value, setting_label

MOST_CELLS, MOST_EXAMPLES = 6, 6
MOST_MISTAKES = 12
MOST_SUSPECTS = 18
MOST_EXPLAINED = 8
MOST_AUGMENTED, MOST_VIEWS = 4, 6
"Pictures of one page: 110 at most, so that the sections stay below 1.5 MB."

EXTENTS: Mapping[str, str] = {
    "shift": "up to {1} %",
    "rotation": "up to {0}°",
    "scale": "up to {1} %",
    "brightness": "up to {1} %",
    "contrast": "up to {1} %",
    "color": "up to {1} %",
    "erase": "{1} % of the images",
    "progressive": "from {1} % of the side",
}
"How far an augmentation goes, from its number and its number times 100."


def has_pictures(story: ImageStory) -> bool:
    """True where there is something to show of how the model answers and of the labels that it learned from."""
    return bool(story.cells or story.mistakes or story.explained or story.suspects)


def has_choices(story: ImageStory) -> bool:
    """True where there is something to tell of the choices that made the networks."""
    return bool(story.augmentation or (story.additions and story.additions.effects))


def sure(image: AnsweredImage) -> str:
    """How sure the model was, as text.

    Example:
        >>> from luthier.report.thumbnails import Thumbnail
        >>> sure(AnsweredImage(name="a.png", truth="cat", answer="dog", probability=0.9987, picture=Thumbnail(png="", width=1, height=1)))
        '99.9 %'
    """
    if image.probability is None or not isfinite(image.probability):
        return ""
    return "> 99.9 %" if image.probability > 0.9995 else percent(image.probability)


def answer_text(image: AnsweredImage) -> str:
    """What a picture shows, for those who do not see it."""
    with_probability = f" with {sure(image)}" if sure(image) else ""
    return f"{image.name}: {image.truth}, called {image.answer}{with_probability}"


def heat_text(image: AnsweredImage) -> str:
    """What a heat map shows, for those who do not see it."""
    return f"Heat map over {image.name}: what spoke for {image.answer}"


def suspect_text(suspect: LabelSuspect) -> str:
    """What a picture with a doubtful label shows."""
    return f"{suspect.name}: labeled {suspect.given}, looks like {suspect.suggested}"


def cell_note(cell: ConfusedClasses) -> str:
    """How much of the class went astray."""
    return f"{counted(cell.count, 'image')}, {percent(cell.share)} of the class"


def mistakes_note(story: ImageStory) -> str:
    """How many mistakes there are beside those that are shown."""
    shown = min(len(story.mistakes), MOST_MISTAKES)
    return f"{shown} of {counted(story.mistakes_in_all, 'wrong answer')}" if story.mistakes_in_all > shown else counted(shown, "wrong answer")


def pictured_suspects(story: ImageStory) -> tuple[LabelSuspect, ...]:
    """The suspects that have a picture and a place on the page."""
    return tuple(suspect for suspect in story.suspects if suspect.picture is not None)[:MOST_SUSPECTS]


def suspects_note(story: ImageStory) -> str:
    """Where the other suspects are."""
    shown, listed = len(pictured_suspects(story)), len(story.suspects)
    if story.suspects_in_all <= shown:
        return ""
    part = "them all" if listed >= story.suspects_in_all else f"the first {listed:,}"
    return f"The clearest {shown} of {story.suspects_in_all:,}; report.json names {part}."


def augmentation_words(story: AugmentationStory) -> tuple[tuple[str, str], ...]:
    """The settings that do something, as label and value."""
    return tuple((setting_label(name), _extent(name, value)) for name, value in story.settings.items() if not _does_nothing(name, value))


def gain_lanes(additions: Additions) -> tuple[Lane, ...]:
    """The gains that have a number, each with its interval, in the order of their headings."""
    return tuple(_lane(effect, additions) for effects in grouped(additions).values() for effect in effects if effect.verdict != "unknown")


def _lane(effect: ChoiceEffect, additions: Additions) -> Lane:
    scale = 100.0 if additions.in_points else 1.0
    gain, reach = scale * (effect.gain or 0.0), scale * (effect.reach or 0.0)
    return Lane(
        label=choice_name(effect),
        value=gain,
        lower=gain - reach,
        upper=gain + reach,
        text=gain_text(effect, additions),
        strong=effect.verdict == "helped",
        note=comparison_note(effect),
    )


def _extent(name: str, value: Value) -> str:
    """How far a setting goes, in the unit that people know."""
    form = EXTENTS.get(name)
    return setting_text(value) if form is None or isinstance(value, bool | str) else form.format(setting_text(value), setting_text(100 * value))


def _does_nothing(name: str, value: Value) -> bool:
    """True for what is off; a share of the full size does nothing where it is all of it."""
    return value in (False, "none", "off", "constant", "") or (name.rpartition(".")[2] == "progressive" and value == 1)
