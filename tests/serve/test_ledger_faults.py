"""A ledger that is full, read-only, locked or wrong about the time: the declared policy holds, and nothing needs a restart."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from luthier.ledger import Ledger
from luthier.serve import Answers, ServeSettings, Service, create_app
from luthier.serve.protocols import invocations_router, open_inference_router
from tests.bundle.made_up import MadeUp
from tests.serve.made_up import NAME, another_model, json_rows, question, serving
from tests.serve.test_run import running

DURABLE = ServeSettings(durable=True, poll_seconds=3600)
FAST = ServeSettings(flush_seconds=0.01, poll_seconds=3600, most_rows=2, most_unwritten_rows=4)
ASK = ("/v1/predict", {"rows": json_rows(2)})
LABEL = ("/v1/labels", {"labels": [{"prediction_id": "a", "label": 1}]})
RECORDS = ("/invocations", {"dataframe_records": json_rows(1)})


def client_of(service: Service) -> httpx.AsyncClient:
    app = create_app(service, routers=[open_inference_router(service), invocations_router(service)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://127.0.0.1")


def posting(service: Service, *requests: tuple[str, Any]) -> list[httpx.Response]:
    """The replies, and at the end what /health/ready says."""

    async def scenario() -> list[httpx.Response]:
        async with client_of(service) as client:
            return [*[await client.post(path, json=content) for path, content in requests], await client.get("/health/ready")]

    return serving(service, scenario)


def read_only(ledger: Ledger) -> Ledger:
    return Ledger.open(f"sqlite:///file:{ledger.where}?mode=ro&uri=true", store=Path(ledger.where).parent / "bundles")


def test_on_a_read_only_ledger_durable_refuses_with_a_word_and_a_time_to_come_again(deployed: Ledger) -> None:
    with read_only(deployed) as ledger:
        told = f"The ledger {ledger.where} cannot be written to: it is read-only. Nothing of this was written."
        *refused, ready = posting(Service(ledger, NAME, DURABLE), ASK, LABEL, RECORDS)

    assert [(reply.status_code, reply.headers["retry-after"]) for reply in refused] == [(503, "1")] * 3
    assert [reply.json() for reply in refused[:2]] == [{"error": {"type": "LedgerUnwritable", "message": told}}] * 2
    assert refused[2].json() == {"error_code": "TEMPORARILY_UNAVAILABLE", "message": told}
    assert (ready.status_code, ready.json()["troubles"]) == (503, [told])


def test_on_a_read_only_ledger_fast_answers_and_counts_what_it_could_not_keep(deployed: Ledger) -> None:
    with read_only(deployed) as ledger:
        service = Service(ledger, NAME, FAST)
        *answered, ready = posting(service, ASK, ASK, ASK)
        dropped = service.moment().counters["luthier_unrecorded_rows"][1]

    assert [reply.status_code for reply in (*answered, ready)] == [200] * 4
    assert dropped == 6  # two that found no place, and four when the service ended


@pytest.mark.parametrize("chosen", [DURABLE, ServeSettings(flush_seconds=0.01, poll_seconds=3600)], ids=["durable", "fast"])
def test_a_ledger_that_another_program_holds_is_written_as_soon_as_it_is_free(deployed: Ledger, chosen: ServeSettings) -> None:
    async def scenario() -> list[int]:
        async with client_of(service) as client:
            with closing(sqlite3.connect(deployed.where)) as other:
                other.execute("BEGIN IMMEDIATE")
                held = [(await client.post(path, json=content)).status_code for path, content in (ASK, LABEL)]
            free = [(await client.post(path, json=content)).status_code for path, content in (ASK, LABEL)]
            return [*held, *free, (await client.get("/health/ready")).status_code]

    with Ledger.open(deployed.where, patience_seconds=0.05) as ledger:
        service = Service(ledger, NAME, chosen)
        statuses = serving(service, scenario)

    assert statuses == ([503, 503, 200, 200, 200] if chosen.durable else [200, 503, 200, 200, 200])
    assert deployed.predictions.count(NAME) == (2 if chosen.durable else 4)
    assert service.moment().counters["luthier_unrecorded_rows"][1] == 0


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can take room from a process that runs")
def test_on_a_full_disk_nothing_is_said_to_be_kept_that_is_not_and_with_room_all_goes_on(deployed: Ledger) -> None:
    told = {
        f"The ledger {deployed.where} cannot be written to: {why}. Nothing of this was written." for why in ("its disk fails, or is full", "the disk is full")
    }
    kept: set[str] = set()
    with running(deployed, "durable") as (process, address):
        for room in (0, 40_000, resource.RLIM_INFINITY):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
            for part in range(4):
                ids = [f"{room} {part} {row}" for row in range(20)]
                reply = httpx.post(f"{address}/v1/predict", json={"rows": json_rows(20), "ids": ids})
                kept |= set(ids) if reply.status_code == 200 else set()
                assert reply.status_code == 200 or (reply.status_code, reply.headers["retry-after"]) == (503, "1")
                assert reply.status_code == 200 or reply.json()["error"]["message"] in told
            labeled = httpx.post(f"{address}/v1/labels", json=LABEL[1]).status_code
            assert room or (kept, labeled) == (set(), 503)

    assert labeled == 200
    assert len(kept) >= 80
    assert set(deployed.predictions.window(NAME)["id"]) == kept


def test_where_the_clock_jumps_back_all_is_kept_each_row_at_a_moment_and_under_an_id_of_its_own(deployed: Ledger) -> None:
    async def scenario() -> list[Answers]:
        return [await service.answer(question(2)) for _ in range(4)]

    clock = iter([7_200_000_000, 7_200_000_001, 7_199_000_000, 7_199_000_000, 60_000_000, 60_000_000, 7_200_000_000, 7_200_000_001])
    service = Service(deployed, NAME, DURABLE, now=lambda: next(clock, 9_000_000_000))
    answers = serving(service, scenario)

    window = deployed.predictions.window(NAME)
    moments = [int(at.timestamp() * 1e6) for at in window["at"]]
    assert set(window["id"]) == {row.prediction_id for one in answers for row in one.rows}
    assert moments == [60_000_000, 60_000_001, 7_200_000_000, 7_200_000_000, 7_200_000_001, 7_200_000_001, 7_200_000_002, 7_200_000_003]


def test_a_promotion_to_a_corrupt_model_is_not_followed_and_the_readiness_says_so(deployed: Ledger, classifier: MadeUp, tmp_path: Path) -> None:
    async def scenario() -> tuple[dict[str, Any], dict[str, Any]]:
        async with client_of(service) as client:
            deployed.deployments.move(NAME, expected_version=1, to=newer.hash, kind="promote", who="a test", why="newer", evidence={})
            while not (ready := (await client.get("/health/ready")).json())["troubles"]:
                await asyncio.sleep(0)
            return ready, (await client.post(ASK[0], json=ASK[1])).json()

    newer = deployed.bundles.keep(another_model(classifier, tmp_path / "newer"))
    model = deployed.bundles.fetch(newer.hash) / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"!")
    service = Service(deployed, NAME, ServeSettings(poll_seconds=0.01))
    former = service.champion.hash

    ready, answer = serving(service, scenario)

    assert (ready["ready"], ready["version"], ready["bundle"]) == (True, 1, former)
    assert ready["troubles"][0].startswith(f"The champion {newer.hash[:12]} cannot be used: ")
    assert ready["troubles"][0].endswith(" The one before goes on.")
    assert (answer["version"], answer["bundle"]) == (1, former)
