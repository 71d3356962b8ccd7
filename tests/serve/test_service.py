from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from luthier.bundle import Bundle, Calibration
from luthier.core.errors import BundleError, LedgerUnwritable, PredictionDiffers, RequestRefused
from luthier.ledger import Ledger
from luthier.serve import LabelFact, Question, ServeSettings, Service
from luthier.serve.answers import Answers
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages, some_images
from tests.data.typed_frames import typed_frames
from tests.serve.made_up import NAME, another_model, deploy, json_rows, question, serving

DURABLE = ServeSettings(durable=True, poll_seconds=3600)
FAST = ServeSettings(flush_seconds=3600, poll_seconds=3600)


def service_of(ledger: Ledger, chosen: ServeSettings = DURABLE) -> Service:
    return Service(ledger, NAME, chosen)


def png(image: np.ndarray) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, "PNG")
    return encoded.getvalue()


def probabilities(answers: Answers) -> np.ndarray:
    return np.array([row.probabilities for row in answers.rows])


def test_served_is_what_is_predicted_offline_whoever_asks_at_the_same_time(deployed: Ledger, classifier_bundle: Bundle) -> None:
    async def scenario() -> list[Answers]:
        return await asyncio.gather(*(service.answer(Question(rows=tuple(part))) for part in parts))

    rows = json_rows(40)
    parts = [rows[:1], rows[1:3], rows[3:30], [rows[30] | {"size": "12"}], [rows[31] | {"color": 3.5}], rows[32:40]]
    service = service_of(deployed, FAST)
    answers = serving(service, scenario)

    for part, answered in zip(parts, answers, strict=True):
        offline = classifier_bundle.predict_frame(pl.DataFrame(part, infer_schema_length=None), proba=True)
        assert [row.prediction for row in answered.rows] == offline["prediction"].to_list()
        np.testing.assert_allclose(probabilities(answered), offline[:, 1:].to_numpy(), rtol=1e-6)
        sets = classifier_bundle.predict_set(pl.DataFrame(part, infer_schema_length=None))
        assert [row.prediction_set for row in answered.rows] == [tuple(np.array(answered.classes)[inside].tolist()) for inside in sets]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=typed_frames(max_rows=4), abstain=st.booleans())
def test_rows_of_anything_are_answered_as_offline(deployed: Ledger, classifier_bundle: Bundle, frame: pl.DataFrame, abstain: bool) -> None:
    rows = tuple(frame.to_dicts())
    service = service_of(deployed, FAST)

    answers = serving(service, lambda: service.answer(Question(rows=rows, abstain=abstain)))

    np.testing.assert_allclose(probabilities(answers).reshape(len(rows), -1), classifier_bundle.predict_proba(frame), rtol=1e-6)
    assert all((row.prediction is None) == row.abstained == (abstain and len(row.prediction_set or ()) != 1) for row in answers.rows)


def test_an_interval_that_is_wider_than_asked_is_no_answer(ledger: Ledger, regressor: MadeUp) -> None:
    deploy(ledger, regressor.folder)
    service, offline = service_of(ledger), Bundle.load(regressor.folder)

    answers = serving(service, lambda: service.answer(question(20, abstain=True, widest_interval=4.0)))

    lower, upper = offline.predict_interval(pl.DataFrame(json_rows(20)))
    np.testing.assert_allclose([[row.lower, row.upper] for row in answers.rows], np.stack([lower, upper], axis=1), rtol=1e-6)
    assert {row.abstained for row in answers.rows} == {True, False}
    assert [row.prediction is None for row in answers.rows] == (upper - lower > 4.0).tolist()
    kept = [json.loads(answer) for answer in ledger.predictions.window(NAME)["answer"]]
    assert all(record["prediction"] is not None for record in kept)


def test_images_of_any_size_are_answered_as_offline(ledger: Ledger, image_classifier: MadeUpImages) -> None:
    deploy(ledger, image_classifier.folder)
    service, images = service_of(ledger), [*some_images(2, channels=3), *some_images(2, channels=1, height=9, width=7)]
    encoded = tuple(png(image.squeeze()) for image in images)

    answers = serving(service, lambda: service.answer(Question(images=encoded)))

    np.testing.assert_allclose(probabilities(answers), Bundle.load(image_classifier.folder).predict_proba(list(encoded)), rtol=1e-6)
    assert ledger.predictions.window(NAME)["inputs"].to_list() == list(encoded)


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(ledger: Ledger, image_classifier: MadeUpImages) -> None:
    deploy(ledger, image_classifier.folder)
    service = service_of(ledger, ServeSettings(most_pixels=599))
    asked = Question(images=(png(some_images(1, channels=3)[0]),))

    with pytest.raises(RequestRefused, match=r"^An image may have 599 pixels, but image 1 has 30 × 20. Send a smaller one.$") as refused:
        serving(service, lambda: service.answer(asked))

    assert refused.value.status == 413


def test_a_durable_answer_is_in_the_ledger_when_it_is_given(deployed: Ledger) -> None:
    async def scenario() -> None:
        answers = await service.answer(question(3))
        kept = deployed.predictions.known(NAME, [row.prediction_id for row in answers.rows])
        assert [json.loads(kept[row.prediction_id].answer)["prediction"] for row in answers.rows] == [row.prediction for row in answers.rows]
        assert json.loads(kept[answers.rows[0].prediction_id].inputs) == json_rows(1)[0]

    service = service_of(deployed)
    serving(service, scenario)


def test_a_fast_answer_is_in_the_ledger_at_the_latest_when_the_service_has_stopped(deployed: Ledger) -> None:
    service = service_of(deployed, FAST)

    serving(service, lambda: service.answer(question(3)))

    assert deployed.predictions.count(NAME) == 3


@pytest.mark.parametrize("chosen", [DURABLE, FAST], ids=["durable", "fast"])
def test_the_same_question_under_the_same_id_is_answered_from_the_record(deployed: Ledger, chosen: ServeSettings) -> None:
    async def scenario() -> list[Answers]:
        together = await asyncio.gather(*(service.answer(question(2, ids=("a", "b"))) for _ in range(3)))
        return [*together, await service.answer(question(2, ids=("a", "b"))), await service.answer(question(3, ids=("a", "b", "c")))]

    service = service_of(deployed, chosen)
    first, *others, longer = serving(service, scenario)
    again = service_of(deployed, chosen)

    assert all(answers.rows == first.rows for answers in others)
    assert longer.rows[:2] == first.rows
    assert serving(again, lambda: again.answer(question(2, ids=("a", "b")))).rows == first.rows
    assert deployed.predictions.count(NAME) == 3


@pytest.mark.parametrize("chosen", [DURABLE, FAST], ids=["durable", "fast"])
def test_another_question_under_the_same_id_is_refused(deployed: Ledger, chosen: ServeSettings) -> None:
    async def scenario() -> None:
        await service.answer(question(1, ids=("a",)))
        with pytest.raises(PredictionDiffers):
            await service.answer(question(1, ids=("a",), abstain=True))

    service = service_of(deployed, chosen)
    serving(service, scenario)
    again = service_of(deployed, chosen)
    with pytest.raises(PredictionDiffers, match=r"^A prediction id stands for one question, but 'a' was used before with another content. Give a new id.$"):
        serving(again, lambda: again.answer(Question(rows=tuple(json_rows(2)[1:]), ids=("a",))))


def test_an_answer_of_a_former_model_says_so(deployed: Ledger, classifier: MadeUp, tmp_path: Path) -> None:
    async def ask() -> Answers:
        return await service.answer(question(1, ids=("a",)))

    service = service_of(deployed)
    before = serving(service, ask)
    newer = deployed.bundles.keep(another_model(classifier, tmp_path / "newer"))
    deployed.deployments.move(NAME, expected_version=1, to=newer.hash, kind="promote", who="a test", why="newer", evidence={})
    service = service_of(deployed)
    after = serving(service, ask)

    assert (after.bundle, after.version, after.rows) == (newer.hash, 2, before.rows)
    assert after.rows[0].bundle == before.bundle != newer.hash


def test_a_promotion_under_load_drops_no_request(deployed: Ledger, classifier: MadeUp, tmp_path: Path) -> None:
    async def scenario() -> list[Answers]:
        answers = [await service.answer(question(1))]
        deployed.deployments.move(NAME, expected_version=1, to=newer.hash, kind="promote", who="a test", why="newer", evidence={})
        while len({one.version for one in answers}) < 2:
            answers += await asyncio.gather(*(service.answer(question(1)) for _ in range(8)))
        return answers

    newer = deployed.bundles.keep(another_model(classifier, tmp_path / "newer"))
    service = service_of(deployed, ServeSettings(poll_seconds=0.01))
    answers = serving(service, scenario)

    assert {(one.version, one.bundle == newer.hash) for one in answers} == {(1, False), (2, True)}
    assert len({row.prediction_id for one in answers for row in one.rows}) == len(answers) == deployed.predictions.count(NAME)


def test_the_challenger_answers_in_the_shadow_what_the_champion_answered(deployed: Ledger, classifier: MadeUp, tmp_path: Path) -> None:
    async def scenario() -> None:
        await service.answer(question(3, ids=("a", "b", "c")))
        await service.label([LabelFact(prediction_id=name, label=1) for name in "abc"])
        while service.moment().counters["luthier_shadow_rows"][1] < 3:
            await asyncio.sleep(0)

    challenger = deployed.bundles.keep(another_model(classifier, tmp_path / "challenger"))
    champion = deployed.deployments.shadow(NAME, expected_version=1, challenger=challenger.hash).champion
    service = service_of(deployed)
    serving(service, scenario)

    pairs = deployed.predictions.paired(NAME, champion=champion, challenger=challenger.hash)
    assert pairs["id"].to_list() == ["a", "b", "c"]
    assert pairs["champion_answer"].to_list() == pairs["challenger_answer"].to_list()


def test_a_corrupt_model_is_never_served(deployed: Ledger, classifier: MadeUp, tmp_path: Path) -> None:
    newer = deployed.bundles.keep(another_model(classifier, tmp_path / "newer"))
    deployed.deployments.move(NAME, expected_version=1, to=newer.hash, kind="promote", who="a test", why="newer", evidence={})
    model = deployed.bundles.fetch(newer.hash) / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"!")

    with pytest.raises(BundleError):
        service_of(deployed)


def test_labels_are_facts_that_may_come_early_and_twice(deployed: Ledger) -> None:
    async def scenario() -> list[tuple[int, int, int]]:
        answers = await service.answer(question(1))
        name = answers.rows[0].prediction_id
        receipts = [await service.label(facts) for facts in ([_fact(name, 1), _fact("later", 2)], [_fact(name, 1)], [_fact(name, 10)])]
        return [(receipt.new, receipt.repeated, receipt.unknown) for receipt in receipts]

    service = service_of(deployed)

    assert serving(service, scenario) == [(2, 0, 1), (0, 1, 0), (1, 0, 0)]


def test_a_regression_takes_no_class_as_a_label(ledger: Ledger, regressor: MadeUp) -> None:
    deploy(ledger, regressor.folder)
    service = service_of(ledger)

    with pytest.raises(RequestRefused, match=r"^A label of 'weight in kg' must be a number, but 'heavy' came for 'a'. Correct it.$"):
        serving(service, lambda: service.label([LabelFact(prediction_id="a", label="heavy")]))


REFUSED: dict[str, tuple[Question, int, str]] = {
    "images": (Question(images=(b"",)), 422, "This model answers rows of a table, but images came. Send rows."),
    "many": (Question(rows=({},) * 4097), 413, "A request may hold 4,096 rows, but 4,097 came. Send them in parts."),
    "width": (
        Question(rows=({},), widest_interval=1.0),
        422,
        "A widest interval says when to abstain, but abstaining was not asked for. Set abstain to true.",
    ),
    "class-width": (
        Question(rows=({},), abstain=True, widest_interval=1.0),
        422,
        "A widest interval needs a regression, but this model predicts classes. Leave widest_interval out.",
    ),
}


@pytest.mark.parametrize(("asked", "status", "message"), REFUSED.values(), ids=REFUSED)
def test_what_this_model_can_never_answer_is_refused(deployed: Ledger, asked: Question, status: int, message: str) -> None:
    service = service_of(deployed)

    with pytest.raises(RequestRefused) as refused:
        serving(service, lambda: service.answer(asked))

    assert (refused.value.status, str(refused.value)) == (status, message)


def test_abstaining_without_a_rule_for_it_is_refused(ledger: Ledger, classifier: MadeUp, regressor: MadeUp, tmp_path: Path) -> None:
    ledger.deployments.create("plain", ledger.bundles.keep(another_model(classifier, tmp_path / "plain", calibration=Calibration())).hash, who="me", why="it")
    ledger.deployments.create("number", ledger.bundles.keep(regressor.folder).hash, who="me", why="it")

    for name, message in (
        ("plain", "Abstaining needs calibrated prediction sets, but this model has none. Leave abstain out."),
        ("number", "Abstaining needs the widest interval that is still an answer, but none came. Give widest_interval."),
    ):
        service = Service(ledger, name)
        with pytest.raises(RequestRefused) as refused:
            serving(service, lambda service=service: service.answer(question(1, abstain=True)))  # type: ignore[misc]
        assert str(refused.value) == message


def test_a_service_that_does_not_run_answers_nothing(deployed: Ledger) -> None:
    service = service_of(deployed)

    with pytest.raises(RequestRefused, match=r"^The service is starting or stopping. Ask again in a second.$"):
        asyncio.run(service.answer(question()))

    assert service.readiness() == (False, {"troubles": ["The service is starting or stopping."]})


def test_where_the_ledger_cannot_be_written_durable_refuses_and_fast_answers(deployed: Ledger) -> None:
    def fail(*_: Any) -> None:
        raise LedgerUnwritable("The ledger is read-only.")

    class Broken:
        """The ledger, its predictions read-only."""

        deployments, bundles, labels, tokens = deployed.deployments, deployed.bundles, deployed.labels, deployed.tokens
        predictions = type("Predictions", (), {"record": staticmethod(fail), "known": staticmethod(deployed.predictions.known)})()

    async def scenario(service: Service) -> tuple[bool, Any]:
        await service.answer(question(2))
        return service.readiness()

    durable, fast = Service(Broken(), NAME, DURABLE), Service(Broken(), NAME, ServeSettings(flush_seconds=0.001))  # type: ignore[arg-type]
    with pytest.raises(LedgerUnwritable, match=r"^The ledger is read-only.$"):
        serving(durable, lambda: scenario(durable))
    is_ready, _ = serving(fast, lambda: scenario(fast))

    assert is_ready
    assert fast.moment().counters["luthier_unrecorded_rows"][1] == 2


def _fact(name: str, label: int) -> LabelFact:
    return LabelFact(prediction_id=name, label=label, observed_at=datetime(2026, 11, 23, tzinfo=UTC), source="a test")
