"""A recipe as a short Python script: the same network and training in plain PyTorch, for people who want to read it or take it further."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice, Recipe
from luthier.core.task import ColumnKind, Schema, Task
from luthier.data import Layout
from luthier.data.cells import MISSING_MARKERS
from luthier.nets import ARCHITECTURES, InputEncoding, build
from luthier.nets.settings import settings_of
from luthier.optim import build_optimizer, build_schedule

TEMPLATES = Path(__file__).parent / "templates"
SIZES = {
    "mlp": ("blocks", "width", "dropout"),
    "residual-mlp": ("blocks", "width", "hidden_factor", "hidden_dropout", "dropout"),
    "realmlp": ("blocks", "width", "dropout"),
    "tabm-mini": ("ensemble", "blocks", "width", "dropout"),
}
"The architectures that have a template, and their settings that stand as constants at the top of a script."
EMBEDDING_SIZES = {"none": (), "piecewise-linear": ("embedding_size", "bins"), "periodic": ("embedding_size", "frequencies", "sigma")}
"The same for the embeddings of numbers."
WIDEST_LINE = 120


def python_script(recipe: Recipe, *, layout: Layout, schema: Schema, task: Task, epochs: int) -> str:
    """A script that trains the recipe's network on a table, which is its argument, and prints its score on held-out rows.

    It needs torch, numpy and polars. Names of the table stand in it as literals and nowhere else.

    Args:
        layout: what the network sees of each column; levels and statistics are learned by the script.
        epochs: length of the training; its schedule ends there.

    Raises:
        SettingInvalid: the recipe names a part that Luthier does not know, or an architecture that has no template.
    """
    build(recipe.net, layout.input_shape, task.outputs, seed=0)  # refuses what it does not know
    if recipe.net.name not in SIZES:
        raise SettingInvalid(f"A script can be written for {', '.join(SIZES)}, but the network is of the architecture {recipe.net.name!r}.")
    net = _net_settings(recipe.net)
    embedding = net["embedding"] if layout.numbers else "none"
    sizes = {name: net[name] for name in (*SIZES[recipe.net.name], *EMBEDDING_SIZES[embedding])}
    template = _environment().get_template("script.py.j2")
    text = template.render(
        recipe=recipe,
        layout=layout,
        schema=schema,
        task=task,
        epochs=epochs,
        net=net,
        embedding=embedding,
        inputs=_input_code(embedding, has_codes=bool(layout.codes)),
        sizes=sizes,
        optimizer=_settings(build_optimizer(recipe.optimizer)),
        schedule=_settings(build_schedule(recipe.schedule)),
        regularization=_settings(build_schedule(recipe.regularization)),
        columns=script_columns(layout, schema),
        missing=["", *(marker for marker in MISSING_MARKERS if marker not in task.classes)],
        time_is_date=schema.time is not None and schema[schema.time].kind is ColumnKind.DATETIME,
        time_format=schema[schema.time].date_format or None if schema.time is not None else None,
    )
    return re.sub(r"\n{4,}", "\n\n\n", text)


def script_columns(layout: Layout, schema: Schema) -> dict[str, Any]:
    """The columns of a script by what is made of them, under the names of its constants; dates with their format."""
    parts = {column: features for column, _, features in layout.number_blocks()}
    dates = [name for name, features in parts.items() if schema[name].kind is ColumnKind.DATETIME]
    texts = [name for name, features in parts.items() if features[0].startswith("topic_")]
    return {
        "NUMBERS": [name for name, features in parts.items() if features == ("value",)],
        "DATES": {name: schema[name].date_format or None for name in dates},
        "TEXTS": texts,
        **{
            constant: [feature.column for feature in layout.codes if feature.purpose == purpose]
            for constant, purpose in (("CATEGORIES", "category"), ("BOOLEANS", "boolean"), ("WITH_GAPS", "missing"))
        },
        "TIME": schema.time,
        "GROUP": schema.group,
    }


def literal(value: Any) -> str:
    """The value as Python would read it, texts in double quotes where that needs no escapes.

    Example:
        >>> literal("age"), literal('a"b'), literal(None)
        ('"age"', '\\'a"b\\'', 'None')
    """
    said = repr(value)
    return f'"{said[1:-1]}"' if isinstance(value, str) and said.startswith("'") and '"' not in said else said


def constant(name: str, value: Any) -> str:
    """An assignment; lists and mappings that are too long for a line take several."""
    if isinstance(value, Mapping):
        return _bracketed(f"{name} = {{", [f"{literal(key)}: {literal(entry)}" for key, entry in value.items()], "}")
    if isinstance(value, list):
        return _bracketed(f"{name} = [", [literal(entry) for entry in value], "]")
    return f"{name} = {literal(value)}"


def _bracketed(head: str, entries: list[str], tail: str) -> str:
    line = head + ", ".join(entries) + tail
    return line if len(line) <= WIDEST_LINE else "\n".join([head, *_packed(entries), tail])


def _packed(entries: Iterable[str]) -> list[str]:
    """Lines of entries, as many in each as fit."""
    lines = [""]
    for entry in entries:
        if len(lines[-1]) + len(entry) + 2 > WIDEST_LINE:
            lines.append("")
        lines[-1] += f" {entry}," if lines[-1] else f"    {entry},"
    return lines


def _net_settings(net: Choice) -> dict[str, Any]:
    """All settings of a network, those included that its architecture leaves to the input encoding."""
    defaults = {name: parameter.default for name, parameter in inspect.signature(InputEncoding.__init__).parameters.items()}
    return defaults | _settings(settings_of(net, ARCHITECTURES[net.name].settings))


def _input_code(embedding: str, *, has_codes: bool) -> dict[str, str]:
    """How a network's inputs are made, counted and put together, as Python."""
    embedded = {"piecewise-linear": "PiecewiseLinear(numbers)", "periodic": "Periodic(numbers)"}.get(embedding)
    numbers = "numbers" if embedded is None else 'self.inputs["numbers"](numbers)'
    made = {} if embedded is None else {"numbers": embedded}
    chunks = f"[{'1' if embedded is None else 'EMBEDDING'}] * numbers"
    if has_codes:
        made["categories"] = "Categories(sizes)"
    return {
        "modules": "{" + ", ".join(f'"{name}": {how}' for name, how in made.items()) + "}",
        "chunks": chunks + (' + self.inputs["categories"].chunks' if has_codes else ""),
        "features": f'torch.cat([{numbers}, self.inputs["categories"](codes)], dim=1)' if has_codes else numbers,
    }


def _settings(part: Any) -> dict[str, Any]:
    return asdict(part)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # the text is Python: every name from outside goes through `literal`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = literal
    environment.globals["constant"] = constant
    return environment
