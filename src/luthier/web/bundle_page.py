"""The page of a stored model: its scores, its card, its report, and where it answers."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from luthier.core.errors import BundleError, BundleMissing
from luthier.ledger import Ledger, StoredBundle
from luthier.web.card_text import card_markup
from luthier.web.sealed_score import SealedScore, sealed_scores

CARD, REPORT = "card.md", "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePage:
    """A stored model."""

    bundle: StoredBundle
    scores: tuple[SealedScore, ...]
    card: Markup | None
    "None where it has none."
    has_report: bool
    trouble: str
    "Why its files cannot be shown; empty where they can."
    champion_of: tuple[str, ...]
    "Names of the deployments that it answers for."
    challenger_of: tuple[str, ...]
    "Names of the deployments in whose shadow it answers."


def bundle_page(ledger: Ledger, hash_or_prefix: str) -> BundlePage:
    """The page of one model; its files are compared with their hashes first.

    Raises:
        BundleUnknown: the ledger does not list it.
    """
    bundle = ledger.bundles.get(hash_or_prefix)
    card, has_report, trouble = _files(ledger, bundle.hash)
    deployments = ledger.deployments.all()
    return BundlePage(
        bundle=bundle,
        scores=sealed_scores(bundle),
        card=card,
        has_report=has_report,
        trouble=trouble,
        champion_of=tuple(one.name for one in deployments if one.champion == bundle.hash),
        challenger_of=tuple(one.name for one in deployments if one.challenger == bundle.hash),
    )


def report_of(ledger: Ledger, hash_or_prefix: str) -> bytes:
    """The report that was written with a model.

    Raises:
        BundleUnknown: the ledger does not list it.
        BundleMissing: it was kept without a report.
    """
    page = ledger.bundles.fetch(hash_or_prefix) / REPORT
    if not page.is_file():
        raise BundleMissing(f"A report must have been written with the model, but {hash_or_prefix[:12]} was kept without one. `luthier fit` writes it.")
    return page.read_bytes()


def _files(ledger: Ledger, hash_: str) -> tuple[Markup | None, bool, str]:
    """The card, whether there is a report, and why there is nothing."""
    try:
        folder = ledger.bundles.fetch(hash_)
    except BundleError as error:
        return None, False, str(error)
    card = card_markup((folder / CARD).read_text(encoding="utf-8")) if (folder / CARD).is_file() else None
    return card, (folder / REPORT).is_file(), ""
