"""A pass is found by its number, however many came after it."""

from __future__ import annotations

import pytest

from luthier.web.pass_page import pass_numbered
from tests.web.made_up import keep


@pytest.mark.parametrize("number", [1, 2, 69, 70])
def test_any_pass_is_found(ledger, tmp_path, number):
    stored = keep(ledger, tmp_path, "model")
    for name in ("a", "b"):
        ledger.deployments.create(name, stored.hash, who="ada", why="first")
    for index in range(70):
        ledger.passes.add("b" if index == 1 else "a", bundle=stored.hash, rows=index, labeled=0, alpha=0.01, record={})

    found = pass_numbered(ledger, number)

    assert found is not None
    assert (found.id, found.deployment) == (number, "b" if number == 2 else "a")
    assert pass_numbered(ledger, 71) is None
    assert pass_numbered(ledger, 0) is None
