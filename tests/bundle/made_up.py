"""Made-up bundles: small networks that nobody trained, on one column of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import torch
from torch import nn

from luthier.bundle import Calibration, Contents, Manifest, Stack, build_graph, stored_tensors, write_bundle
from luthier.core.recipe import Choice, Recipe
from luthier.core.task import InputShape, Schema, Task, TaskKind
from luthier.data import Encoding, fit_encoding, fit_layout
from luthier.evaluate import IntervalRule, apply_interval_rule, apply_temperature
from tests.data.typed_frames import DTYPES, KINDS, schema_of

RECIPE = Recipe(name="made-up", net=Choice(name="mlp"), optimizer=Choice(name="adamw"), schedule=Choice(name="constant"), learning_rate=1e-3)
CLASSES = Task(kind=TaskKind.MULTICLASS, target="kind", classes=("1", "2", "10"), target_dtype="Int64", metric="log_loss")
NUMBER = Task(kind=TaskKind.REGRESSION, target="weight in kg", target_dtype="Float64", metric="rmse")


class SmallNet(nn.Module):
    def __init__(self, shape: InputShape, task: Task) -> None:
        super().__init__()
        self.classifies = task.kind.is_classification
        self.first, self.last = nn.Linear(shape.numbers + len(shape.cardinalities), 16), nn.Linear(16, task.outputs)

    def forward(self, numbers: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        answers = self.last(torch.tanh(self.first(torch.cat([numbers, codes.float()], dim=1))))
        return answers.softmax(dim=1) if self.classifies else 10 * answers


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """A bundle and what it was made of."""

    folder: Path
    manifest: Manifest
    contents: Contents
    encodings: tuple[Encoding, ...]
    networks: tuple[nn.Module, ...]
    stacks: tuple[Stack, ...]

    def answers(self, frame: pl.DataFrame) -> np.ndarray:
        """What the networks say to a typed frame, computed by torch and NumPy: probabilities, or predictions."""
        places = [(fold, weight) for stack in self.stacks for fold, weight in zip(stack.folds, stack.weights, strict=True)]
        mean = 0.0
        for network, (fold, weight) in zip(self.networks, places, strict=True):
            inputs = self.encodings[fold].encode(frame)
            with torch.no_grad():
                mean = mean + weight * network(torch.from_numpy(inputs.numbers), torch.from_numpy(inputs.codes)).double().numpy()
        return apply_temperature(mean, self.manifest.calibration.temperature) if self.manifest.task.kind.is_classification else mean[:, 0]

    def interval(self, frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends around these predictions."""
        calibration = self.manifest.calibration
        rule = IntervalRule(coverage=calibration.coverage, edges=calibration.interval_edges, half_widths=calibration.interval_half_widths)
        return apply_interval_rule(self.answers(frame), rule)


def training_rows(rows: int = 60) -> pl.DataFrame:
    """A typed frame with a column of every kind and gaps in it."""
    rng = np.random.default_rng(0)
    moments = pl.datetime_range(pl.datetime(2020, 1, 1), pl.datetime(2020, 12, 31), "1d", eager=True)[:rows]
    return pl.DataFrame(
        {
            "size": [float(value) if place % 5 else None for place, value in enumerate(rng.normal(size=rows))],
            "color": rng.choice(["red", "blue", "grün", ""], rows),
            "smoker": rng.choice([0.0, 1.0], rows),
            "seen": moments,
            "note": [" ".join(rng.choice(["hello", "world", "foo", "bar"], 4)) if place % 7 else None for place in range(rows)],
            "weight": rng.normal(size=rows) * 20 + 70,
            "shape": ["round", None] * (rows // 2),
        },
        schema_overrides={name: DTYPES[kind] for name, kind in KINDS.items()},
    )


def make_bundle(folder: Path, task: Task, calibration: Calibration) -> MadeUp:
    """Two stacks of two members and one member, which use two encodings."""
    frame, schema = training_rows(), schema_of(*KINDS)
    layout = fit_layout(frame, schema)
    encodings = (fit_encoding(frame[:40], layout), fit_encoding(frame[20:], layout))
    torch.manual_seed(0)
    networks = tuple(SmallNet(layout.input_shape, task).eval() for _ in range(3))
    stacks = (_stack(networks[:2], folds=(0, 1), weights=(0.25, 0.25)), _stack(networks[2:], folds=(1,), weights=(0.5,)))
    manifest = _manifest(task, schema, calibration, stacks)
    contents = Contents(
        graph=build_graph(task, schema, encodings, stacks, calibration),
        tensors=stored_tensors(encodings, stacks),
        layout=layout.to_json(),
        profile={"rows": frame.height},
        report={"verdict": "made up"},
        page="<!doctype html><title>made up</title>",
        card="# Made up\n",
    )
    complete = write_bundle(folder, manifest, contents)
    return MadeUp(folder=folder, manifest=complete, contents=contents, encodings=encodings, networks=networks, stacks=stacks)


def _stack(networks: tuple[nn.Module, ...], *, folds: tuple[int, ...], weights: tuple[float, ...]) -> Stack:
    states = [network.state_dict() for network in networks]
    tensors = {name: torch.stack([state[name] for state in states]).numpy() for name in states[0]}
    return Stack(recipe=RECIPE, network=networks[0], tensors=tensors, folds=folds, weights=weights)


def _manifest(task: Task, schema: Schema, calibration: Calibration, stacks: tuple[Stack, ...]) -> Manifest:
    return Manifest(
        task=task,
        schema=schema,
        calibration=calibration,
        recipes=tuple({"recipe": stack.recipe.to_json(), "folds": stack.folds, "weights": stack.weights} for stack in stacks),
        scores={"log_loss": {"label": "Log-loss", "value": 0.25, "lower": 0.2, "upper": 0.3}},
        provenance={"Seed": "0"},
        files={},
    )
