"""Slices: the score of every trial over the value of one setting, a shape and a color a family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from markupsafe import Markup

from luthier.report.charts.axes import LEFT, RIGHT, WIDTH, Frame, span
from luthier.report.charts.setting_axis import SettingAxis, wrapped
from luthier.report.charts.svg import dots, element, path
from luthier.report.numerals import number, setting_text
from luthier.report.search import SearchStory, TrialFacts, setting_label

_BESIDE = (-0.06, 1.06)
"A little more than 0 to 1, so that marks at the ends are whole."
_SPREAD = 0.45
"Share of the room between two levels over which the trials of a level are spread."
_FILLED = 0.4
"Share of the height that belongs to the trials that compare with the best; longer training moves all scores, so the others may lie far away."
_LETTER = 6.6
"Pixels that a letter of a tick takes."
MOST_TIPS = 80
"Marks that carry a text of their own; more would make the page heavy."


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """All trials along one setting."""

    path: str
    axis: SettingAxis
    trials: tuple[TrialFacts, ...]
    "With a score and with this setting, best first."

    @classmethod
    def along(cls, story: SearchStory, path: str) -> Slice:
        """The trials of the story that have this setting."""
        trials = tuple(trial for trial in story.ranked if path in trial.settings)
        return cls(path=path, axis=SettingAxis.over([trial.settings[path] for trial in trials]), trials=trials)

    def place(self, trial: TrialFacts) -> float:
        """From 0 to 1 along the setting; trials of one level are spread a little, always alike."""
        here = self.axis.place(trial.settings[self.path])
        if not self.axis.levels:
            return here
        return here + ((0.618034 * trial.number) % 1 - 0.5) * _SPREAD / len(self.axis.levels)


def slice_chart(story: SearchStory, path: str, *, scores: tuple[float, float]) -> Markup:
    """Score over one setting; `scores` is the range of the upward axis, the same for all slices.

    Only the trials that came as far as the best are strong, since only their scores compare with its score. What lies beyond the range stands
    as a small arrow at the edge.
    """
    part, families = Slice.along(story, path), story.families
    frame = _frame(story, part, scores)
    compared = {trial.number for trial in story.compared}
    strong = [trial for trial in part.trials if trial.number in compared]
    weak = [trial for trial in part.trials if trial.number not in compared]
    marks = [mark for index, family in enumerate(families) for mark in _faint(part, frame, [trial for trial in weak if trial.family == family], index)]
    marks += [_strong(part, frame, trial, families.index(trial.family), tip=rank < MOST_TIPS) for rank, trial in reversed(list(enumerate(strong)))]
    if story.best is not None and story.best in strong:
        marks = [*_same(story, frame), *marks, *_best(story, part, frame)]
    return frame.draw(*marks, description=_described(story, part))


def score_range(story: SearchStory) -> tuple[float, float]:
    """A range of which the trials that compare with the best fill `_FILLED`, as do the scores that cannot be told from it."""
    errors = [story.error(trial) for trial in story.compared]
    if not errors:
        return 0.0, 1.0
    noise, reach = story.seed_noise or 0.0, story.noise_reach or 0.0
    best, worst = errors[0] - noise, max(errors[-1], errors[0] + reach)
    furthest = max(worst, min(max(story.error(trial) for trial in story.ranked), best + (worst - best) / _FILLED))
    turn = -1.0 if story.greater_is_better else 1.0
    return span([turn * best, turn * furthest], margin=0.06)


def family_style(index: int) -> str:
    """The class that gives family number `index` its color."""
    return f"k{index % 8 + 1}"


def family_mark(index: int, x: float, y: float, radius: float) -> str:
    """The `d` of the shape of family number `index`, so that it is known without its color."""
    shapes = (_circle, _diamond, _square, _triangle)
    return shapes[index % len(shapes)](x, y, radius)


def level_key(story: SearchStory, path: str) -> tuple[tuple[str, str], ...]:
    """The letter that stands for each level and its name; empty where the names themselves stand below the axis."""
    axis = Slice.along(story, path).axis
    return tuple(zip(ascii_lowercase, axis.levels, strict=False)) if axis.levels and not _fits(axis) else ()


def _frame(story: SearchStory, part: Slice, scores: tuple[float, float]) -> Frame:
    ticks = part.axis.ticks()
    names = [wrapped(name, _room(part.axis)) for _, name in ticks] if not part.axis.levels or _fits(part.axis) else ascii_lowercase
    frame = Frame.over(_BESIDE, scores, x_label=setting_label(part.path), y_label="")
    return replace(frame, x_ticks=tuple(place for place, _ in ticks), x_names=tuple(name for _, name in zip(ticks, names, strict=False)))


def _fits(axis: SettingAxis) -> bool:
    """True where the names of all levels fit below the axis in at most two lines."""
    room = _room(axis)
    return all(len(line) <= room for level in axis.levels for line in wrapped(level, room).split("\n"))


def _room(axis: SettingAxis) -> int:
    """Letters that fit below one tick."""
    return int((WIDTH - LEFT - RIGHT) / len(axis.ticks()) / _LETTER)


def _faint(part: Slice, frame: Frame, trials: Sequence[TrialFacts], family: int) -> list[Markup]:
    """Trials that were stopped earlier, as one path; those outside the range as arrows at its edge."""
    low, high = sorted((frame.y.low, frame.y.high))
    inside = [(frame.x(part.place(trial)), frame.y(trial.score or 0.0)) for trial in trials if low <= (trial.score or 0.0) <= high]
    outside = [(frame.x(part.place(trial)), (trial.score or 0.0) > high) for trial in trials if not low <= (trial.score or 0.0) <= high]
    arrows = "".join(f"M{x - 3:.1f} {frame.y.end + 6:.1f}l3 -4l3 4" if above else f"M{x - 3:.1f} {frame.y.start - 6:.1f}l3 4l3 -4" for x, above in outside)
    marks = [element("path", d=dots(inside), class_=f"earlier {family_style(family)}")] if inside else []
    return [*marks, element("path", d=arrows, class_=f"outside {family_style(family)}")] if arrows else marks


def _strong(part: Slice, frame: Frame, trial: TrialFacts, family: int, *, tip: bool) -> Markup:
    x, y = frame.x(part.place(trial)), frame.y(trial.score or 0.0)
    text = f"trial {trial.number}, {trial.family}: {setting_label(part.path)} {setting_text(trial.settings[part.path])}, score {number(trial.score)}"
    return element("path", *([element("title", text)] if tip else []), d=family_mark(family, x, y, 5), class_=f"trial {family_style(family)}")


def _same(story: SearchStory, frame: Frame) -> list[Markup]:
    """The band of scores that cannot be told from the best one."""
    reach = story.noise_reach
    if reach is None or story.best is None or story.best.score is None:
        return []
    edge = story.best.score - reach if story.greater_is_better else story.best.score + reach
    top, bottom = sorted((frame.y(story.best.score), frame.y(edge)))
    return [element("rect", x=frame.x.start, width=frame.x.end - frame.x.start, y=top, height=bottom - top, class_="same")]


def _best(story: SearchStory, part: Slice, frame: Frame) -> list[Markup]:
    """A ring around the best trial, and one standard deviation between seeds up and down."""
    best = story.best
    if best is None or best.score is None:
        return []
    x, y = frame.x(part.place(best)), frame.y(best.score)
    ring = element("circle", cx=x, cy=y, r=8.5, class_="best-ring")
    if not story.seed_noise:
        return [ring]
    top, bottom = frame.y(best.score + story.seed_noise), frame.y(best.score - story.seed_noise)
    bar = [[(x, top), (x, bottom)], [(x - 4, top), (x + 4, top)], [(x - 4, bottom), (x + 4, bottom)]]
    return [element("path", d="".join(path(line) for line in bar), class_="noise-bar"), ring]


def _described(story: SearchStory, part: Slice) -> str:
    start = f"{story.metric_label} over {setting_label(part.path)} for {len(part.trials)} trials"
    if story.best is None or part.path not in story.best.settings:
        return f"{start}."
    return f"{start}; the best, {number(story.best.score)}, has {setting_text(story.best.settings[part.path])}."


def _circle(x: float, y: float, r: float) -> str:
    return f"M{x - r:.1f} {y:.1f}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0z"


def _diamond(x: float, y: float, r: float) -> str:
    s = 1.25 * r
    return f"M{x:.1f} {y - s:.1f}l{s:g} {s:g}l{-s:g} {s:g}l{-s:g} {-s:g}z"


def _square(x: float, y: float, r: float) -> str:
    s = 0.88 * r
    return f"M{x - s:.1f} {y - s:.1f}h{2 * s:g}v{2 * s:g}h{-2 * s:g}z"


def _triangle(x: float, y: float, r: float) -> str:
    s = 1.2 * r
    return f"M{x:.1f} {y - s:.1f}l{s:g} {1.8 * s:g}h{-2 * s:g}z"
