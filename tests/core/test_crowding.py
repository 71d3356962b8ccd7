from __future__ import annotations

import os

import pytest

from luthier.core.crowding import crowding


@pytest.mark.parametrize(
    ("load", "cores", "slower"), [(0.0, 2, 1.0), (2.0, 2, 1.0), (5.0, 2, 2.5), (50.0, 2, 3.0)], ids=["idle", "one-each", "crowded", "no-more-than-three"]
)
def test_programs_that_share_a_core_wait_for_each_other(load: float, cores: int, slower: float) -> None:
    assert crowding(load, cores) == slower


def test_the_system_is_asked_where_nothing_is_said() -> None:
    assert 1.0 <= crowding() <= 3.0
    assert crowding(load=2.0 * (os.cpu_count() or 1)) == 2.0
