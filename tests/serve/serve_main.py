"""A process that serves one deployment: for tests that stop it or kill it."""

from __future__ import annotations

import sys

from luthier.ledger import Ledger
from luthier.serve import ServeSettings, Service, create_app, serve


def main(path: str, name: str, *options: str) -> None:
    settings = ServeSettings(port=0, durable="durable" in options, flush_seconds=3600, header_seconds=0.2)
    with Ledger.open(path) as ledger:
        service = Service(ledger, name, settings)
        serve(create_app(service), service, announce=lambda address: print(address, flush=True))  # noqa: T201 - told to the test


if __name__ == "__main__":
    main(*sys.argv[1:])
