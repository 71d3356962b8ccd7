"""From a mixture of trained networks to the model that is judged and saved."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from luthier.bundle import Bundle, Calibration, Manifest, Session, Stack
from luthier.fit import TrainedMember, stack_trained
from luthier.tune import Candidate
from luthier.workflows.ensembling import COVERAGE, Mixture
from luthier.workflows.preparation import Preparation
from luthier.workflows.training import Training


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assembled:
    """A model in memory."""

    stacks: tuple[Stack, ...]
    graph: bytes
    manifest: Manifest
    bundle: Bundle


def assemble(prepared: Preparation, training: Training, mixture: Mixture, provenance: dict[str, str]) -> Assembled:
    """Stack the chosen networks by architecture, export them, and load what was exported."""
    stacks = tuple(_stack(group, training) for group in _by_architecture(mixture))
    calibration = _calibration(mixture)
    graph = prepared.material.graph(stacks, calibration)
    manifest = Manifest(
        task=prepared.dataset.task,
        schema=prepared.dataset.schema,
        calibration=calibration,
        recipes=tuple({"recipe": stack.recipe.to_json(), "folds": list(stack.folds), "weights": list(stack.weights)} for stack in stacks),
        scores={},
        provenance=provenance,
        files={},
        pixels=prepared.pixels,
    )
    return Assembled(stacks=stacks, graph=graph, manifest=manifest, bundle=Bundle(manifest, Session(graph)))


def weights_hash(mixture: Mixture) -> str:
    """SHA-256 of the chosen networks' weights: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for candidate, weight in mixture.chosen:
        digest.update(np.float64(weight).tobytes())
        for entry in candidate.trained:
            digest.update(entry.weights.cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _by_architecture(mixture: Mixture) -> list[list[tuple[Candidate, float]]]:
    """Candidates whose networks have one shape go into one stack."""
    groups: dict[str, list[tuple[Candidate, float]]] = {}
    for candidate, weight in mixture.chosen:
        groups.setdefault(repr(candidate.recipe.net), []).append((candidate, weight))
    return list(groups.values())


def _stack(group: Sequence[tuple[Candidate, float]], training: Training) -> Stack:
    members: list[tuple[TrainedMember, float]] = [(entry, weight / len(candidate.trained)) for candidate, weight in group for entry in candidate.trained]
    data = training.data
    stacked = stack_trained([entry for entry, _ in members], kind=data.kind, shape=data.shape, outputs=data.outputs, scales=data.scales)
    return Stack(
        recipe=group[0][0].recipe,
        network=stacked.predictor,
        tensors={name: tensor.numpy() for name, tensor in stacked.tensors.items()},
        folds=tuple(entry.member.fold for entry, _ in members),
        weights=tuple(weight for _, weight in members),
    )


def _calibration(mixture: Mixture) -> Calibration:
    rule = mixture.interval_rule
    return Calibration(
        temperature=mixture.temperature,
        set_threshold=mixture.set_threshold,
        decision_threshold=mixture.decision_threshold,
        coverage=COVERAGE,
        interval_edges=rule.edges if rule is not None else (),
        interval_half_widths=rule.half_widths if rule is not None else (0.0,),
    )
