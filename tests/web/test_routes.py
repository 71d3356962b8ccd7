"""Every page: it is there, says what it should, escapes what the ledger holds, and loads nothing from anywhere else."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from fastapi import FastAPI

from luthier.web import routes
from tests.ledger.made_up import START, make_run
from tests.web.made_up import HOSTILE, Visitor, alert, answer, evidence, examination, keep, pages_of, promotion_evidence, quality

PAGES = ["/", "/live", "/live/runs", "/deployments/clinic", "/deployments/clinic/live", "/runs", "/runs/run-one", "/runs/run-one/live", "/passes/1"]


def shown(page: str) -> str:
    """The words of a page, with single spaces."""
    words = re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(words))


class Elements(HTMLParser):
    """The opening tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there(visitor, path):
    reply = visitor.get(path)

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_loads_anything_from_anywhere(visitor, path):
    page = visitor.get(path).text

    addresses = [value for _, attributes in Elements(page).found for name, value in attributes.items() if name in ("src", "href", "action", "data-live")]
    assert all(re.match(r"(/(?!/)|[#?]|data:,)", address or "") for address in addresses)
    assert not re.search(r"url\(|@import", page)


def test_links_of_all_pages_lead_to_pages(visitor):
    asked, waiting = set(), {"/"}

    while waiting:
        path = waiting.pop()
        asked.add(path)
        reply = visitor.get(path)
        assert reply.status_code == 200, path
        links = [attributes.get("href") for tag, attributes in Elements(reply.text).found if tag == "a"]
        waiting |= {re.sub(r"[#].*", "", link) for link in links if link and link.startswith("/")} - asked - {""}

    assert {"/runs", "/runs/run-one", "/deployments/clinic", "/passes/1"} < asked


def test_first_page_tells_each_deployment_at_a_glance(visitor):
    words = shown(visitor.get("/").text)

    assert "clinic version 2" in words
    assert "0.930 (0.918 to 0.941) ROC AUC" in words
    assert "▲" not in words  # drawn by the style
    assert "1 open" in words
    assert "7 in the last minute" not in words
    assert "2.1 %" in words  # 1 of 47 answers has a label


def test_deployment_page_tells_what_answers_and_what_to_do(visitor):
    words = shown(visitor.get("/deployments/clinic").text)

    assert "1 open alarm" in words
    assert "Column 'age' drifted since 2026-03-01 12:00 UTC: median 50 then, 54 now." in words
    assert "What to do. Find out what changed where the column comes from." in words
    assert "p 2.0e−4" in words
    assert "Realised on 800 labeled rows: ROC AUC 0.840" in words
    assert "The challenger is better: log-loss 0.35 against 0.41 on the same 1,240 labeled rows (gain 0.06)." in words
    assert "by grace: age drifted" in words
    assert "sex = m" in words


def test_traffic_is_told_by_model(visitor, clinic_ledger):
    champion = clinic_ledger.deployments.get("clinic").champion[:12]

    words = shown(visitor.get("/deployments/clinic/live?span=7d").text)

    assert f"{champion} 7, the champion" in words
    assert "40" in words


def test_run_page_shows_its_curves_and_facts(visitor):
    words = shown(visitor.get("/runs/run-one").text)

    assert "Log-loss while it trains" in words
    assert "mlp 0.4100" in words
    assert "Rows 7,200" in words


@pytest.mark.parametrize(
    ("query", "there"),
    [("", ["one", "two"]), ("?target=price", ["two"]), ("?state=running", ["one"]), ("?target=price&state=running", []), ("?state=nonsense", ["one", "two"])],
)
def test_runs_are_filtered_by_the_address(ledger, query, there):
    ledger.runs.begin(make_run("1", name="one"))
    ledger.runs.begin(make_run("2", name="two", target="price", state="done"))

    page = pages_of(ledger).get(f"/runs{query}").text

    assert re.findall(r'<th scope="row"><a href="/runs/\d">(\w+)', page) == there


def test_bundle_page_shows_its_card_and_its_report(visitor, clinic_ledger):
    champion = clinic_ledger.deployments.get("clinic").champion

    words, report = shown(visitor.get(f"/bundles/{champion}").text), visitor.get(f"/bundles/{champion}/report.html")

    assert "Predicts sick (binary) from 5 columns of clinic.csv ." in words
    assert "Answers for clinic" in words
    assert report.text == "<!doctype html><title>report</title>"
    assert report.headers["content-security-policy"].endswith("; sandbox")
    assert "script-src" not in report.headers["content-security-policy"]


def test_bundle_page_says_so_where_its_files_are_gone(ledger, tmp_path):
    stored = keep(ledger, tmp_path, "model")
    (tmp_path / "bundles" / stored.hash / "manifest.json").unlink()

    words = shown(pages_of(ledger).get(f"/bundles/{stored.hash}").text)

    assert "must hold a model, but its manifest.json is missing." in words


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/deployments/none", "'none'"),
        ("/deployments/none/live", "'none'"),
        ("/runs/none", "A run must be in the ledger, but it has none whose id begins with 'none'. `luthier runs` lists them."),
        ("/bundles/none", "none"),
        ("/passes/99", "The ledger has no pass of the monitor with the number 99. `luthier monitor DEPLOYMENT` makes one."),
        ("/passes/x", "These pages have nothing at '/passes/x'. Begin with the deployments."),
        ("/nowhere", "These pages have nothing at '/nowhere'. Begin with the deployments."),
    ],
)
def test_what_is_not_there_gets_a_page_that_says_so(visitor, path, message):
    reply = visitor.get(path)

    assert reply.status_code == 404
    assert "Not found" in shown(reply.text)
    assert message in shown(reply.text)


@pytest.mark.parametrize(
    ("path", "command"),
    [("/", "luthier serve MODEL"), ("/", "luthier fit patients.csv --target diagnosis --budget 2m"), ("/runs", "luthier fit patients.csv")],
)
def test_an_empty_ledger_says_what_to_do_next(ledger, path, command):
    assert command in shown(pages_of(ledger).get(path).text)


@pytest.mark.parametrize(
    "command", ["luthier monitor clinic", "luthier label clinic labels.csv", "luthier retrain clinic", "curl http://127.0.0.1:8000/v1/predict"]
)
def test_a_new_deployment_says_what_to_do_next(ledger, tmp_path, command):
    ledger.deployments.create("clinic", keep(ledger, tmp_path, "model").hash, who="ada", why="first")

    assert command in shown(pages_of(ledger).get("/deployments/clinic").text)


def test_a_challenger_that_was_never_weighed_says_how_to_weigh_it(ledger, tmp_path):
    first, second = (keep(ledger, tmp_path, name) for name in ("first", "second"))
    ledger.deployments.create("clinic", first.hash, who="ada", why="first")
    ledger.deployments.shadow("clinic", expected_version=1, challenger=second.hash)

    assert "luthier promote clinic --dry-run" in shown(pages_of(ledger).get("/deployments/clinic").text)


def test_every_text_of_the_ledger_is_escaped(ledger, tmp_path):
    first, second = (keep(ledger, tmp_path / HOSTILE.replace("/", ""), name, files={"card.md": HOSTILE.encode()}) for name in ("first", "second"))
    ledger.deployments.create("clinic", first.hash, who=HOSTILE, why=HOSTILE)
    words = {"sentence": HOSTILE, "loss": HOSTILE, "reasons": [HOSTILE]}
    ledger.deployments.move(
        "clinic", expected_version=1, to=second.hash, kind="promote", who=HOSTILE, why=HOSTILE, evidence=promotion_evidence(**words), challenger=first.hash
    )
    told = dict.fromkeys(("kind", "subject", "text", "remedy"), HOSTILE)
    closed = ledger.alarms.raise_("clinic", bundle=first.hash, **told)
    ledger.alarms.close(closed.id, HOSTILE)
    ledger.alarms.raise_("clinic", bundle=first.hash, **told)
    assumptions = [{"name": HOSTILE, "holds": False, "sentence": HOSTILE}]
    tests = [evidence(HOSTILE, 0.4, 0.001, alarmed=True, detail=HOSTILE, unit=HOSTILE, aspect=HOSTILE, examples=[HOSTILE])]
    side = quality(0.9, 0.8, sentence=HOSTILE, loss=HOSTILE, method=HOSTILE, assumptions=assumptions)
    record = examination(evidence=tests, alerts=[alert(**told)], notes=[HOSTILE], sentence=HOSTILE, realised=side, estimated=side)
    ledger.passes.add("clinic", bundle=first.hash, rows=1, labeled=1, alpha=0.01, record=record)
    ledger.runs.begin(make_run("run", name=HOSTILE, target=HOSTILE, metric=HOSTILE, path=HOSTILE, facts={HOSTILE: HOSTILE}))
    visitor = pages_of(ledger)

    for path in ("/", "/deployments/clinic", "/passes/1", "/runs", "/runs/run", f"/bundles/{first.hash}"):
        page = visitor.get(path).text
        assert len(re.findall("<script", page)) == 1, path
        assert "&lt;script&gt;alert" in page, path


def test_pages_may_stand_below_a_prefix(ledger, tmp_path):
    ledger.deployments.create("clinic", keep(ledger, tmp_path, "model").hash, who="ada", why="first")
    app = FastAPI()
    app.include_router(routes(ledger, prefix="/pages"))
    visitor = Visitor(app)

    page = visitor.get("/pages").text

    links = [attributes["href"] for tag, attributes in Elements(page).found if tag == "a"]
    assert all(link.startswith("/pages") for link in links)
    assert visitor.get("/pages/deployments/clinic").status_code == 200
    assert app.openapi()["paths"] == {}


def test_the_parts_that_move_hold_what_the_ledger_holds_now(ledger, tmp_path, clock):
    stored = keep(ledger, tmp_path, "model")
    ledger.deployments.create("clinic", stored.hash, who="ada", why="first")
    visitor = pages_of(ledger)
    before = visitor.get("/deployments/clinic/live").text

    answer(ledger, stored, 1234, at=START)
    clock.forward(60)

    after = shown(visitor.get("/deployments/clinic/live").text)
    assert "1,234" not in before
    assert "Last minute 1,234 Last hour 1,234 Last 24 hours 1,234" in after


def test_a_run_that_ended_tells_its_page_to_begin_anew(ledger):
    ledger.runs.begin(make_run("run"))
    visitor = pages_of(ledger)
    during = visitor.get("/runs/run/live").headers

    ledger.runs.end("run", state="done", score=0.9)

    assert "luthier-over" not in during
    assert visitor.get("/runs/run/live").headers["luthier-over"] == "yes"
    assert "data-live" not in re.sub(r"<(style|script)>.*?</\1>", "", visitor.get("/runs/run").text, flags=re.DOTALL)


def test_a_pass_without_a_record_still_has_its_page(ledger, tmp_path):
    stored = keep(ledger, tmp_path, "model")
    ledger.deployments.create("clinic", stored.hash, who="ada", why="first")
    ledger.passes.add("clinic", bundle=stored.hash, rows=10, labeled=0, alpha=0.01, record={})
    visitor = pages_of(ledger)

    assert "This pass compared no inputs." in shown(visitor.get("/passes/1").text)
    assert visitor.get("/deployments/clinic").status_code == 200
