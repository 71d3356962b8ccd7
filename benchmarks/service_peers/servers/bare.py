"""The limit: FastAPI and onnxruntime in one process, and nothing else.

PYTHON bare.py FOLDER PORT
"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson
import uvicorn
from fastapi import FastAPI, Request, Response
from graph import Graph


def main(folder: Path, port: int) -> None:
    """Answer until the process is ended; uvicorn is set as Luthier sets it."""
    graph, app = Graph(folder), FastAPI()

    @app.post("/predict")
    async def predict(request: Request) -> Response:
        rows = orjson.loads(await request.body())["rows"]
        return Response(orjson.dumps(graph.answer(rows)), media_type="application/json")

    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=2048,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
