"""The exported script builds the same network, moves it by the same steps, and ends well on the table."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice, Recipe
from luthier.core.task import InputShape, Schema, Task, TaskKind
from luthier.data import Layout, build_dataset, fit_encoding, fit_layout, typed_frame
from luthier.fit.population import layout_of
from luthier.nets import build, roles
from luthier.optim import OPTIMIZERS, SCHEDULES, build_optimizer, learning_rate_factor
from luthier.tune import portfolio
from luthier.workflows.python_script import constant, literal, python_script
from tests.workflows.tables import inputs_and

RECIPES = {recipe.name: recipe for recipe in portfolio(TaskKind.MULTICLASS, rows=400)}


def table_parts(frame: pl.DataFrame, target: str, **roles: Any) -> tuple[Layout, Schema, Task]:
    """What a fit would know of a table."""
    dataset = build_dataset(frame, target=target, **roles)
    return fit_layout(typed_frame(dataset.frame, dataset.schema), dataset.schema), dataset.schema, dataset.task


def script_for(recipe: Recipe, frame: pl.DataFrame | None = None, target: str = "kind", *, epochs: int = 2, **roles: Any) -> str:
    layout, schema, task = table_parts(inputs_and(target) if frame is None else frame, target, **roles)
    return python_script(recipe, layout=layout, schema=schema, task=task, epochs=epochs)


def names_of(script: str) -> dict[str, Any]:
    """What the script defines."""
    names: dict[str, Any] = {"__name__": "train"}
    exec(compile(script, "train.py", "exec"), names)
    return names


def both_networks(recipe: Recipe, names: dict[str, Any], shape: InputShape, outputs: int) -> tuple[torch.nn.Module, torch.nn.Module]:
    """Ours and the script's, with our weights in both."""
    ours = build(recipe.net, shape, outputs, seed=3)
    theirs = names["Net"](shape.numbers, list(shape.cardinalities), outputs)
    bins = {name: stored[:, :-2] for name, stored in ours.named_buffers() if name.split(".")[-1] in ("left", "slope")}
    missing, unexpected = theirs.load_state_dict({**dict(ours.named_parameters()), **bins}, strict=False)
    assert unexpected == []
    assert all(theirs.state_dict()[name].numel() == 0 for name in missing)
    return ours.eval(), theirs.eval()


def some_rows(shape: InputShape, rows: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    codes = [torch.randint(size, (rows, 1), generator=generator) for size in shape.cardinalities]
    return torch.randn(rows, shape.numbers, generator=generator), torch.cat(codes, dim=1)


@pytest.mark.parametrize("embedding", ["default", "none", "piecewise-linear", "periodic"])
@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_network_of_the_script_has_our_parameters_and_our_outputs(name: str, embedding: str) -> None:
    recipe = RECIPES[name] if embedding == "default" else replace(RECIPES[name], net=RECIPES[name].net.with_settings(embedding=embedding))
    layout, schema, task = table_parts(many_levels(), "kind")
    names = names_of(python_script(recipe, layout=layout, schema=schema, task=task, epochs=2))
    ours, theirs = both_networks(recipe, names, layout.input_shape, 3)
    numbers, codes = some_rows(layout.input_shape)

    count = lambda net: sum(weight.numel() for weight in net.parameters())  # noqa: E731
    assert count(ours) == count(theirs)
    torch.testing.assert_close(theirs(numbers, codes), ours(numbers, codes), rtol=1e-5, atol=1e-5)


def many_levels() -> pl.DataFrame:
    """The table with one more column, of so many levels that each gets a vector."""
    frame = inputs_and("kind")
    return frame.with_columns(town=pl.Series([f"town {row % 15}" for row in range(frame.height)]))


@pytest.mark.parametrize("columns", [("size", "price"), ("color", "open")], ids=["numbers-only", "codes-only"])
@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_table_may_have_numbers_alone_or_categories_alone(name: str, columns: tuple[str, ...]) -> None:
    frame = inputs_and("kind").select(*columns, "kind").with_columns(pl.col("size").fill_null(0.0) if "size" in columns else pl.lit(None).alias("none"))
    layout, schema, task = table_parts(frame, "kind")
    names = names_of(python_script(RECIPES[name], layout=layout, schema=schema, task=task, epochs=2))
    shape = layout.input_shape
    ours, theirs = both_networks(RECIPES[name], names, shape, 3)
    numbers, codes = torch.randn(7, shape.numbers), torch.ones(7, len(shape.cardinalities), dtype=torch.long)

    torch.testing.assert_close(theirs(numbers, codes), ours(numbers, codes), rtol=1e-5, atol=1e-5)


def test_bins_are_placed_where_ours_are() -> None:
    names = names_of(script_for(RECIPES["mlp"]))
    shape = InputShape(numbers=3, cardinalities=(3,))
    ours, theirs = build(RECIPES["mlp"].net, shape, 3, seed=0), names["Net"](3, [3], 3)
    numbers, _ = some_rows(shape, rows=200)
    numbers[:, 1] = numbers[:, 1].relu()  # half of it is 0: quantiles fall together

    ours.inputs.initialize_(numbers)
    theirs.inputs["numbers"].initialize(numbers)

    for name in ("left", "slope"):
        torch.testing.assert_close(getattr(theirs.inputs["numbers"], name), getattr(ours.inputs.numbers, name)[:, :-2])


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_optimizer_of_the_script_moves_a_network_as_ours_does(name: str, optimizer: str) -> None:
    """Three steps, compared parameter by parameter: rounding counts where a gradient is near zero, and torch's Muon computes in bfloat16,
    which its matrices of low rank here amplify; a wrong scale would be a gap of more than 0.5."""
    recipe = replace(RECIPES[name], optimizer=Choice(name=optimizer), learning_rate=1e-3, weight_decay=0.1)
    layout, schema, task = table_parts(inputs_and("kind"), "kind")
    names = names_of(python_script(recipe, layout=layout, schema=schema, task=task, epochs=2))
    ours, theirs = both_networks(recipe, names, layout.input_shape, 3)
    numbers, codes = some_rows(layout.input_shape)
    start = {key: weight.detach().clone() for key, weight in ours.named_parameters()}
    moved = our_steps(recipe, ours, numbers, codes)

    optimizers = names["build_optimizers"](theirs)
    for _ in range(3):
        theirs.zero_grad()
        loss_of(theirs(numbers, codes)).backward()
        for part in optimizers:
            part.step()

    judged = {key: optimizers[0].predicting(weight) if hasattr(optimizers[0], "predicting") else weight for key, weight in theirs.named_parameters()}
    gaps = {key: float((judged[key].detach() - moved[key]).norm() / (moved[key] - start[key]).norm()) for key in start}
    assert max(gaps.values()) < (0.25 if optimizer == "muon" else 0.01), gaps


def loss_of(outputs: torch.Tensor) -> torch.Tensor:
    return (outputs.flatten(1) - torch.linspace(-1, 1, outputs[0].numel())).square().mean()


def our_steps(recipe: Recipe, net: torch.nn.Module, numbers: torch.Tensor, codes: torch.Tensor) -> dict[str, torch.Tensor]:
    """The weights that predict after three steps of our optimizer."""
    layout, optimizer = layout_of(net), build_optimizer(recipe.optimizer)
    weights = layout.flatten({name: weight.detach()[None] for name, weight in net.named_parameters()})
    state = optimizer.start(weights)
    for _ in range(3):
        leaves = {name: view[0].clone().requires_grad_() for name, view in layout.views(weights).items()}
        parts = torch.autograd.grad(loss_of(torch.func.functional_call(net, leaves, (numbers, codes))), list(leaves.values()))
        gradients = layout.flatten({name: part[None] for name, part in zip(leaves, parts, strict=True)})
        rate, decay = torch.tensor([[recipe.learning_rate]]), torch.tensor([[recipe.weight_decay]])
        optimizer.step_(weights, gradients, state, learning_rate=rate, weight_decay=decay, layout=layout)
    return {name: view[0] for name, view in layout.views(optimizer.weights_to_judge(weights, state)).items()}


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_same_parameters_decay(name: str) -> None:
    layout, schema, task = table_parts(many_levels(), "kind")
    names = names_of(python_script(RECIPES[name], layout=layout, schema=schema, task=task, epochs=2))
    ours, theirs = both_networks(RECIPES[name], names, layout.input_shape, 3)

    assert {key: names["decays"](key, weight) for key, weight in theirs.named_parameters()} == {key: role.decays for key, role in roles(ours).items()}


@pytest.mark.parametrize("warmup", [0.0, 0.1])
@pytest.mark.parametrize("schedule", sorted(SCHEDULES))
def test_the_learning_rate_moves_as_ours_does(schedule: str, warmup: float) -> None:
    choice = Choice(name=schedule, settings={"warmup": warmup})
    names = names_of(script_for(replace(RECIPES["mlp"], schedule=choice)))

    for progress in np.linspace(0.01, 0.99, 23).tolist():
        assert names["rate_factor"](progress) == pytest.approx(learning_rate_factor(choice, progress), abs=1e-9)


@pytest.mark.parametrize("target", ["kind", "weight"])
@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_script_beats_a_constant_guess_on_its_table(name: str, target: str, tmp_path: Path) -> None:
    frame = inputs_and(target)
    frame.write_csv(tmp_path / "table.csv")
    (recipe,) = [recipe for recipe in portfolio(TaskKind.REGRESSION if target == "weight" else TaskKind.MULTICLASS, rows=200) if recipe.name == name]
    quick = replace(recipe, ema_decay=min(recipe.ema_decay, 0.8), learning_rate=3 * recipe.learning_rate if recipe.ema_decay else recipe.learning_rate)

    reached, guess = run_here(script_for(quick, frame, target, epochs=20), tmp_path / "table.csv")

    assert reached < 0.8 * guess


def run_here(script: str, table: Path) -> tuple[float, float]:
    """What the script prints: the metric, and that of the constant guess."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), torch.random.fork_rng(devices=[]):
        names_of(script)["main"](str(table))
    found = re.search(r"held-out (?:log-loss|RMSE) ([\d.]+) in epoch \d+ of \d+ \(a constant guess: ([\d.]+)\)", said.getvalue())
    assert found is not None, said.getvalue()
    return float(found[1]), float(found[2])


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": Choice(name="reduce-on-plateau", settings={"patience": 1})},
        {"optimizer": Choice(name="schedule-free-adamw"), "schedule": Choice(name="constant"), "learning_rate": 5e-3, "ema_decay": 0.0},
        {"label_smoothing": 0.1, "l1": 1e-5, "gradient_clip": 1.0, "regularization_schedule": "flat-cos", "learning_rate": 3e-3},
    ],
    ids=["plateau", "schedule-free", "all-penalties"],
)
def test_rarer_choices_run_as_well(changes: dict[str, Any], tmp_path: Path) -> None:
    frame = inputs_and("kind")
    frame.write_csv(tmp_path / "table.csv")
    recipe = replace(RECIPES["residual-mlp"], **{"ema_decay": 0.8, **changes})

    reached, guess = run_here(script_for(recipe, frame, epochs=15), tmp_path / "table.csv")

    assert reached < 0.8 * guess


@pytest.mark.parametrize(
    ("suffix", "write"), [(".parquet", pl.DataFrame.write_parquet), (".jsonl", pl.DataFrame.write_ndjson), (".arrow", pl.DataFrame.write_ipc)]
)
def test_other_files_give_the_numbers_that_the_csv_gives(suffix: str, write: Any, tmp_path: Path) -> None:
    frame, names = inputs_and("kind"), names_of(script_for(RECIPES["mlp"]))
    frame.write_csv(tmp_path / "table.csv")
    write(frame, tmp_path / f"table{suffix}")

    (numbers, codes), (others, other_codes) = (
        names["prepare"](names["read"](str(tmp_path / name)), np.arange(200)) for name in ("table.csv", f"table{suffix}")
    )

    torch.testing.assert_close(others, numbers)
    assert torch.equal(other_codes, codes)


def test_the_script_prepares_columns_as_an_encoding_does(tmp_path: Path) -> None:
    """Parts of a date stand in another order: inputs are compared as a set of columns."""
    frame = inputs_and("kind")
    layout, schema, task = table_parts(frame, "kind")
    names = names_of(python_script(RECIPES["mlp"], layout=layout, schema=schema, task=task, epochs=2))
    frame.write_csv(tmp_path / "table.csv")
    typed = typed_frame(build_dataset(frame, target="kind").frame, schema)
    ours = fit_encoding(typed[:200], layout).encode(typed)

    numbers, codes = names["prepare"](names["read"](str(tmp_path / "table.csv")), np.arange(200))

    ordered = lambda columns: columns[:, np.lexsort(np.round(columns[:3], 3))]  # noqa: E731
    np.testing.assert_allclose(ordered(numbers.numpy()), ordered(ours.numbers), atol=1e-4)
    assert np.array_equal(codes.numpy(), ours.codes)


def test_later_rows_are_held_out_where_time_orders_the_table(tmp_path: Path) -> None:
    frame = inputs_and("kind")
    names = names_of(script_for(RECIPES["mlp"], frame, time="day"))
    frame.write_csv(tmp_path / "table.csv")

    rows = names["read"](str(tmp_path / "table.csv"))
    train, held_out = names["split"](rows)

    assert rows["day"][train].max() < rows["day"][held_out].min()
    assert (len(train), len(held_out)) == (192, 48)


def test_groups_stay_on_one_side(tmp_path: Path) -> None:
    frame = many_levels()
    names = names_of(script_for(RECIPES["mlp"], frame, group="town"))
    frame.write_csv(tmp_path / "table.csv")

    rows = names["read"](str(tmp_path / "table.csv"))
    train, held_out = names["split"](rows)

    assert set(rows["town"][train]).isdisjoint(rows["town"][held_out])
    assert len(set(rows["town"][held_out])) == 3


def test_free_text_becomes_topics(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    notes = [
        f"{rng.choice(['sharp pain', 'mild ache', 'no complaint'])} since {rng.integers(1, 900)} days, seen by {rng.integers(1, 9_000)}" for _ in range(240)
    ]
    frame = inputs_and("kind").with_columns(note=pl.Series(notes))
    names = names_of(script_for(RECIPES["mlp"], frame, kinds={"note": "text"}))
    frame.write_csv(tmp_path / "table.csv")

    numbers, _ = names["prepare"](names["read"](str(tmp_path / "table.csv")), np.arange(200))

    assert names["TEXTS"] == ["note"]
    assert numbers.shape[1] > names_of(script_for(RECIPES["mlp"]))["prepare"](names["read"](str(tmp_path / "table.csv")), np.arange(200))[0].shape[1]


def test_names_from_the_table_are_never_code() -> None:
    hostile = '"""\nraise SystemExit("ran")\n"""'
    frame = inputs_and("kind").rename({"size": hostile, "color": 'it\'s "quoted" {{ 7 * 7 }}', "kind": "target'\\"})
    layout, schema, task = table_parts(frame, "target'\\")

    names = names_of(python_script(RECIPES["mlp"], layout=layout, schema=schema, task=task, epochs=2))

    assert names["NUMBERS"] == [hostile, "price"]
    assert names["CATEGORIES"] == ['it\'s "quoted" {{ 7 * 7 }}']
    assert names["TARGET"] == "target'\\"


def test_long_lists_of_names_take_several_lines() -> None:
    columns = [f"column number {place}" for place in range(40)]

    text = constant("NUMBERS", columns)

    assert max(map(len, text.splitlines())) <= 121
    assert names_of(text)["NUMBERS"] == columns
    assert literal("plain") == '"plain"'


def test_a_script_is_short_and_needs_no_luthier() -> None:
    """Blank lines do not count; the table has a column of every kind but text."""
    for recipe in RECIPES.values():
        lines = [line for line in script_for(recipe).splitlines() if line.strip()]

        assert "luthier." not in "\n".join(lines)
        assert len(lines) <= 210
        assert max(map(len, lines)) <= 140


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        script_for(replace(RECIPES["mlp"], net=Choice(name="transformer")))

    assert str(refusal.value).startswith("The architecture must be one that Luthier knows, but 'transformer' came.")
