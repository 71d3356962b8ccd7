from __future__ import annotations

import pytest

from luthier.core.errors import SettingInvalid
from luthier.tune.contradictions import refuse_contradictions
from luthier.tune.domains import OneOf, Real, Whole
from luthier.tune.space import Family, Space
from tests.tune.spaces import make_family, make_recipe, make_space


def test_a_space_that_can_be_built_is_let_through() -> None:
    refuse_contradictions(make_space())


@pytest.mark.parametrize(
    ("domains", "message"),
    [
        (
            {"net.dropout": Real(0.0, 1.0)},
            "The family 'mlp' cannot be built with net.dropout = 1.0. The rate of a dropout must be in [0, 1), but 1.0 came.",
        ),
        (
            {"net.activation": OneOf(("relu", "rellu"))},
            "The family 'mlp' cannot be built with net.activation = 'rellu'. The activation must be one of relu, selu, mish, silu, gelu, but 'rellu' came.",
        ),
        (
            {"net.width": Real(64, 128)},
            "The family 'mlp' cannot be built with the expected values. width must be a whole number of 1 or more, but 128.0 came.",
        ),
        (
            {"batch_size": Real(64, 128)},
            "The family 'mlp' cannot be built with the expected values. batch_size must be a whole number, but 128.0 came.",
        ),
        (
            {"optimizer": OneOf(("adamw", "muon")), "optimizer.momentum": Real(0.9, 1.0, when={"optimizer": ("muon",)})},
            "The family 'mlp' cannot be built with optimizer.momentum = 1.0. momentum must be in [0, 1), but 1.0 came.",
        ),
        (
            {"optimizer": OneOf(("adamw", "sgd")), "optimizer.beta2": Real(0.9, 0.99)},
            "The family 'mlp' cannot be built with optimizer = 'sgd'. The optimizer 'sgd' has no setting 'beta2'. It has none.",
        ),
        (
            {"learning_rate": Real(0.0, 1.0)},
            "The family 'mlp' cannot be built with learning_rate = 0.0. learning_rate must be more than 0, but 0.0 came.",
        ),
        (
            {"regularization_schedule": OneOf(("constant", "flat"))},
            "The family 'mlp' cannot be built with regularization_schedule = 'flat'. "
            "The schedule must be one that exists, but 'flat' came. Did you mean 'flat-cos'?",
        ),
    ],
    ids=["dropout", "activation", "real width", "real batch", "condition", "missing setting", "no rate", "schedule"],
)
def test_what_a_part_refuses_is_refused_before_anything_is_trained(domains: dict, message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        refuse_contradictions(Space(families={"mlp": make_family(**domains)}))

    assert str(refusal.value) == message


def test_a_recipe_that_cannot_be_built_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        refuse_contradictions(Space(families={"new": Family(recipe=make_recipe("mpl"), domains={})}))

    assert str(refusal.value) == (
        "The family 'new' cannot be built with the expected values. The architecture must be one that Luthier knows, but 'mpl' came. Did you mean 'mlp'?"
    )


def test_trying_out_takes_no_memory_for_large_networks() -> None:
    refuse_contradictions(Space(families={"mlp": make_family(**{"net.width": Whole(64, 10**9)})}))
