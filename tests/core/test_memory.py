from __future__ import annotations

import os

from luthier.core.memory import machine_memory_bytes


def test_the_memory_of_the_machine_is_at_most_what_is_built_in_and_stays_the_same() -> None:
    built_in = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    assert 0 < machine_memory_bytes() <= built_in
    assert machine_memory_bytes() == machine_memory_bytes()
