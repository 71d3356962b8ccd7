"""Where the pages may be shown."""

from __future__ import annotations

import socket

import pytest

from luthier.core.errors import SettingInvalid
from luthier.web import serve_pages


def test_an_address_that_others_can_reach_is_refused(tmp_path):
    with pytest.raises(SettingInvalid) as caught:
        serve_pages(host="0.0.0.0", port=8001, ledger=tmp_path / "ledger.db")

    assert str(caught.value) == (
        "The pages ask for no token and are shown on this machine alone, but --host 0.0.0.0 came. "
        "Leave it out, and come from elsewhere with `ssh -L 8001:127.0.0.1:8001 THIS_MACHINE`."
    )
    assert not (tmp_path / "ledger.db").exists()


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(SettingInvalid) as caught:
        port = other.getsockname()[1]
        serve_pages(port=port, ledger=tmp_path / "ledger.db")

    assert str(caught.value) == (f"The pages must be able to listen on 127.0.0.1 port {port}, but they cannot: address already in use. Give another --port.")
