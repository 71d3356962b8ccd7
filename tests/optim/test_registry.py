from __future__ import annotations

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.optim import AdamW, Muon, Sgd, build_optimizer, build_schedule, select_members, stack_optimizers, structure

WRONG = {
    "unknown name": ("adamww", {}, "The optimizer must be one that exists, but 'adamww' came. Did you mean 'adamw'?"),
    "far name": (
        "zzz",
        {},
        "The optimizer must be one that exists, but 'zzz' came. There are 'sgd', 'momentum', 'nesterov', 'rmsprop', 'adam', 'adamw', 'nadamw', 'muon', "
        "'schedule-free-adamw'.",
    ),
    "unknown setting": ("adamw", {"beta_2": 0.9}, "The optimizer 'adamw' has no setting 'beta_2'. Did you mean 'beta2'?"),
    "setting of none": ("sgd", {"momentum": 0.9}, "The optimizer 'sgd' has no setting 'momentum'. It has none."),
    "out of range": ("momentum", {"momentum": 1.0}, "momentum must be in [0, 1), but 1.0 came."),
    "not positive": ("adam", {"eps": 0}, "eps must be more than 0, but 0 came."),
    "not a number": ("nadamw", {"beta1": "0.9"}, "beta1 of the optimizer 'nadamw' must be a number, but '0.9' came."),
    "not whole": ("muon", {"steps": 2.5}, "steps of the optimizer 'muon' must be a whole number, but 2.5 came."),
    "not text": ("muon", {"scale": 3}, "scale of the optimizer 'muon' must be text, but 3 came."),
    "nan": ("nadamw", {"momentum_decay": float("nan")}, "momentum_decay must be 0 or more, but nan came."),
}


@pytest.mark.parametrize(("name", "settings", "message"), WRONG.values(), ids=WRONG)
def test_a_choice_that_cannot_be_built_is_refused_with_what_is_near(name, settings, message):
    with pytest.raises(SettingInvalid) as refusal:
        build_optimizer(Choice(name=name, settings=settings))

    assert str(refusal.value) == message


def test_an_unknown_schedule_is_refused_with_the_near_name():
    with pytest.raises(SettingInvalid) as refusal:
        build_schedule(Choice(name="cosin"))

    assert str(refusal.value) == "The schedule must be one that exists, but 'cosin' came. Did you mean 'cosine'?"


def test_stacked_settings_are_columns_over_the_members_and_can_be_selected_and_stacked_again():
    stack = stack_optimizers([AdamW(beta1=0.8), AdamW(beta1=0.9), AdamW(beta1=0.7)])

    again = stack_optimizers([select_members(stack, torch.tensor([2, 0])), AdamW(beta1=0.5)])

    assert stack.beta1.dtype == torch.float64
    assert again.beta1.tolist() == [[0.7], [0.8], [0.5]]
    assert again.beta2.shape == (3, 1)


def test_a_tensor_of_settings_is_checked_as_a_number_is():
    with pytest.raises(SettingInvalid) as refusal:
        AdamW(beta1=torch.tensor([[0.5], [1.5]]))

    assert str(refusal.value) == "beta1 must be in [0, 1), but [0.5, 1.5] came."


def test_members_with_different_fixed_settings_are_not_stacked():
    assert structure(Muon(momentum=0.9)) == structure(Muon(momentum=0.5))

    with pytest.raises(SettingInvalid) as refusal:
        stack_optimizers([Muon(), Muon(steps=6)])

    assert str(refusal.value) == (
        "Members of one population must share the optimizer and its fixed settings, but "
        "Muon(scale='match-rms', steps=5) and Muon(scale='match-rms', steps=6) came."
    )
    with pytest.raises(SettingInvalid, match=r"but AdamW\(\) and Sgd\(\) came"):
        stack_optimizers([AdamW(), Sgd()])
