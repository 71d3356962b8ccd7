"""What the document promises is what is replied: schemathesis asks whatever the document allows, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from luthier.ledger import Ledger
from luthier.serve import Service, create_app
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages
from tests.serve.made_up import NAME, deploy, listening

OPERATIONS = [("post", "/v1/predict"), ("post", "/v1/labels"), ("get", "/v1/model"), ("get", "/health/live"), ("get", "/health/ready"), ("get", "/metrics")]


@pytest.fixture(scope="module", params=["classifier", "regressor", "image_classifier"])
def document(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    made: MadeUp | MadeUpImages = request.getfixturevalue(request.param)
    with Ledger.open(tmp_path_factory.mktemp("ledger") / "ledger.db") as ledger:
        deploy(ledger, made.folder)
        with listening(create_app(Service(ledger, NAME)), lifespan="on") as address:
            yield schemathesis.openapi.from_url(f"http://{address}/openapi.json")


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[path for _, path in OPERATIONS])
def test_no_reply_is_a_fault_or_undocumented(document: schemathesis.BaseSchema, method: str, path: str) -> None:
    operation = document[path][method]

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def replies_as_documented(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=[] if is_fully_described(case.body) else [positive_data_acceptance])

    replies_as_documented()


def is_fully_described(body: Any) -> bool:
    """Whether a schema can say all that a body must keep to: not that there are as many ids as rows, nor what an image is."""
    return isinstance(body, dict) and not {"ids", "images"} & set(body)
