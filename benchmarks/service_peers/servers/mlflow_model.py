"""A model for `mlflow models serve`: this file is the model's code, and what saves it.

PYTHON mlflow_model.py FOLDER MODEL
"""

import sys
from pathlib import Path
from typing import Any

import mlflow
from graph import Graph


class GraphModel(mlflow.pyfunc.PythonModel):
    """Answers a data frame."""

    def load_context(self, context: Any) -> None:
        """Load the graph."""
        self.graph = Graph(Path(context.artifacts["folder"]))

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # MLflow takes annotations for a signature
        """The answers to the rows of a frame."""
        return self.graph.answer(model_input.to_dict("records"))


if __name__ == "__main__":
    folder, saved = sys.argv[1:]
    mlflow.pyfunc.save_model(
        saved, python_model=__file__, artifacts={"folder": folder}, code_paths=[str(Path(__file__).with_name("graph.py"))], pip_requirements=[]
    )
else:
    mlflow.models.set_model(GraphModel())
