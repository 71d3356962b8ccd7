"""The page of the ledger's tables, for scripts/reference.py."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from luthier.ledger import Alarm, Deployment, Label, Pass, Prediction, Promotion, Run, RunPoint, StoredBundle, Token, tables

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]
"(head, rows) -> Markdown."

INTRO = """One SQLite file in WAL mode (`.luthier/ledger.db`), or one PostgreSQL database for a team; the tables are the same. [Why a ledger of its
own](../adr/0012-a-ledger-of-our-own.md). Read it with any tool while a service writes; let Luthier alone write, or what is counted beside the rows
goes wrong. From Python, `luthier.ledger.Ledger` gives the same as records:"""

EXAMPLE = """```python
from luthier.ledger import Ledger

with Ledger.open() as ledger:
    for deployment in ledger.deployments.all():
        print(deployment.name, deployment.version, ledger.predictions.count(deployment.name))
        print(ledger.predictions.labeled(deployment.name, limit=1_000).select("id", "at", "answer", "label"))
```"""

NOTES = """- Times are microseconds since 1970, UTC, as 64-bit integers. `facts`, `policy`, `evidence`, `scores` and `record` are JSON.
- `deployment` is a small number, `deployments.key`, everywhere; `bundle` is `bundles.key` where there may be millions of rows, and a hash elsewhere.
- A prediction's `place` is its minute and its number within that minute, so that rows evenly spread over any window are found by arithmetic on an index.
- `inputs` is the row as it was asked, or a PNG. Whoever reads the ledger reads what was asked: guard it like the data itself.
- The files of models are no rows: they stand under their hash in `bundles/` beside the SQLite file, or at `LUTHIER_STORE` ([environment](environment.md))."""

RECORDS: dict[str, type] = {
    "runs": Run,
    "run_points": RunPoint,
    "bundles": StoredBundle,
    "deployments": Deployment,
    "promotions": Promotion,
    "predictions": Prediction,
    "labels": Label,
    "passes": Pass,
    "alarms": Alarm,
    "tokens": Token,
}
"By the name of a table: what one of its rows is."
OTHERS = {
    "shadows": "What challengers answered to the same rows; the inputs stand with the predictions.",
    "ledger_format": "One number: the format, which ordered migrations bring to the newest one when a ledger is opened.",
}
KEYS = {
    "key": "The small number that stands for it in other tables.",
    "place": "Its minute and its number within that minute.",
    "hash": "SHA-256 of the secret.",
    "number": "The format.",
}


def parts(*, table: Table, notes: Callable[[type], Mapping[str, str]]) -> list[str]:
    """The blocks of the page, one after another.

    Args:
        notes: a dataclass -> the meaning of each field.
    """
    blocks = [INTRO, EXAMPLE, NOTES]
    for name, found in tables.METADATA.tables.items():
        blocks += [f"## {name}", _about(name)]
        meanings = KEYS | (dict(notes(RECORDS[name])) if name in RECORDS else {})
        if name in RECORDS:
            blocks.append(table(("column", "meaning"), [(f"`{column.name}`", meanings[column.name] + _key(column)) for column in found.columns]))
        else:
            blocks.append("Columns: " + ", ".join(f"`{column.name}`" for column in found.columns) + ".")
    return [*blocks, f"## {tables.labels_in_force.name}", _strings()["labels_in_force"]]


def _about(name: str) -> str:
    if name in RECORDS:
        return " ".join((inspect.getdoc(RECORDS[name]) or "").split("\n\n")[0].split())
    return OTHERS.get(name) or _strings()[name]


def _key(column: Any) -> str:
    """Where a column holds the small number that stands for what its record names."""
    named = [key.target_fullname for key in column.foreign_keys if key.target_fullname.endswith(".key")]
    return f" Stands here as `{named[0]}`." if named else ""


def _strings() -> dict[str, str]:
    """The string under each table of the module, by the table's name."""
    body: list[Any] = ast.parse(inspect.getsource(tables)).body
    pairs = [(assigned, note) for assigned, note in zip(body, body[1:], strict=False) if isinstance(assigned, ast.Assign) and isinstance(note, ast.Expr)]
    return {assigned.targets[0].id: " ".join(str(note.value.value).split()) for assigned, note in pairs}  # type: ignore[attr-defined]
