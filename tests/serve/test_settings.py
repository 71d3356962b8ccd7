from __future__ import annotations

import pytest

from luthier.core.errors import SettingInvalid
from luthier.serve.settings import ServeSettings


@pytest.mark.parametrize(("host", "is_needed"), [("127.0.0.1", False), ("::1", False), ("0.0.0.0", True), ("192.168.0.7", True), ("models.example", True)])
def test_a_token_is_needed_where_others_can_reach_the_service(host: str, is_needed: bool) -> None:
    assert ServeSettings(host=host).needs_token is is_needed


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(SettingInvalid, match=r"^port must be from 0 to 65535, but 70000 came. Change it.$"):
        ServeSettings(port=70_000)


def test_a_bound_of_nothing_is_refused() -> None:
    with pytest.raises(SettingInvalid, match=r"^most_body_bytes must be from 1 on, but 0 came. Change it.$"):
        ServeSettings(most_body_bytes=0)


def test_a_request_that_fits_into_no_queue_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refused:
        ServeSettings(most_waiting_rows=10)

    assert str(refused.value) == (
        "A request's rows must fit into the queues, but most_rows is 4096, most_waiting_rows 10 and most_unwritten_rows 65536. "
        "Make the queues longer, or allow fewer rows."
    )
