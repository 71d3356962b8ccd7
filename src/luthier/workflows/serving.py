"""Serving: a deployment of the ledger behind HTTP, with all protocols and its pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from luthier.ledger import Ledger
from luthier.serve import ServeSettings, Service, create_app
from luthier.serve import serve as run
from luthier.serve.protocols import invocations_router, open_inference_router
from luthier.workflows.deploying import deploy
from luthier.workflows.promotion_routes import promotion_routes


def application(ledger: Ledger, service: Service, *, pages: Sequence[APIRouter] = ()) -> FastAPI:
    """A service with all its protocols, promotion and pages behind one guard."""
    return create_app(service, routers=[open_inference_router(service), invocations_router(service), promotion_routes(ledger, service.deployment), *pages])


def serve(
    model: str | Path,
    *,
    name: str | None = None,
    ledger: str | Path | None = None,
    settings: ServeSettings | None = None,
    pages: Callable[[Ledger], Sequence[APIRouter]] = lambda _: (),
    announce: Callable[[str], None] = lambda _: None,
) -> None:
    """Answer until the process is told to stop; everything that was answered is written before this returns.

    Args:
        model: a folder that a fit wrote, a stored bundle's hash, or the name of a deployment.
        name: of the deployment; None is the folder's own.
        ledger: path or URL; None finds one upwards, or makes one in the working folder.
        pages: further routes behind the same guard.
        announce: told the deployment and the address, once connections are taken.

    Raises:
        LuthierError: the model or the ledger cannot be used, or the address is taken.
    """
    with Ledger.open(ledger) as opened:
        deployment = deploy(opened, model, name=name)
        service = Service(opened, deployment.name, settings)
        app = application(opened, service, pages=pages(opened))
        run(app, service, announce=lambda address: announce(f"{deployment.name} (version {deployment.version}) answers at {address}"))
