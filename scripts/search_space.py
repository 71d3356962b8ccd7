"""The page of the search space, for scripts/reference.py."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from luthier.core.recipe import Setting
from luthier.core.task import TaskKind
from luthier.tune.domains import Domain, OneOf, Real, Whole
from luthier.tune.paths import RECIPE_TYPES
from luthier.tune.proposers import POLICY, PROPOSERS
from luthier.tune.ready_spaces import ready_space
from luthier.tune.space import Family
from luthier.tune.space_records import KINDS

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]
"(head, rows) -> Markdown."

ROWS = 5_000
"Training rows of a fold for which batch sizes are shown."

INTRO = f"""What a search moves unless a file says otherwise: [how to change it](../how-to/change-the-search-space.md).
Defaults are the published recipes; `decay_rate` is the learning rate times the weight decay. Shown is a classification with {ROWS:,} training rows: batch
sizes follow the rows, a regression has no label smoothing, and its RealMLP begins at a learning rate of 0.2 with `mish`."""

PATHS = """Every setting of a recipe can be searched, fixed or left alone, by its path:"""

DOMAINS = "A domain in a file is a mapping with its `kind` and these settings; a list is short for `one-of`."

PROPOSERS_INTRO = "Who says what to try next:"

POLICY_INTRO = "Unless somebody chooses, the number of full trainings that the budget pays for does:"


def parts(*, table: Table, notes: Callable[[type], Mapping[str, str]]) -> list[str]:
    """The blocks of the page, one after another.

    Args:
        notes: a dataclass -> the meaning of each field.
    """
    space = ready_space(TaskKind.BINARY, rows=ROWS)
    blocks = [INTRO]
    for name, family in space.families.items():
        head = f"## {name}\n\nShare of the search at first: {family.share:.0%}. {_first(_source(name))}"
        blocks += [head, table(("path", "values", "expected", "exists where"), _rows(family))]
    blocks += ["## Paths", PATHS, _paths()]
    blocks += ["## Domains", DOMAINS]
    for kind, record in KINDS.items():
        blocks += [f"### {kind}", _first(record), table(("setting", "meaning", "default"), _fields(record, notes(record)))]  # type: ignore[arg-type]
    blocks += ["## Proposers", PROPOSERS_INTRO, table(("name", "proposes"), [(f"`{name}`", _first(maker)) for name, maker in PROPOSERS.items()])]
    rows = [(f"fewer than {limit:g}" if limit < float("inf") else "more", f"{what[0].upper()}{what[1:]}.") for limit, what, _ in POLICY]
    return [*blocks, "## By the number of trainings", POLICY_INTRO, table(("full trainings", "plan"), rows)]


def _source(family: str) -> Any:
    module = inspect.getmodule(ready_space)
    return getattr(module, "_" + family.replace("-", "_"))


def _rows(family: Family) -> list[tuple[str, str, str, str]]:
    return [(f"`{path}`", _values(domain), _short(family.center(path)), _condition(domain)) for path, domain in family.domains.items()]


def _values(domain: Domain) -> str:
    if isinstance(domain, OneOf):
        shares = [f" ({share:.0%})" if domain.shares else "" for share in domain.probabilities]
        return ", ".join(f"{_short(value)}{share}" for value, share in zip(domain.values, shares, strict=True))
    zero = f"0 ({domain.or_zero:.0%}), or " if isinstance(domain, Real) and domain.or_zero else ""
    step = f" by {domain.step}" if isinstance(domain, Whole) and domain.step > 1 else ""
    return f"{zero}{domain.low:g} to {domain.high:g}{step}{', log' if domain.log else ''}"


def _condition(domain: Domain) -> str:
    return "; ".join(f"`{path}` is {' or '.join(map(_short, values))}" for path, values in domain.when.items()) or "always"


def _fields(record: Any, notes: Mapping[str, str]) -> list[tuple[str, str, str]]:
    absent = {"when": "always"}
    return [
        (f"`{field.name}`", notes[field.name], absent.get(field.name, "required") if field.default is MISSING else f"`{field.default!r}`")
        for field in fields(record)
    ]


def _paths() -> str:
    """The paths as a list."""
    own = ", ".join(f"`{path}`" for path in RECIPE_TYPES)
    return (
        f"- of the recipe: {own}, and `decay_rate` in the place of `weight_decay`\n"
        "- `net.SETTING`: settings of the family's [architecture](architectures.md)\n"
        "- `optimizer`, `optimizer.SETTING`: an [optimizer](optimizers.md) and its settings, which begin anew where it changes\n"
        "- `schedule`, `schedule.SETTING`: a [schedule](schedules.md) and its settings, of which those stay that the new one has"
    )


def _short(value: Setting) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else f"`{value}`"


def _first(documented: Any) -> str:
    return " ".join((inspect.getdoc(documented) or "").split("\n\n")[0].split())
