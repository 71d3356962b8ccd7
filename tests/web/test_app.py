"""The pages answer to the names of this machine alone."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost:8001", "[::1]:8001"])
def test_this_machine_is_answered(visitor, host):
    assert visitor.get("/runs", host=host).status_code == 200


def test_a_name_that_leads_here_by_a_trick_is_refused(visitor):
    reply = visitor.get("/runs", host="evil.example")

    assert reply.status_code == 403
    assert "but it was called &#39;evil.example&#39;." in reply.text
