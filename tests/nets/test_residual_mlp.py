from __future__ import annotations

import torch

from luthier.nets.residual_mlp import ResidualBlock, ResidualMlpSettings


def test_a_block_adds_to_what_goes_through():
    block, features = ResidualBlock(ResidualMlpSettings(width=8)).eval(), torch.randn(3, 8)
    torch.nn.init.zeros_(block.down.weight)
    torch.nn.init.constant_(block.down.bias, 0.25)

    assert torch.equal(block(features), features + 0.25)


def test_the_hidden_factor_is_the_width_inside_a_block():
    block = ResidualBlock(ResidualMlpSettings(width=10, hidden_factor=1.5))

    assert block.up.weight.shape == (15, 10)
    assert block.down.weight.shape == (10, 15)
