"""One pass of the monitor by its number."""

from __future__ import annotations

from luthier.ledger import Ledger, Pass

_FIRST_LOOK = 64


def pass_numbered(ledger: Ledger, number: int) -> Pass | None:
    """The pass with that number, whichever deployment it watched; None where there is none."""
    found = (_among(ledger, deployment.name, number) for deployment in ledger.deployments.all())
    return next((one for one in found if one is not None), None)


def _among(ledger: Ledger, deployment: str, number: int) -> Pass | None:
    """Looks at the newest passes first, then at more and more of them: links lead to new ones."""
    wanted = _FIRST_LOOK
    while True:
        passes = ledger.passes.all(deployment, wanted)
        found = next((one for one in passes if one.id == number), None)
        if found is not None or len(passes) < wanted or passes[-1].id < number:
            return found
        wanted *= 4
