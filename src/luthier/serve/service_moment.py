"""What a service tells of itself at one moment: whether it is ready, and the numbers beside its counters."""

from __future__ import annotations

from luthier.serve.following import Following
from luthier.serve.metrics import Moment
from luthier.serve.recorder import Recorder
from luthier.serve.shadow import Shadow


def moment_of(deployment: str, following: Following, recorder: Recorder, shadow: Shadow, *, waiting_rows: int) -> Moment:
    """The numbers of a service.

    Args:
        waiting_rows: that wait for the model.
    """
    now = following.in_service
    return Moment(
        counters={
            "luthier_unrecorded_rows": ("Rows that were answered and could not be written into the ledger.", recorder.dropped_rows),
            "luthier_shadow_rows": ("Rows that the challenger answered.", shadow.answered_rows),
            "luthier_shadow_dropped_rows": ("Rows that the challenger was too slow for, or whose answers could not be written.", shadow.dropped_rows),
            "luthier_shadow_failed_rows": ("Rows that the challenger could not answer.", shadow.failed_rows),
            "luthier_refused_models": ("Models that could not be put in service.", following.refused_models),
        },
        gauges={
            "luthier_waiting_rows": ("Rows that wait for the model.", waiting_rows),
            "luthier_unwritten_rows": ("Rows that wait for the ledger.", recorder.waiting_rows),
            "luthier_shadow_waiting_rows": ("Rows that wait for the challenger.", shadow.waiting_rows),
            "luthier_deployment_version": ("Version of the deployment.", now.version),
            "luthier_trouble": ("1 where something needs a look: see /health/ready.", float(bool(following.trouble or recorder.trouble))),
        },
        facts={"deployment": deployment, "bundle": now.champion.hash, "challenger": now.challenger.hash if now.challenger else ""},
    )
