"""Laws that the ledger keeps on every database."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import create_engine, text

from luthier.core.errors import BundleUnknown, DeploymentExists, DeploymentMissing, DeploymentMoved, LedgerError, PredictionDiffers, RunUnknown, SettingInvalid
from luthier.ledger import Coverage, LabelReceipt, Ledger, RunPoint
from luthier.ledger.database import parse_url
from tests.ledger.made_up import START, Clock, keep_model, later, make_label, make_model, make_prediction, make_predictions, make_run
from tests.ledger.postgres import PostgresServer, binaries


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: the ledger was tested on SQLite alone (on Debian: apt-get install postgresql)")
    started = PostgresServer(programs)
    yield started
    started.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    postgres: PostgresServer = request.getfixturevalue("server")
    engine = create_engine(parse_url(postgres.url))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres.url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(url: str, clock: Clock, tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(url, clock=clock, store=tmp_path / "bundles") as opened:
        yield opened


@pytest.fixture
def first(ledger: Ledger, tmp_path: Path) -> str:
    """The model that answers under the name of clinic."""
    bundle = keep_model(ledger, tmp_path, "first").hash
    ledger.deployments.create("clinic", bundle, who="ada", why="it is the first")
    return bundle


@pytest.fixture
def second(ledger: Ledger, tmp_path: Path) -> str:
    return keep_model(ledger, tmp_path, "second").hash


def refusal(kind: type[Exception], call: object) -> str:
    with pytest.raises(kind) as refused:
        call()  # type: ignore[operator]
    return str(refused.value)


def test_a_run_comes_back_as_it_went(ledger: Ledger, clock: Clock) -> None:
    run = make_run("a1b2", facts={"rows": 10})
    ledger.runs.begin(run)
    clock.forward(60)

    ended = ledger.runs.end("a1b2", state="done", bundle="b" * 64, score=0.9, score_lower=0.8, score_upper=1.0, facts={"epochs": 3})

    assert (
        ended
        == ledger.runs.get("a1")
        == replace(run, state="done", ended_at=later(60), bundle="b" * 64, score=0.9, score_lower=0.8, score_upper=1.0, facts={"rows": 10, "epochs": 3})
    )


def test_a_curve_that_is_told_again_replaces_the_one_before(ledger: Ledger) -> None:
    ledger.runs.begin(make_run("a"))
    moving = RunPoint(run="a", seconds=1.0, title="mlp 1", fold=0, epochs=(1.0,), errors=(math.inf,), metric="log loss")
    grown = replace(moving, seconds=3.0, epochs=(1.0, 2.5), errors=(math.inf, 0.1))
    other = replace(moving, seconds=2.0, fold=1)

    for point in (moving, other, grown):
        ledger.runs.tell(point)

    assert ledger.runs.points("a") == (other, grown)


def test_runs_are_found_newest_first(ledger: Ledger) -> None:
    for number, target in enumerate(["sick", "price", "sick"]):
        ledger.runs.begin(make_run(f"r{number}", target=target, started_at=later(number)))
    ledger.runs.end("r0", state="failed")

    assert [run.id for run in ledger.runs.find()] == ["r2", "r1", "r0"]
    assert [run.id for run in ledger.runs.find(target="sick", limit=1)] == ["r2"]
    assert [run.id for run in ledger.runs.find(state="running", task="binary", name="thyroid")] == ["r2", "r1"]


def test_a_run_that_is_not_there_or_not_the_only_one_is_refused(ledger: Ledger) -> None:
    ledger.runs.begin(make_run("aa1"))
    ledger.runs.begin(make_run("aa2"))
    point = RunPoint(run="b", seconds=1.0, title="mlp", fold=0, epochs=(), errors=(), metric="auc")
    absent = "A run must be in the ledger, but it has none whose id begins with 'b'. `luthier runs` lists them."

    assert refusal(RunUnknown, lambda: ledger.runs.get("b")) == absent
    assert refusal(RunUnknown, lambda: ledger.runs.end("b", state="done")) == absent
    assert refusal(RunUnknown, lambda: ledger.runs.tell(point)) == absent
    assert refusal(RunUnknown, lambda: ledger.runs.get("a")) == "The start of an id must fit one run, but 'a' fits aa1, aa2 or more. Give more of it."
    assert refusal(RunUnknown, lambda: ledger.runs.get("%")).startswith("A run must be in the ledger")


def test_a_model_is_kept_once_and_fetched_whole(ledger: Ledger, tmp_path: Path, clock: Clock) -> None:
    folder = make_model(tmp_path / "model")
    kept = ledger.bundles.keep(folder, run="r1")
    clock.forward(5)

    again = ledger.bundles.keep(folder, name="other")

    assert again == kept == ledger.bundles.get(kept.hash[:9])
    assert (kept.name, kept.target, kept.task, kept.scores, kept.run, kept.created_at) == ("model", "sick", "binary", {"auc": 0.9}, "r1", START)
    assert {file.name: file.read_bytes() for file in ledger.bundles.fetch(kept.hash).iterdir()} == {file.name: file.read_bytes() for file in folder.iterdir()}
    assert ledger.bundles.all() == (kept,)


def test_a_model_that_is_not_kept_is_refused(ledger: Ledger, first: str) -> None:
    text = "A model must be kept in the ledger, but it has none with the hash 'abc'. Keep it first, or give another."

    assert refusal(BundleUnknown, lambda: ledger.bundles.get("abc")) == text
    assert refusal(BundleUnknown, lambda: ledger.deployments.create("other", "abc", who="ada", why="")) == text
    assert refusal(BundleUnknown, lambda: ledger.predictions.record([make_prediction(1, "abc")])) == text
    assert refusal(BundleUnknown, lambda: ledger.deployments.shadow("clinic", expected_version=1, challenger="abc")) == text
    assert ledger.deployments.get("clinic").version == 1


def test_a_champion_moves_with_its_evidence(ledger: Ledger, first: str, second: str, clock: Clock) -> None:
    clock.forward(10)
    evidence = {"gain": 0.02, "rows": 4000}

    moved = ledger.deployments.move("clinic", expected_version=1, to=second, kind="promote", who="bob", why="better", evidence=evidence, challenger=first)

    deployed, promoted = ledger.deployments.history("clinic")
    assert (moved.champion, moved.challenger, moved.version, moved.created_at) == (second, first, 2, START)
    assert (deployed.kind, deployed.before, deployed.after, deployed.version, deployed.who) == ("deploy", None, first, 1, "ada")
    assert (promoted.kind, promoted.before, promoted.after, promoted.version, promoted.why, promoted.at) == ("promote", first, second, 2, "better", later(10))
    assert promoted.evidence == evidence
    assert ledger.deployments.all() == (moved,)


def test_who_saw_an_older_version_changes_nothing(ledger: Ledger, first: str, second: str) -> None:
    ledger.deployments.shadow("clinic", expected_version=1, challenger=second)
    settled = ledger.deployments.set_policy("clinic", {"alpha": 0.01})

    told = refusal(DeploymentMoved, lambda: ledger.deployments.move("clinic", expected_version=2, to=second, kind="promote", who="bob", why="", evidence={}))

    assert told == "The deployment 'clinic' must still be at version 2, but it is at version 3. Look at what changed, and decide anew."
    assert ledger.deployments.get("clinic") == settled
    assert (settled.champion, settled.challenger, settled.policy, settled.version) == (first, second, {"alpha": 0.01}, 3)
    assert len(ledger.deployments.history("clinic")) == 1


def test_a_deployment_needs_a_name_of_its_own_that_fits_into_a_url(ledger: Ledger, first: str) -> None:
    taken = refusal(DeploymentExists, lambda: ledger.deployments.create("clinic", first, who="ada", why=""))
    odd = refusal(SettingInvalid, lambda: ledger.deployments.create("../x", first, who="ada", why=""))

    assert taken == "A new deployment needs a name of its own, but 'clinic' is taken. Choose another, or promote the model to it."
    assert odd == "A deployment's name is 1 to 64 letters, digits, dots, dashes or underscores, but '../x' came. Choose another."


def test_a_deployment_that_is_not_there_is_refused_by_all_that_ask_for_it(ledger: Ledger, second: str) -> None:
    before = refusal(DeploymentMissing, lambda: ledger.deployments.get("clinic"))
    ledger.deployments.create("lab", second, who="ada", why="")

    text = "A deployment must be in the ledger, but 'clinic' is not. There are lab."
    assert before == "A deployment must be in the ledger, but 'clinic' is not. Nothing is deployed yet: run luthier serve."
    for call in (
        lambda: ledger.predictions.count("clinic"),
        lambda: ledger.predictions.record([make_prediction(1, second)]),
        lambda: ledger.labels.add([make_label(1)]),
        lambda: ledger.passes.latest("clinic"),
        lambda: ledger.alarms.open("clinic"),
        lambda: ledger.deployments.history("clinic"),
        lambda: ledger.deployments.set_policy("clinic", {}),
        lambda: ledger.deployments.shadow("clinic", expected_version=1, challenger=None),
    ):
        assert refusal(DeploymentMissing, call) == text


def test_predictions_come_back_and_repeats_change_nothing(ledger: Ledger, first: str, second: str) -> None:
    batch = make_predictions(range(5), first)
    ledger.predictions.record([*batch, batch[0]])

    ledger.predictions.record([replace(batch[2], bundle=second, at=later(99)), make_prediction(7, second)])

    assert ledger.predictions.known("clinic", ["row-2", "row-7", "row-8"]) == {"row-2": batch[2], "row-7": make_prediction(7, second)}
    assert ledger.predictions.count("clinic") == 6
    assert ledger.predictions.window("clinic")["id"].to_list() == [f"row-{number}" for number in (0, 1, 2, 3, 4, 7)]


def test_an_id_stands_for_one_content_and_the_whole_batch_is_refused(ledger: Ledger, first: str) -> None:
    ledger.predictions.record([make_prediction(1, first)])

    told = refusal(PredictionDiffers, lambda: ledger.predictions.record([make_prediction(2, first), make_prediction(1, first, content="other")]))

    assert told == "An id stands for one question, but 'row-1' was used for another one before. Give a new id."
    assert ledger.predictions.known("clinic", ["row-2"]) == {}
    assert ledger.predictions.count("clinic") == 1


def test_any_window_holds_exactly_its_rows(ledger: Ledger, first: str, second: str) -> None:
    """Times go back and forth, over minutes and within them, as clocks do."""
    dice = random.Random(0)
    rows = [make_prediction(number, dice.choice([first, second]), seconds=dice.uniform(0, 400)) for number in range(300)]
    for start in range(0, 300, 25):
        ledger.predictions.record(rows[start : start + 25])

    for since, until, bundle in [(0, 400, None), (33.3, 222.2, None), (60, 120, first), (61, 62, None), (100, None, second), (None, 59, None), (9, 9, None)]:
        edges: dict[str, Any] = {name: later(edge) for name, edge in (("since", since), ("until", until)) if edge is not None}
        window = ledger.predictions.window("clinic", bundle=bundle, **edges)
        within = [row for row in rows if later(since or 0) <= row.at < later(until or 500) and bundle in (None, row.bundle)]

        assert window["id"].to_list() == [row.id for row in sorted(within, key=lambda row: row.at)]
        assert window.rows() == [(row.id, row.at, row.bundle, row.inputs, row.answer) for row in sorted(within, key=lambda row: row.at)]
        assert ledger.predictions.window("clinic", bundle=bundle, limit=len(within) + 1, **edges).equals(window)
        if len(within) > 10:
            assert len(ledger.predictions.window("clinic", bundle=bundle, limit=len(within) - 1, **edges).join(window, on="id", how="semi")) == len(within) - 1


def test_a_limited_window_is_spread_evenly_over_its_rows(ledger: Ledger, first: str) -> None:
    ledger.predictions.record([make_prediction(number, first, seconds=number * 0.5) for number in range(1000)])

    window = ledger.predictions.window("clinic", since=later(50), until=later(450), limit=80)

    numbers = window["id"].str.strip_prefix("row-").cast(pl.Int64)
    assert (numbers // 10).to_list() == list(range(10, 90))
    assert 0.3 < (numbers % 10 < 5).mean() < 0.7  # type: ignore[operator]


def test_labels_find_their_predictions_whichever_comes_first(ledger: Ledger, first: str) -> None:
    ledger.predictions.record(make_predictions([1, 2, 3], first))

    receipt = ledger.labels.add([make_label(1, observed=10, received=11), make_label(9, observed=10, received=11)])
    ledger.predictions.record(make_predictions([9, 10], first))

    assert receipt == LabelReceipt(new=2, repeated=0, unknown=1)
    frame = ledger.predictions.labeled("clinic")
    assert frame.columns == ["id", "at", "bundle", "inputs", "answer", "label", "observed_at", "received_at"]
    assert frame.row(1) == ("row-9", later(9), first, b'{"age": 9}', b'{"prediction": "1"}', "1", later(10), later(11))
    assert frame["id"].to_list() == ["row-1", "row-9"]
    assert ledger.labels.coverage("clinic") == Coverage(rows=5, labeled=2, median_delay_seconds=6.0)
    assert ledger.labels.coverage("clinic", since=later(9.5)) == Coverage(rows=1, labeled=0, median_delay_seconds=None)


def test_a_repeated_label_is_one_fact_and_the_latest_observation_is_in_force(ledger: Ledger, first: str) -> None:
    ledger.predictions.record(make_predictions([1], first))
    sick, corrected, outdated = (
        make_label(1, "1", observed=5, received=6),
        make_label(1, "0", observed=8, received=9),
        make_label(1, "2", observed=4, received=99),
    )

    receipts = [ledger.labels.add(facts) for facts in ([sick, sick], [corrected, sick], [replace(sick, received_at=later(50)), outdated])]

    assert receipts == [LabelReceipt(new=1, repeated=1, unknown=0)] * 3
    assert ledger.labels.facts("clinic", "row-1") == (outdated, sick, corrected)
    assert ledger.predictions.labeled("clinic").select("label", "received_at").rows() == [("0", later(9))]
    assert ledger.labels.coverage("clinic").labeled == 1


def test_labeled_windows_are_exact_and_spread(ledger: Ledger, first: str, second: str) -> None:
    dice = random.Random(1)
    rows = [make_prediction(number, dice.choice([first, second]), seconds=dice.uniform(0, 300)) for number in range(200)]
    ledger.predictions.record(rows[:100])
    ledger.labels.add([make_label(number, observed=400) for number in range(0, 200, 3)])
    ledger.predictions.record(rows[100:])
    span: dict[str, Any] = {"since": later(70), "until": later(250)}

    whole = ledger.predictions.labeled("clinic", bundle=first, **span)
    some = ledger.predictions.labeled("clinic", bundle=first, limit=5, **span)

    expected = [row.id for row in rows[::3] if row.bundle == first and span["since"] <= row.at < span["until"]]
    assert sorted(whole["id"]) == sorted(expected)
    assert len(some) == 5
    assert len(some.join(whole, on="id", how="semi")) == 5
    assert ledger.labels.coverage("clinic", **span).labeled == len(ledger.predictions.labeled("clinic", **span))


def test_pairs_are_the_rows_that_both_answered_and_that_have_a_label(ledger: Ledger, first: str, second: str) -> None:
    """Row 5 was answered by the other model, in the shadow of which the first one went on."""
    ledger.predictions.record([*make_predictions([1, 2, 3], first), make_prediction(5, second)])
    ledger.predictions.record_shadows([replace(row, answer=b"shadow") for row in [*make_predictions([1, 2], second), make_prediction(5, first)]])
    ledger.labels.add([make_label(1, "1"), make_label(5, "0"), make_label(3, "1")])

    pairs = ledger.predictions.paired("clinic", champion=first, challenger=second)

    assert pairs.columns == ["id", "at", "inputs", "champion_answer", "challenger_answer", "label"]
    assert pairs.rows() == [
        ("row-1", later(1), b'{"age": 1}', b'{"prediction": "1"}', b"shadow", "1"),
        ("row-5", later(5), b'{"age": 5}', b"shadow", b'{"prediction": "1"}', "0"),
    ]
    assert ledger.predictions.paired("clinic", champion=first, challenger=second, since=later(2))["id"].to_list() == ["row-5"]
    assert ledger.predictions.count("clinic") == 4


def test_a_limit_of_pairs_is_reached_where_few_of_the_shadowed_rows_have_labels(ledger: Ledger, first: str, second: str) -> None:
    ledger.predictions.record(make_predictions(range(500), first))
    ledger.predictions.record_shadows(make_predictions(range(500), second))
    ledger.predictions.record_shadows(make_predictions(range(10), second))
    ledger.labels.add([make_label(number) for number in range(0, 500, 25)])

    some, whole = (ledger.predictions.paired("clinic", champion=first, challenger=second, limit=limit) for limit in (10, 30))

    assert len(some) == 10
    assert whole["id"].to_list() == [f"row-{number}" for number in range(0, 500, 25)]


def test_a_challenger_answers_an_id_once(ledger: Ledger, first: str, second: str) -> None:
    ledger.predictions.record_shadows([make_prediction(1, first), make_prediction(1, second)])

    told = refusal(PredictionDiffers, lambda: ledger.predictions.record_shadows([make_prediction(1, second, content="other")]))

    assert told == "An id stands for one question, but 'row-1' was used for another one before. Give a new id."


def test_traffic_counts_the_rows_of_a_window(ledger: Ledger, first: str, second: str) -> None:
    ledger.predictions.record([make_prediction(number, first if number < 70 else second, seconds=number * 60) for number in range(100)])

    hours = ledger.predictions.traffic("clinic")
    some = ledger.predictions.traffic("clinic", since=later(600), until=later(720), seconds=60)

    assert sorted(hours.rows()) == sorted([(later(0), first, 60), (later(3600), first, 10), (later(3600), second, 30)])
    assert some.rows() == [(later(600), first, 1), (later(660), first, 1)]
    assert ledger.predictions.traffic("clinic", since=later(99_999)).is_empty()
    assert refusal(SettingInvalid, lambda: ledger.predictions.traffic("clinic", seconds=90)) == (
        "Traffic is counted by whole minutes, but spans of 90 s were asked for. Give a multiple of 60."
    )


def test_an_empty_window_has_its_columns(ledger: Ledger, first: str) -> None:
    assert ledger.predictions.window("clinic", limit=5).schema == ledger.predictions.labeled("clinic").select("id", "at", "bundle", "inputs", "answer").schema
    assert ledger.predictions.window("clinic").schema["at"] == pl.Datetime("us", "UTC")
    assert ledger.predictions.count("clinic") == 0


def test_passes_come_back_newest_first(ledger: Ledger, first: str, clock: Clock) -> None:
    none = ledger.passes.latest("clinic")
    ledger.passes.add("clinic", bundle=first, rows=10, labeled=0, alpha=0.01, record={})
    clock.forward(1)
    last = ledger.passes.add("clinic", bundle=first, since=later(-9), until=later(0), rows=20, labeled=3, alpha=0.02, record={"columns": [1, None]})

    assert none is None
    assert last == ledger.passes.latest("clinic") == ledger.passes.all("clinic", 1)[0]
    assert (last.at, last.since, last.until, last.record) == (later(1), later(-9), later(0), {"columns": [1, None]})
    assert (last.rows, last.labeled, last.alpha) == (20, 3, 0.02)
    assert [one.rows for one in ledger.passes.all("clinic")] == [20, 10]


def test_an_alarm_is_open_until_it_is_closed(ledger: Ledger, first: str, clock: Clock) -> None:
    made: dict[str, Any] = {"bundle": first, "kind": "drift", "text": "Ages are 3 years higher.", "remedy": "Retrain."}
    older = ledger.alarms.raise_("clinic", subject="age", since=later(-60), p_value=0.001, effect=3.0, evidence={"rows": 9}, **made)
    newer = ledger.alarms.raise_("clinic", subject="dose", **made)
    clock.forward(5)

    closed = ledger.alarms.close(older.id, "retrained")
    again = ledger.alarms.close(older.id, "twice")

    assert closed == again == replace(older, closed_at=later(5), closed_why="retrained")
    assert (older.subject, older.since, older.p_value, older.effect, older.evidence, older.raised_at) == ("age", later(-60), 0.001, 3.0, {"rows": 9}, START)
    assert ledger.alarms.open("clinic") == (newer,)
    assert ledger.alarms.all("clinic") == (newer, closed)
    assert refusal(SettingInvalid, lambda: ledger.alarms.close(99, "")) == (
        "An alarm must be in the ledger to be closed, but it has none with the number 99. `luthier monitor` shows those that are open."
    )


def test_a_secret_opens_its_scopes_until_it_is_revoked(ledger: Ledger, clock: Clock) -> None:
    secret = ledger.tokens.create("ward", ["predict", "label", "predict"])
    other = ledger.tokens.create("boss", ["promote"])
    opened = ledger.tokens.scopes_of(secret)

    revoked = ledger.tokens.revoke("ward")

    assert opened == {"predict", "label"}
    assert (revoked.scopes, revoked.created_at, revoked.revoked_at) == (("predict", "label"), START, START)
    assert ledger.tokens.scopes_of(secret) == ledger.tokens.scopes_of("wrong \ud800") == frozenset()
    assert ledger.tokens.scopes_of(other) == {"promote"}
    assert [token.name for token in ledger.tokens.all()] == ["boss", "ward"]


def test_tokens_that_open_nothing_or_have_no_name_of_their_own_are_refused(ledger: Ledger) -> None:
    ledger.tokens.create("ward", ["predict"])

    assert refusal(SettingInvalid, lambda: ledger.tokens.create("x", [])) == (
        "A token must open something, but 'x' came without scopes. Give it one, such as predict."
    )
    assert refusal(SettingInvalid, lambda: ledger.tokens.create("ward", ["label"])) == (
        "A token needs a name of its own, but 'ward' is or was in use. Choose another."
    )
    assert refusal(SettingInvalid, lambda: ledger.tokens.revoke("x")) == (
        "A token must be in the ledger to be revoked, but it has none named 'x'. Look at the names of those that it has."
    )


def test_threads_that_write_at_once_lose_nothing(ledger: Ledger, first: str) -> None:
    """Each batch overlaps with that of another thread, and labels come at the same time."""

    def work(thread: int) -> None:
        for start in range(thread * 50, thread * 50 + 200, 20):
            ledger.predictions.record([make_prediction(number, first, seconds=number % 7) for number in range(start, start + 20)])
            ledger.labels.add([make_label(number) for number in range(start, start + 20, 2)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert ledger.predictions.count("clinic") == len(ledger.predictions.window("clinic")["id"].unique()) == 350
    assert len(ledger.predictions.window("clinic", limit=349)["id"].unique()) == 349
    assert ledger.predictions.labeled("clinic")["id"].n_unique() == ledger.labels.coverage("clinic").labeled == 175


_PROMOTER = """
import sys
from luthier.core.errors import DeploymentMoved
from luthier.ledger import Ledger
url, store, bundle, who = sys.argv[1:]
with Ledger.open(url, store=store) as ledger:
    sys.stdout.write("ready\\n"); sys.stdout.flush()
    sys.stdin.readline()
    try:
        ledger.deployments.move("clinic", expected_version=1, to=bundle, kind="promote", who=who, why="mine", evidence={"who": who})
        sys.stdout.write("won")
    except DeploymentMoved:
        sys.stdout.write("lost")
"""


def test_of_two_processes_that_promote_at_once_exactly_one_wins(ledger: Ledger, url: str, first: str, second: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROMOTER, url, str(tmp_path / "bundles"), second]
    promoters = [subprocess.Popen([*command, who], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for who in ("ada", "bob")]
    for promoter in promoters:
        assert promoter.stdout is not None
        assert promoter.stdout.readline() == "ready\n"

    for promoter in promoters:
        assert promoter.stdin is not None
        promoter.stdin.write("go\n")
        promoter.stdin.flush()
    outcomes = [promoter.communicate()[0] for promoter in promoters]

    winner = ("ada", "bob")[outcomes.index("won")]
    assert sorted(outcomes) == ["lost", "won"]
    assert [(one.kind, one.who) for one in ledger.deployments.history("clinic")] == [("deploy", "ada"), ("promote", winner)]
    assert (ledger.deployments.get("clinic").champion, ledger.deployments.get("clinic").version) == (second, 2)


_KILLED_PROMOTER = """
import os, signal, sys
from sqlalchemy import event
from luthier.ledger import Ledger
url, store = sys.argv[1:]
for line in sys.stdin:
    version, to, steps = line.split()
    left = int(steps)
    def step(*_):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
    promoter = os.fork()
    if promoter == 0:
        ledger = Ledger.open(url, store=store)
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(ledger.database.engine, name, step)
        ledger.deployments.move("clinic", expected_version=int(version), to=to, kind="promote", who="me", why="", evidence={"version": int(version) + 1})
        step()
        os._exit(0)
    sys.stdout.write("killed\\n" if os.WIFSIGNALED(os.waitpid(promoter, 0)[1]) else "done\\n")
    sys.stdout.flush()
"""


def test_a_promotion_that_is_killed_at_any_step_happened_or_did_not(ledger: Ledger, url: str, first: str, second: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED_PROMOTER, url, str(tmp_path / "bundles")]
    versions: list[int] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as promoter:
        assert promoter.stdin is not None
        assert promoter.stdout is not None
        outcome = "killed"
        while outcome == "killed":
            before = ledger.deployments.get("clinic")
            to = second if before.champion == first else first
            promoter.stdin.write(f"{before.version} {to} {len(versions)}\n")
            promoter.stdin.flush()
            outcome = promoter.stdout.readline().strip()

            after, history = ledger.deployments.get("clinic"), ledger.deployments.history("clinic")
            assert (after.version, after.champion) in ((before.version, before.champion), (before.version + 1, to))
            assert (len(history), history[-1].after) == (after.version, after.champion)
            assert [change.evidence for change in history] == [{}, *({"version": version} for version in range(2, after.version + 1))]
            versions.append(after.version)

    assert len(versions) > 10
    assert (versions[-4], versions[-1]) == (1, 3)  # killed before the commit, and done after a kill behind it


def test_those_who_open_a_new_ledger_at_once_all_get_it(url: str, tmp_path: Path) -> None:
    def opened(_: int) -> bool:
        with Ledger.open(url) as ledger:
            return ledger.runs.find() == ()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(opened, range(4)))


def test_a_time_must_say_its_zone(ledger: Ledger, first: str) -> None:
    told = refusal(SettingInvalid, lambda: ledger.predictions.window("clinic", since=datetime(2026, 3, 1)))

    assert told == "A time in the ledger must say its zone, but 2026-03-01T00:00:00 came without one. Give it one, such as datetime.UTC."


def test_what_json_has_not_is_refused(ledger: Ledger, first: str) -> None:
    told = refusal(SettingInvalid, lambda: ledger.deployments.set_policy("clinic", {"alpha": math.nan}))

    assert told.startswith("The ledger keeps plain JSON, but a record came that is none (")
    assert told.endswith("). Write None for NaN, and text for objects.")
    assert issubclass(DeploymentMoved, LedgerError)
