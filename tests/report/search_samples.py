"""A made-up search: 60 recipes of three families on three rungs, one that failed, with a log-loss that hangs on the learning rate most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import exp, log10

import numpy as np

from luthier.report import ReportRecord, RungFacts, SearchStory, SettingImportance, TrialFacts
from tests.report.samples import diagnosis_record

FAMILIES = ("tabm-mini", "realmlp", "mlp")
RUNGS = ((2.0, 1), (6.0, 1), (18.0, 5))
"Epochs and folds."
KEPT = (20, 7, 7)
FAILED = 17
NOISE = 0.0021


def search_record() -> ReportRecord:
    """The diagnosis, with the search that led to it."""
    return replace(diagnosis_record(), search=search_story())


def search_story(*, trials: int = 60, greater_is_better: bool = False) -> SearchStory:
    """Successive halving over made-up scores; a score that rises is one minus the log-loss."""
    rng = np.random.default_rng(4)
    proposed = [_proposed(number, rng) for number in range(trials)]
    told = tuple(_turned(trial) for trial in _halved(proposed, rng)) if greater_is_better else tuple(_halved(proposed, rng))
    entered = [sum(trial.rung >= rung for trial in told) for rung in range(3)]
    went_on = [*entered[1:], sum(trial.state == "finished" for trial in told)]
    return SearchStory(
        trials=told,
        rungs=tuple(
            RungFacts(number=rung, epochs=epochs, folds=folds, trials=entered[rung], kept=went_on[rung], seconds=11.0 + 13.0 * rung)
            for rung, (epochs, folds) in enumerate(RUNGS)
        ),
        importance=_importance(),
        metric_label="accuracy" if greater_is_better else "log-loss",
        greater_is_better=greater_is_better,
        seed_noise=NOISE,
        plan=(
            "About 60 recipes of 3 families until 14:03:20, in 84 s of the 120 s.",
            "Rungs at 2 and 6 epochs on 1 fold, each keeping a third; the last 7 train for 18 epochs on all 5 folds.",
            "Then 20 s for calibration, the sealed rows and this report.",
        ),
        proposer="prior-weighted",
        stopped_early=sum(trial.state == "stopped" for trial in told),
        trials_per_minute=42.9,
    )


def _proposed(number: int, rng: np.random.Generator) -> TrialFacts:
    family = FAMILIES[0] if number % 2 == 0 else FAMILIES[1] if number % 4 == 1 else FAMILIES[2]
    center = {"tabm-mini": 8e-3, "realmlp": 0.04, "mlp": 1e-3}[family]
    settings: dict[str, float | str] = {
        "learning_rate": float(center * 10 ** rng.normal(0, 0.45)),
        "decay_rate": 0.0 if rng.random() < 0.15 else float(10 ** rng.uniform(-6, -3)),
        "net.dropout": float(rng.uniform(0, 0.5)),
        "net.width": int(rng.integers(3, 13)) * 32,
        "batch_size": int(rng.choice([64, 128, 256])),
        "schedule": str(rng.choice(["cosine", "linear", "warmup-stable-decay"])),
    }
    if family != "realmlp":
        settings["net.blocks"] = int(rng.integers(1, 5))
        settings["optimizer"] = str(rng.choice(["adamw", "muon"]))
        if settings["optimizer"] == "adamw":
            settings["optimizer.beta2"] = float(1 - 10 ** rng.uniform(-3, -1))
    origin = "default" if number < 3 else str(rng.choice(["prior", "incumbent", "uniform"], p=[0.5, 0.3, 0.2]))
    return TrialFacts(
        number=number,
        family=family,
        origin=origin,
        state="running",
        rung=0,
        folds=1,
        epochs=2.0,
        score=None,
        settings=settings,
        seconds=float(rng.gamma(4, 0.3)),
    )


def _halved(trials: list[TrialFacts], rng: np.random.Generator) -> Iterator[TrialFacts]:
    """Each rung keeps a third; one trial diverges, three of the last speak in the ensemble."""
    running = list(trials)
    for rung, (epochs, folds) in enumerate(RUNGS):
        judged = [replace(trial, rung=rung, epochs=epochs, folds=folds, score=_log_loss(trial, epochs, rng)) for trial in running]
        yield from (replace(trial, state="failed", score=None) for trial in judged if trial.number == FAILED)
        ranked = sorted((trial for trial in judged if trial.number != FAILED), key=lambda trial: trial.score)
        kept = max(round(len(trials) / 3 ** (rung + 1)), 1) if rung < 2 else len(ranked)
        yield from (replace(trial, state="stopped") for trial in ranked[kept:])
        running = ranked[:kept]
    weights = (0.55, 0.3, 0.0, 0.15)
    yield from (replace(trial, state="finished", weight=weight) for trial, weight in zip(running, (*weights, *[0.0] * len(running)), strict=False))


def _log_loss(trial: TrialFacts, epochs: float, rng: np.random.Generator) -> float:
    center = {"tabm-mini": 9e-3, "realmlp": 0.03, "mlp": 2e-3}[trial.family]
    far = log10(float(trial.settings["learning_rate"]) / center)
    penalty = 0.06 * far**2 + 0.03 * (float(trial.settings["net.dropout"]) - 0.2) ** 2 + (0.006 if trial.settings["schedule"] == "linear" else 0.0)
    family = {"tabm-mini": 0.0, "realmlp": 0.006, "mlp": 0.022}[trial.family]
    return 0.121 + family + penalty + 0.06 * exp(-epochs / 3.5) * (1 + abs(far)) + float(rng.normal(0, NOISE))


def _importance() -> tuple[SettingImportance, ...]:
    shares = {
        "": {"family": 0.38, "learning_rate": 0.33, "net.dropout": 0.11, "decay_rate": 0.08, "net.width": 0.05, "schedule": 0.03, "batch_size": 0.02},
        "tabm-mini": {
            "learning_rate": 0.52,
            "net.dropout": 0.16,
            "schedule": 0.13,
            "decay_rate": 0.08,
            "net.blocks": 0.06,
            "net.width": 0.03,
            "optimizer": 0.02,
        },
        "realmlp": {"learning_rate": 0.61, "decay_rate": 0.2, "net.dropout": 0.12, "schedule": 0.04, "net.width": 0.02, "batch_size": 0.01},
    }
    return tuple(SettingImportance(path=path, family=family, share=share) for family, parts in shares.items() for path, share in parts.items())


def _turned(trial: TrialFacts) -> TrialFacts:
    return trial if trial.score is None else replace(trial, score=1 - trial.score)
