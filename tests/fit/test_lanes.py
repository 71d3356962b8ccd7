from __future__ import annotations

import torch

from luthier.fit import one_thread


def test_random_numbers_and_threads_are_as_before() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    threads = torch.get_num_threads()

    with one_thread():
        torch.rand(10)
        assert torch.get_num_threads() == 1

    assert torch.equal(torch.rand(2), expected)
    assert torch.get_num_threads() == threads
