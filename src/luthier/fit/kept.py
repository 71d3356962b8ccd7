"""Trained members on the disk: one safetensors file for those that were trained together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save

from luthier.core.files import whole_file
from luthier.core.recipe import Member
from luthier.fit.memory import Outcome
from luthier.fit.train import Curve, TrainedMember


def write_trained(path: Path, trained: Sequence[TrainedMember]) -> None:
    """Write members with their weights, buffers, predictions and curves."""
    tensors = {f"{place}.{name}": tensor for place, entry in enumerate(trained) for name, tensor in _tensors(entry).items()}
    facts = [_facts(entry) for entry in trained]
    with whole_file(path) as file:
        file.write_bytes(save(tensors, metadata={"facts": json.dumps(facts)}))


def read_trained(path: Path, members: Sequence[Member]) -> tuple[TrainedMember, ...]:
    """The members that `write_trained` wrote.

    Args:
        members: who they are, in their order.
    """
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["facts"])
        return tuple(
            TrainedMember(
                member=member,
                weights=file.get_tensor(f"{place}.weights"),
                predictions=file.get_tensor(f"{place}.predictions").numpy(),
                buffers={name: file.get_tensor(f"{place}.buffer.{name}") for name in facts[place]["buffers"]},
                error=float(facts[place]["error"]),
                best_epoch=facts[place]["best_epoch"],
                curve=Curve(**{name: tuple(values) for name, values in facts[place]["curve"].items()}),
                outcome=Outcome(facts[place]["outcome"]),
                rollbacks=facts[place]["rollbacks"],
            )
            for place, member in enumerate(members)
        )


def _tensors(entry: TrainedMember) -> dict[str, torch.Tensor]:
    buffers = {f"buffer.{name}": buffer.cpu().contiguous() for name, buffer in entry.buffers.items()}
    return {"weights": entry.weights.cpu().contiguous(), "predictions": torch.from_numpy(entry.predictions.copy()), **buffers}


def _facts(entry: TrainedMember) -> dict[str, object]:
    return {
        "error": entry.error,
        "best_epoch": entry.best_epoch,
        "curve": asdict(entry.curve),
        "outcome": entry.outcome.value,
        "rollbacks": entry.rollbacks,
        "buffers": list(entry.buffers),
    }
