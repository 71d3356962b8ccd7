"""Routes: every page of a ledger. All of them only read."""

from __future__ import annotations

from fastapi import APIRouter, Response

from luthier.ledger import Ledger
from luthier.web.bundle_page import bundle_page, report_of
from luthier.web.deployment_page import deployment_page, live_traffic
from luthier.web.examined import Examined
from luthier.web.label_shares import LabelShares
from luthier.web.overview import deployment_lines
from luthier.web.page import render
from luthier.web.pass_page import pass_numbered
from luthier.web.replies import OVER, not_found, page_reply, page_router, report_reply
from luthier.web.run_list import LATEST, run_list
from luthier.web.run_story import run_story


def routes(ledger: Ledger, *, prefix: str = "") -> APIRouter:
    """The pages of a ledger, for any FastAPI application.

    Args:
        prefix: what stands before every path, such as `/pages`; it begins with a slash, and ends without one.
    """
    router, shares = page_router(prefix), LabelShares(ledger)

    def show(template: str, **values: object) -> Response:
        return page_reply(render(template, prefix, now=ledger.now(), **values))

    @router.get("/" if not prefix else "")
    def overview() -> Response:
        """All deployments, and the latest runs."""
        return show("overview", lines=deployment_lines(ledger, shares), runs=ledger.runs.find(limit=LATEST))

    @router.get("/live")
    def live_deployments() -> Response:
        """All deployments, as they are now."""
        return show("deployments", lines=deployment_lines(ledger, shares))

    @router.get("/live/runs")
    def live_runs() -> Response:
        """The latest runs, as they are now."""
        return show("latest_runs", runs=ledger.runs.find(limit=LATEST))

    @router.get("/deployments/{name}")
    def deployment(name: str, span: str | None = None) -> Response:
        """One deployment."""
        live = live_traffic(ledger, shares, name, span)
        return show("deployment", page=deployment_page(ledger, live.line), live=live)

    @router.get("/deployments/{name}/live")
    def live_deployment(name: str, span: str | None = None) -> Response:
        """The traffic of one deployment."""
        return show("traffic", live=live_traffic(ledger, shares, name, span))

    @router.get("/runs")
    def runs(target: str = "", state: str = "") -> Response:
        """The runs, those of one target or in one state only where that is asked for."""
        return show("runs", page=run_list(ledger, target=target, state=state))

    @router.get("/runs/{id}")
    def run(id: str) -> Response:  # noqa: A002 - the name in the path
        """One run."""
        found = ledger.runs.get(id)
        return show("run", run=found, story=run_story(ledger, found))

    @router.get("/runs/{id}/live")
    def live_run(id: str) -> Response:  # noqa: A002
        """The curves of one run, while it goes on."""
        found = ledger.runs.get(id)
        page = render("curves", prefix, now=ledger.now(), run=found, story=run_story(ledger, found))
        return page_reply(page, headers={} if found.state == "running" else OVER)

    @router.get("/bundles/{hash}")
    def bundle(hash: str) -> Response:  # noqa: A002 - the name in the path
        """One stored model."""
        return show("bundle", page=bundle_page(ledger, hash))

    @router.get("/bundles/{hash}/report.html")
    def report(hash: str) -> Response:  # noqa: A002
        """The report that was written with it."""
        return report_reply(report_of(ledger, hash))

    @router.get("/passes/{number:int}")
    def one_pass(number: int) -> Response:
        """One pass of the monitor."""
        found = pass_numbered(ledger, number)
        if found is None:
            return not_found(f"The ledger has no pass of the monitor with the number {number}. `luthier monitor DEPLOYMENT` makes one.", prefix)
        return show("pass", one=found, examined=Examined.of(found.record))

    return router
