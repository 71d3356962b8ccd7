from __future__ import annotations

from typing import Any

import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.access import Tokens, bearer_secret, require_own_site, require_scope


def asked(path: str = "/v1/predict", method: str = "POST", **headers: str) -> dict[str, Any]:
    return {"method": method, "path": path, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic abc"}, {"authorization": "Bearer "}], ids=str)
def test_a_request_without_a_token_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(RequestRefused, match=r"^This service needs a token, but none came. Send the header Authorization: Bearer TOKEN.$") as refused:
        bearer_secret(asked(**headers))

    assert refused.value.status == 401


def test_a_token_that_opens_nothing_is_refused() -> None:
    with pytest.raises(RequestRefused) as refused:
        require_scope(frozenset(), asked())

    assert str(refused.value) == "This service needs a valid token, but the one that came opens nothing. Ask whoever runs it for another."
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("path", "method", "needed"),
    [("/v1/labels", "POST", "label"), ("/v2/models/m/infer", "POST", "predict"), ("/invocations", "POST", "predict"), ("/ui/promote", "POST", "promote")],
)
def test_what_a_token_does_not_open_is_refused(path: str, method: str, needed: str) -> None:
    others = frozenset({"predict", "label", "promote"} - {needed})

    with pytest.raises(RequestRefused) as refused:
        require_scope(others, asked(path, method))

    assert str(refused.value) == f"This needs a token with the scope {needed!r}, but the one that came has {', '.join(sorted(others))}. Use another."
    assert refused.value.status == 403
    require_scope(frozenset({needed}), asked(path, method))


def test_any_token_may_look() -> None:
    require_scope(frozenset({"label"}), asked("/v1/model", "GET"))


def test_a_token_is_looked_up_again_after_a_while_so_that_a_revoked_one_opens_nothing() -> None:
    opened, clock = {"s": frozenset({"predict"})}, [0.0]
    tokens = Tokens(lambda secret: opened.get(secret, frozenset()), now=lambda: clock[0])
    tokens.look_up("s")
    del opened["s"]

    assert tokens.remembered("s") == frozenset({"predict"})
    assert tokens.remembered("t") is None
    clock[0] = 5.0
    assert tokens.remembered("s") is None


def test_a_browser_that_asks_for_another_site_is_refused() -> None:
    require_own_site(asked(host="127.0.0.1:8000"), ())
    require_own_site(asked(host="localhost:8000", origin="http://localhost:8000"), ())
    require_own_site(asked(host="models.example"), ("models.example",))

    with pytest.raises(RequestRefused) as foreign:
        require_own_site(asked(host="127.0.0.1:8000", origin="https://evil.example"), ())
    with pytest.raises(RequestRefused) as renamed:
        require_own_site(asked(host="evil.example"), ())

    assert str(foreign.value) == "This service takes no requests from pages of other sites, but one came. Call it directly, or with a token."
    assert str(renamed.value) == "This service answers to localhost, 127.0.0.1, [::1], but it was called 'evil.example'. Call it by one of its names."
    assert (foreign.value.status, renamed.value.status) == (403, 403)
