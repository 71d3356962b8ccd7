"""BentoML with its own settings.

GRAPH_FOLDER=FOLDER bentoml serve bentoml_service:GraphService --port PORT
"""

import os
from pathlib import Path
from typing import Any

import bentoml
from graph import Graph


@bentoml.service
class GraphService:
    """One row a request."""

    def __init__(self) -> None:
        self.graph = Graph(Path(os.environ["GRAPH_FOLDER"]))

    @bentoml.api
    def predict(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """The answers."""
        return self.graph.answer(rows)
