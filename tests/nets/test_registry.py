from __future__ import annotations

import pytest

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.core.task import InputShape, PixelShape
from luthier.nets import build
from luthier.nets.registry import architectures_that_see

REFUSALS = {
    "unknown-architecture": (Choice(name="realmpl"), "The architecture must be one that Luthier knows, but 'realmpl' came. Did you mean 'realmlp'?"),
    "unknown-setting": (
        Choice(name="mlp", settings={"widht": 3}),
        "The setting of mlp must be one that Luthier knows, but 'widht' came. Did you mean 'width'?",
    ),
    "nothing-near": (
        Choice(name="zzz"),
        "The architecture must be one that Luthier knows, but 'zzz' came. Choose one of mlp, residual-mlp, realmlp, tabm-mini.",
    ),
    "sees-images": (
        Choice(name="fast-cnn"),
        "The architecture must be one for rows of a table, but 'fast-cnn' came, which sees images. Choose one of mlp, residual-mlp, realmlp, tabm-mini.",
    ),
    "no-layers": (Choice(name="mlp", settings={"blocks": 0}), "blocks must be a whole number of 1 or more, but 0 came."),
    "half-a-unit": (Choice(name="mlp", settings={"width": 2.5}), "width must be a whole number of 1 or more, but 2.5 came."),
    "negative": (Choice(name="realmlp", settings={"sigma": -1.0}), "sigma must be a number of 0 or more, but -1.0 came."),
    "dropout-of-all": (Choice(name="tabm-mini", settings={"dropout": 1.0}), "The rate of a dropout must be in [0, 1), but 1.0 came."),
    "embedding": (
        Choice(name="mlp", settings={"embedding": "tree"}),
        "The embedding of numbers must be one of none, piecewise-linear, periodic, but 'tree' came.",
    ),
}


@pytest.mark.parametrize(("choice", "message"), REFUSALS.values(), ids=REFUSALS)
def test_a_choice_that_makes_no_network_is_refused_with_its_reason(choice, message):
    with pytest.raises(SettingInvalid) as refusal:
        build(choice, InputShape(numbers=2), 1, seed=0)

    assert str(refusal.value) == message


@pytest.mark.parametrize("name", architectures_that_see(InputShape))
def test_the_settings_of_a_choice_reach_the_network(name):
    count = lambda **settings: sum(p.numel() for p in build(Choice(name=name, settings=settings), InputShape(numbers=3), 2, seed=0).parameters())  # noqa: E731

    assert count(width=8) < count(width=16) < count(width=16, blocks=5)


def test_a_net_for_tables_is_refused_where_there_are_images():
    with pytest.raises(SettingInvalid) as refusal:
        build(Choice(name="mlp"), PixelShape(channels=1, height=28, width=28), 2, seed=0)

    assert str(refusal.value) == (
        "The architecture must be one for images, but 'mlp' came, which sees rows of a table. "
        "Choose one of fast-cnn, residual-cnn, resnet, wide-resnet, backbone."
    )
