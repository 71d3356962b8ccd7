from __future__ import annotations

import pytest
import torch

from luthier.nets.images import BatchNorm


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_in_training_and_evaluation_it_is_the_normalization_of_torch(kind):
    features = torch.randn(8, 5, 4, 3, generator=torch.Generator().manual_seed(0)).to(kind) * 3 + 1
    ours, theirs = BatchNorm(5), torch.nn.BatchNorm2d(5, momentum=0.1)

    for training in (True, True, False):
        torch.testing.assert_close(ours.train(training)(features), theirs.train(training)(features))

    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_without_a_scale_it_has_a_shift_alone_and_the_running_statistics_forget_by_its_memory():
    norm = BatchNorm(2, scaled=False, memory=0.6)

    norm(torch.full((4, 2, 3, 3), 10.0))

    assert [name for name, _ in norm.named_parameters()] == ["bias"]
    torch.testing.assert_close(norm.running_mean, torch.full((2,), 4.0))


def test_a_channel_that_is_constant_in_a_batch_stays_finite():
    constant = torch.full((4, 2, 3, 3), 7.0, requires_grad=True)

    BatchNorm(2)(constant).sum().backward()

    assert constant.grad.isfinite().all()
