"""Label shares are looked up once a minute, however often a page asks."""

from __future__ import annotations

from luthier.web.label_shares import LabelShares
from tests.ledger.made_up import START, make_label
from tests.web.made_up import answer, keep


def test_share_is_remembered_for_a_minute(ledger, tmp_path, clock):
    stored = keep(ledger, tmp_path, "model")
    ledger.deployments.create("clinic", stored.hash, who="ada", why="first")
    answer(ledger, stored, 4, at=START)
    shares = LabelShares(ledger)
    clock.forward(1)
    first = shares.of("clinic").labeled

    ledger.labels.add([make_label(0)])
    second = shares.of("clinic").labeled
    clock.forward(60)

    assert (first, second, shares.of("clinic").labeled) == (0, 0, 1)
