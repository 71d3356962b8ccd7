from __future__ import annotations

import pytest

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.tune.domains import OneOf, Real, Whole
from luthier.tune.space import Family, Space
from tests.tune.spaces import make_domains, make_family, make_recipe, make_space


def test_the_default_point_is_the_familys_own_recipe() -> None:
    space = make_space()

    point = space.default_point("mlp")

    assert space.contains(point)
    assert space.recipe(point) == make_recipe("mlp")


def test_the_default_point_is_moved_into_the_domains() -> None:
    space = Space(families={"mlp": make_family(learning_rate=Real(0.01, 0.1), **{"net.width": Whole(8, 64, step=8)})})

    assert space.default_point("mlp") == {"family": "mlp", "learning_rate": 0.01, "net.width": 64}


def test_a_recipe_has_the_values_of_its_point_and_the_name_of_its_family() -> None:
    point = {"family": "mlp", "learning_rate": 0.01, "decay_rate": 1e-4, "net.dropout": 0.3, "net.width": 64, "optimizer": "adamw"}

    recipe = make_space().recipe(point)

    assert recipe == make_recipe(
        "mlp", learning_rate=0.01, weight_decay=0.01, net=Choice(name="mlp", settings={"dropout": 0.3, "width": 64}), optimizer=make_recipe().optimizer
    )


def test_an_optimizer_that_replaces_another_starts_with_its_own_defaults() -> None:
    point = {**make_space().default_point("mlp"), "optimizer": "muon", "optimizer.momentum": 0.9}

    assert make_space().recipe(point).optimizer == Choice(name="muon", settings={"momentum": 0.9})


def test_a_schedule_that_replaces_another_keeps_the_warmup() -> None:
    space = Space(families={"mlp": make_family(schedule=OneOf(("linear", "coslog4")))})

    assert space.recipe({"family": "mlp", "schedule": "coslog4"}).schedule == Choice(name="coslog4", settings={"warmup": 0.05})


def test_a_setting_exists_only_where_its_condition_holds() -> None:
    family = make_family()

    without = family.completed({"optimizer": "adamw", "optimizer.momentum": 0.9})
    with_it = family.completed({"optimizer": "muon"})

    assert "optimizer.momentum" not in without
    assert with_it["optimizer.momentum"] == 0.95  # Muon's own default


@pytest.mark.parametrize(
    "point",
    [
        {"family": "tabm-mini"},
        {"learning_rate": 0.01, "net.dropout": 0.1},
        {"family": "residual-mlp", "learning_rate": 0.01},
        {"family": "residual-mlp", "learning_rate": 0.01, "net.dropout": 0.9},
        {"family": "residual-mlp", "learning_rate": 0.01, "net.dropout": 0.1, "net.width": 64},
    ],
    ids=["unknown family", "no family", "a value missing", "a value outside", "a value too many"],
)
def test_a_point_outside_is_no_point_of_the_space(point: dict[str, object]) -> None:
    assert not make_space().contains(point)


def test_a_point_of_another_space_is_moved_to_the_nearest() -> None:
    space = make_space()

    moved = space.moved_inside({"family": "residual-mlp", "learning_rate": 7.0, "net.bins": 24})

    assert moved == {"family": "residual-mlp", "learning_rate": 0.1, "net.dropout": 0.0}
    assert space.moved_inside({"family": "gone"}) is None


def test_the_prior_is_the_center_of_a_domain_and_not_its_default() -> None:
    space = Space(families={"mlp": make_family(learning_rate=Real(1e-4, 1e-1, log=True, prior=0.02))})

    assert space.families["mlp"].center("learning_rate") == 0.02
    assert space.default_point("mlp")["learning_rate"] == 1e-3


def test_shapes_batch_size_optimizer_and_its_fixed_settings_are_structural() -> None:
    muon = {"optimizer": ("muon",)}
    searched = {"optimizer.steps": Whole(3, 5, when=muon), "optimizer.scale": OneOf(("original", "match-rms"), when=muon), "batch_size": OneOf((64, 128))}
    family = make_family(**{**make_domains(), **searched, "net.embedding": OneOf(("none", "periodic")), "schedule": OneOf(("linear", "cosine"))})

    assert family.structural_paths == {"net.width", "net.embedding", "batch_size", "optimizer", "optimizer.steps", "optimizer.scale"}


def test_a_schedule_that_watches_the_errors_is_structural() -> None:
    family = make_family(schedule=OneOf(("linear", "reduce-on-plateau")), **{"schedule.warmup": Real(0.0, 0.1)})

    assert family.structural_paths == {"schedule", "schedule.warmup"}


MUON = {"optimizer": ("muon",)}
RATE = Real(0.1, 0.2)


@pytest.mark.parametrize(
    ("domains", "message"),
    [
        ({"net.widht": RATE}, "A path must name a setting of the recipes that are searched, but 'net.widht' came. Did you mean 'net.width'?"),
        (
            {"optimizer.momentum": RATE},
            "A path must name a setting of the recipes that are searched, but 'optimizer.momentum' came. Did you mean 'optimizer.beta2'?",
        ),
        (
            {"decay_rate": RATE, "weight_decay": RATE},
            "Search decay_rate or weight_decay, not both: decay_rate is the learning rate times weight_decay, and sets it.",
        ),
        (
            {"net.dropout": Real(0.1, 0.2, when={"net.widht": (64,)})},
            "A condition must name a setting of the recipes, but that of 'net.dropout' names 'net.widht'. Did you mean 'net.width'?",
        ),
        (
            {"net.dropout": Real(0.1, 0.2, when=MUON)},
            "A condition must wait for values that optimizer can have, but that of 'net.dropout' waits for 'muon'.",
        ),
        (
            {"optimizer": OneOf(("adamw", "muon")), "net.dropout": Real(0.1, 0.2, when={"optimizer": ()})},
            "A condition must wait for values that optimizer can have, but that of 'net.dropout' waits for nothing.",
        ),
        (
            {"net.blocks": Whole(1, 4, when={"net.width": (64,)}), "net.width": Whole(64, 128, when={"net.blocks": (2,)})},
            "Conditions must not go in a circle, but those of 'net.blocks', 'net.width' hang on each other.",
        ),
    ],
    ids=["unknown path", "setting of another optimizer", "both decays", "unknown condition", "impossible condition", "empty condition", "circle"],
)
def test_a_family_that_contradicts_itself_is_refused(domains: dict, message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        make_family(**domains)

    assert str(refusal.value) == message


def test_a_family_without_a_share_and_a_space_without_a_family_are_refused() -> None:
    with pytest.raises(SettingInvalid, match=r"^The share of a family must be more than 0, but 0 came\.$"):
        Family(recipe=make_recipe(), domains={}, share=0)
    with pytest.raises(SettingInvalid, match=r"^A space needs one family of recipes or more, but none came\.$"):
        Space(families={})


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"learning_rate": 0.01}, "Fixed values need the name of a family, but None came. There are mlp, residual-mlp."),
        ({"family": "mpl"}, "Fixed values need the name of a family, but 'mpl' came. Did you mean 'mlp'?"),
        ({"family": "mlp", "net.widht": 64}, "Only what is searched can be fixed, but 'net.widht' came. Did you mean 'net.width'?"),
        ({"family": "mlp", "net.width": 65}, "A fixed value must lie in its domain, but net.width = 65 came."),
        ({"family": "mlp", "optimizer.momentum": 0.9}, "A fixed value must exist, but optimizer.momentum does not with the other values that are fixed."),
        (
            {"family": "mlp", "optimizer": "adamw", "optimizer.momentum": 0.9},
            "A fixed value must exist, but optimizer.momentum does not with the other values that are fixed.",
        ),
    ],
)
def test_fixed_values_that_do_not_fit_are_refused(fixed: dict, message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        make_space().refuse_unknown(fixed)

    assert str(refusal.value) == message
