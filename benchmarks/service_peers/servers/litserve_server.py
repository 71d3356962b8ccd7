"""LitServe with its own settings, or with batches.

PYTHON litserve_server.py FOLDER PORT [BATCH]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import litserve
from graph import Graph

BATCH_TIMEOUT_SECONDS = 0.001


class GraphApi(litserve.LitAPI):
    """One row a request."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(**settings)
        self.folder = folder

    def setup(self, device: str) -> None:
        """Load the graph in the worker."""
        self.graph = Graph(self.folder)

    def decode_request(self, request):  # type: ignore[no-untyped-def]  # LitServe takes an annotation for the form of the request
        """The rows."""
        return request["rows"]

    def predict(self, rows: list[Any]) -> Any:
        """The answers."""
        return self.graph.answer(rows)


class BatchedGraphApi(GraphApi):
    """The rows of several requests together."""

    def predict(self, rows: list[Any]) -> Any:
        """The answers, one a request."""
        answers = self.graph.answer([row for request in rows for row in request])
        return [{name: values[place : place + 1] for name, values in answers.items()} for place in range(len(rows))]


if __name__ == "__main__":
    batch = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    many = {"max_batch_size": batch, "batch_timeout": BATCH_TIMEOUT_SECONDS}
    api = BatchedGraphApi(Path(sys.argv[1]), **many) if batch > 1 else GraphApi(Path(sys.argv[1]))
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="error", access_log=False)
