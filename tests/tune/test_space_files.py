from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luthier.core.errors import SettingInvalid
from luthier.core.task import TaskKind
from luthier.tune.domains import Domain, OneOf, Real, Whole
from luthier.tune.ready_spaces import ready_space
from luthier.tune.space import Family, Space
from luthier.tune.space_files import read_space, space_to_plain, write_space
from tests.tune.spaces import make_recipe, make_space


def read(text: str, folder: Path, base: Space | None = None) -> Space:
    path = folder / "space.yaml"
    path.write_text(text)
    return read_space(path, base or make_space())


@pytest.mark.parametrize("space", [make_space(), *(ready_space(kind, rows=5_000) for kind in TaskKind)], ids=["small", *TaskKind])
def test_a_space_that_is_written_reads_back_equal_whatever_the_base(space: Space, tmp_path: Path) -> None:
    assert read(write_space(space), tmp_path, base=make_space()) == space


def test_a_space_in_plain_values_is_the_same_before_and_after_json() -> None:
    plain = space_to_plain(ready_space(TaskKind.BINARY, rows=5_000))

    assert json.loads(json.dumps(plain)) == plain


shares = st.floats(0.001, 0.999)
dropouts: st.SearchStrategy[Domain] = st.builds(
    lambda low, width, share, zero: Real(low, low + width * (0.999 - low), prior=low + width * share * (0.999 - low) / 2, or_zero=zero),
    st.floats(0, 0.9),
    st.floats(0.01, 1),
    shares,
    shares,
)
widths: st.SearchStrategy[Domain] = st.builds(lambda low, width, step: Whole(low, low + width, step=min(step, width)), *[st.integers(1, 400)] * 3)
optimizers: st.SearchStrategy[Domain] = st.builds(
    lambda weights: OneOf(("adamw", "muon", "sgd"), shares=tuple(weights), prior="muon"), st.lists(shares, min_size=3, max_size=3)
)
momenta: st.SearchStrategy[Domain] = st.builds(
    lambda values: OneOf(tuple(values), when={"optimizer": ("muon",)}), st.lists(shares, min_size=1, max_size=3, unique=True)
)


@settings(max_examples=25, deadline=None)
@given(dropout=dropouts, width=widths, optimizer=optimizers, momentum=momenta, share=shares)
def test_any_space_that_is_written_reads_back_equal(tmp_path_factory: pytest.TempPathFactory, dropout, width, optimizer, momentum, share) -> None:
    domains = {"net.dropout": dropout, "net.width": width, "optimizer": optimizer, "optimizer.momentum": momentum}
    space = Space(families={"my own: 1e-3": Family(recipe=make_recipe("mlp"), domains=domains, share=share)})

    assert read(write_space(space), tmp_path_factory.mktemp("space")) == space


def test_a_value_is_fixed_and_no_longer_searched(tmp_path: Path) -> None:
    family = read("mlp: {learning_rate: 1e-2, net.width: 96}", tmp_path).families["mlp"]

    assert not {"learning_rate", "net.width"} & family.domains.keys()
    assert (family.recipe.learning_rate, family.recipe.net.settings) == (0.01, {"width": 96})


def test_a_domain_is_replaced_or_added_and_keeps_its_condition(tmp_path: Path) -> None:
    text = "mlp: {net.blocks: {kind: whole, low: 1, high: 3}, net.width: [64, 128], optimizer.momentum: {kind: real, low: 0.5, high: 0.9}}"

    domains = read(text, tmp_path).families["mlp"].domains

    assert domains["net.blocks"] == Whole(1, 3)
    assert domains["net.width"] == OneOf((64, 128))
    assert domains["optimizer.momentum"] == Real(0.5, 0.9, when={"optimizer": ("muon",)})


def test_a_path_that_is_null_is_as_the_recipe_has_it(tmp_path: Path) -> None:
    family = read("mlp: {net.dropout: null}", tmp_path).families["mlp"]

    assert "net.dropout" not in family.domains
    assert family.recipe == make_recipe()


def test_families_are_dropped_kept_weighted_and_put_in_order(tmp_path: Path) -> None:
    assert list(read("mlp: null", tmp_path).families) == ["residual-mlp"]
    assert list(read("only: [residual-mlp, mlp]", tmp_path).families) == ["residual-mlp", "mlp"]
    assert read("mlp: {share: 3}", tmp_path).families["mlp"].share == 3


def test_a_new_family_brings_its_recipe(tmp_path: Path) -> None:
    recipe = "{name: wide, net: {name: mlp, settings: {width: 512}}, optimizer: adamw, schedule: linear, learning_rate: 1e-3}"

    space = read(f"only: [wide]\nwide:\n  recipe: {recipe}\n  learning_rate: {{kind: real, low: 1e-4, high: 1e-2, log: true}}", tmp_path)

    assert space.default_point("wide") == {"family": "wide", "learning_rate": 1e-3}
    assert space.families["wide"].recipe.net.settings == {"width": 512}


def test_fixing_a_choice_takes_out_what_hangs_on_the_others(tmp_path: Path) -> None:
    with_adamw = read("mlp: {optimizer: adamw}", tmp_path).families["mlp"]
    with_muon = read("mlp: {optimizer: muon}", tmp_path).families["mlp"]

    assert not {"optimizer", "optimizer.momentum"} & with_adamw.domains.keys()
    assert with_muon.domains["optimizer.momentum"] == Real(0.8, 0.99)
    assert (with_muon.recipe.optimizer.name, dict(with_muon.recipe.optimizer.settings)) == ("muon", {})


def test_a_setting_of_a_new_optimizer_waits_for_it(tmp_path: Path) -> None:
    text = "mlp: {optimizer: [adamw, nesterov], optimizer.momentum: {kind: real, low: 0.8, high: 0.9}, optimizer.beta2: 0.99}"

    domains = read(text, tmp_path).families["mlp"].domains

    assert domains["optimizer.momentum"] == Real(0.8, 0.9, when={"optimizer": ("nesterov",)})
    assert domains["optimizer.beta2"] == OneOf((0.99,), when={"optimizer": ("adamw",)})


def test_who_speaks_of_the_weight_decay_takes_the_decay_rate_out(tmp_path: Path) -> None:
    fixed = read("mlp: {weight_decay: 0.3}", tmp_path).families["mlp"]
    rate = read("mlp: {decay_rate: 1e-5}", tmp_path).families["mlp"]

    assert ("decay_rate" in fixed.domains, fixed.recipe.weight_decay) == (False, 0.3)
    assert rate.domains["decay_rate"] == OneOf((1e-5,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "A space file must be a mapping from families to their settings, but [1, 2] came."),
        ("mpl: {}", "mpl: A family must be one of the space or bring its own recipe, but 'mpl' came. Did you mean 'mlp'?"),
        ("mpl: null", "mpl: A family must be one of the space or bring its own recipe, but 'mpl' came. Did you mean 'mlp'?"),
        ("mlp: 3", "mlp: A family must be a mapping from paths to values, or null, but 3 came."),
        ("only: mlp", "only must be a list of families, but 'mlp' came."),
        ("only: [mpl]", "only must name families of the space, but 'mpl' came. Did you mean 'mlp'?"),
        ("only: []", "A space needs one family of recipes or more, but none came."),
        ("mlp: {share: many}", "mlp: share must be a number, but 'many' came."),
        ("mlp: {net.widht: 3}", "mlp: A path must name a setting of the recipes that are searched, but 'net.widht' came. Did you mean 'net.width'?"),
        ("mlp: {net.width: {kind: whole, low: 512, high: 64}}", "mlp: net.width: A range must go up, but low 512 and high 64 came."),
        ("mlp: {net.width: {kind: hole}}", "mlp: net.width: A domain needs a kind, one of real, whole, one-of, but 'hole' came."),
        ("mlp: {net.width: {low: 1}}", "mlp: net.width: A domain needs a kind, one of real, whole, one-of, but None came."),
        ("mlp: {net.width: {kind: whole, low: 3}}", "mlp: net.width: A domain of the kind 'whole' needs 'high', but it is not there."),
        ("mlp: {net.width: {kind: whole, hihg: 3}}", "mlp: net.width: A domain of the kind 'whole' has no 'hihg'. Did you mean 'high'?"),
        ("mlp: {learning_rate: {kind: real, low: 1, high: 2, log: 'no'}}", "mlp: learning_rate: log must be true or false, but 'no' came."),
        ("mlp: {net.width: {kind: one-of, values: 64}}", "mlp: net.width: values must be a list, but 64 came."),
        ("mlp: {net.width: {kind: one-of, values: [1], shares: 1}}", "mlp: net.width: shares must be a list, but 1 came."),
        ("mlp: {net.width: {kind: one-of, values: [1], when: x}}", "mlp: net.width: when must be a mapping from paths to lists, but 'x' came."),
        ("mlp: {net.width: [{a: 1}]}", "mlp: net.width: A value must be a number, a text, true, false, null or a list of these, but {'a': 1} came."),
        ("mlp: {learning_rate: fast}", "mlp: learning_rate: learning_rate must be a number, but 'fast' came."),
        ("mlp: {learning_rate: -1}", "mlp: learning_rate: learning_rate must be more than 0, but -1 came."),
        ("mlp: {epochs: 1e2}", "mlp: epochs: epochs must be a whole number, but 100.0 came."),
        ("mlp: {regularization_schedule: 3}", "mlp: regularization_schedule: regularization_schedule must be a text, but 3 came."),
        ("mlp: {optimizer: adamx}", "mlp: optimizer: The optimizer must be one that exists, but 'adamx' came. Did you mean 'adam'?"),
        (
            "mlp: {decay_rate: 1e-4, weight_decay: 0.1}",
            "mlp: Give decay_rate or weight_decay, not both: decay_rate is the learning rate times weight_decay, and sets it.",
        ),
        (
            "mlp: {optimizer: adamw, net.dropout: {kind: real, low: 0, high: 0.1, when: {optimizer: muon}}}",
            "mlp: A condition must wait for values that optimizer can have, but that of 'net.dropout' waits for 'muon'.",
        ),
        ("new: {recipe: 3}", "new: A recipe must be a mapping, but 3 came."),
        ("new: {recipe: {nam: x}}", "new: A recipe has no 'nam'. Did you mean 'name'?"),
        ("new: {recipe: {name: x}}", "new: A recipe needs 'net', but it is not there."),
        (
            "new: {recipe: {name: x, net: 3, optimizer: adamw, schedule: linear, learning_rate: 1}}",
            "new: net must be a name, or a mapping with name and settings, but 3 came.",
        ),
        (
            "mlp: {net.dropout: 1.0}",
            "The family 'mlp' cannot be built with the expected values. The rate of a dropout must be in [0, 1), but 1.0 came.",
        ),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused_with_the_place(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        read(text, tmp_path)

    assert str(refusal.value) == f"{tmp_path / 'space.yaml'}: {message}"


def test_the_files_of_the_how_to_page_are_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "change-the-search-space.md").read_text()
    changes, addition = (block.split("```")[0] for block in page.split("```yaml\n")[1:])
    ready = ready_space(TaskKind.BINARY, rows=5_000)

    assert read(changes, tmp_path, base=ready).families["mlp"].recipe.learning_rate == 1e-3
    assert read(addition, tmp_path, base=ready).families["wide"].domains["decay_rate"] == Real(1e-6, 1e-3, log=True, or_zero=0.2)
