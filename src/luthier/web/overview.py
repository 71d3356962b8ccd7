"""Overview: every deployment in a line, and the latest runs."""

from __future__ import annotations

from dataclasses import dataclass

from luthier.core.errors import BundleUnknown
from luthier.ledger import Coverage, Deployment, Ledger, Pass, StoredBundle
from luthier.web.label_shares import LabelShares
from luthier.web.sealed_score import SealedScore, leading_score
from luthier.web.traffic import SPARK, Pace, TrafficStory, pace, traffic_story


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentLine:
    """One deployment at a glance."""

    deployment: Deployment
    model: StoredBundle | None
    "None where the ledger lists the hash no more."
    score: SealedScore | None
    "On the champion's sealed rows."
    pace: Pace
    traffic: TrafficStory
    coverage: Coverage
    alarms: int
    "Open ones."
    watched: Pass | None
    "The last pass of the monitor."


def deployment_lines(ledger: Ledger, shares: LabelShares) -> tuple[DeploymentLine, ...]:
    """All deployments: those with an open alarm first, then by their names."""
    lines = (deployment_line(ledger, shares, deployment) for deployment in ledger.deployments.all())
    return tuple(sorted(lines, key=lambda line: (not line.alarms, line.deployment.name)))


def deployment_line(ledger: Ledger, shares: LabelShares, deployment: Deployment) -> DeploymentLine:
    """One deployment at a glance."""
    model = known_bundle(ledger, deployment.champion)
    return DeploymentLine(
        deployment=deployment,
        model=model,
        score=leading_score(model) if model is not None else None,
        pace=pace(ledger, deployment.name),
        traffic=traffic_story(ledger, deployment, SPARK),
        coverage=shares.of(deployment.name),
        alarms=len(ledger.alarms.open(deployment.name)),
        watched=ledger.passes.latest(deployment.name),
    )


def known_bundle(ledger: Ledger, hash_: str | None) -> StoredBundle | None:
    """The stored model of that hash; None where there is none."""
    try:
        return ledger.bundles.get(hash_) if hash_ is not None else None
    except BundleUnknown:
        return None
