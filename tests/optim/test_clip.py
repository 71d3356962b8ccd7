from __future__ import annotations

import torch

from luthier.optim import clip_members_


def test_each_member_is_clipped_as_torch_clips_it_alone():
    gradients = torch.randn(4, 50, generator=torch.Generator().manual_seed(0)) * torch.tensor([[0.01], [1.0], [10.0], [3.0]])
    largest = torch.tensor([[1.0], [1.0], [2.0], [0.5]])
    expected, norms = [], []
    for row, bound in zip(gradients, largest, strict=True):
        parameter = torch.nn.Parameter(torch.zeros(50))
        parameter.grad = row.clone()
        norms.append(torch.nn.utils.clip_grad_norm_([parameter], float(bound)))
        expected.append(parameter.grad)

    found = clip_members_(gradients, largest)

    torch.testing.assert_close(gradients, torch.stack(expected))
    torch.testing.assert_close(found, torch.stack(norms))


def test_a_bound_of_zero_is_no_bound():
    gradients = torch.full((2, 4), 100.0)

    norms = clip_members_(gradients, torch.tensor([[0.0], [1.0]]))

    assert norms.tolist() == [200, 200]
    assert gradients[0].tolist() == [100] * 4
    assert gradients[1].norm() < 1.001


def test_a_member_with_a_gradient_that_is_no_number_leaves_the_others_alone():
    gradients = torch.tensor([[torch.nan, 1.0], [3.0, 4.0]])

    norms = clip_members_(gradients, torch.tensor([[1.0], [2.5]]))

    assert norms.isnan().tolist() == [True, False]
    torch.testing.assert_close(gradients[1], torch.tensor([1.5, 2.0]), rtol=0, atol=1e-5)
