"""What must be known of a user's own network before it is searched: that it can be trained, stacked or not, and at which learning rates."""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor

from luthier.core.errors import ModuleUnusable
from luthier.core.findings import Event
from luthier.core.recipe import Choice, Member, Recipe
from luthier.fit import FoldTensors, Population, learning_rate_range, one_thread, start_network
from luthier.tune import WIDEST, Real

RANGE = (1e-5, 1.0)
"Learning rates that are searched where neither the space nor a range test says which."


def refuse_unusable(recipe: Recipe, data: FoldTensors) -> None:
    """Raise `ModuleUnusable` where a network cannot be trained: tried on four rows."""
    member = Member(recipe=recipe, fold=0, seed=0)
    net = start_network(member, data)
    if not any(weights.requires_grad for weights in net.parameters()):
        raise ModuleUnusable("The network must have parameters that can be trained, but it has none.")
    (inputs,), _ = data.gather(torch.zeros(1, dtype=torch.long, device=data.device), data.train_rows[0][None, :4])
    try:
        values = net(inputs[0])
    except Exception as error:
        raise ModuleUnusable(f"The network must take inputs of shape {tuple(inputs[0].shape)}, but its forward failed: {error}") from error
    wanted = (len(inputs[0]), data.outputs)
    if not isinstance(values, Tensor) or tuple(values.shape) != wanted:
        came = f"shape {tuple(values.shape)}" if isinstance(values, Tensor) else type(values).__name__
        raise ModuleUnusable(f"The network must give values of shape {wanted} for {wanted[0]} rows, but {came} came.")


def plain_recipe(name: str, data: FoldTensors) -> Recipe:
    """How a network is trained about which nothing is known: AdamW, a short warmup, straight down to zero."""
    rows = len(data.train_rows[0])
    return Recipe(
        name=name,
        net=Choice(name=name),
        optimizer=Choice(name="adamw"),
        schedule=Choice(name="linear", settings={"warmup": 0.05}),
        learning_rate=1e-3,
        weight_decay=0.01,
        batch_size=max(min(256, rows // 8), min(32, rows)),
        gradient_clip=1.0,
    )


def widest_stack(recipe: Recipe, data: FoldTensors, events: list[Event]) -> int:
    """Members of one stack: 1 where the module uses what vmap cannot take."""
    members = [Member(recipe=recipe, fold=0, seed=seed) for seed in range(2)]
    try:
        with one_thread():
            Population(members, data).step_together(0.5)
    except Exception as error:  # noqa: BLE001 (vmap has an error of its own for everything that it cannot take)
        reason = str(error).strip().splitlines()[0]
        events.append(Event(name="one-by-one", what=f"The network cannot be stacked, so its recipes were trained one by one: {reason}"))
        return 1
    return WIDEST


def learning_rates(recipe: Recipe, data: FoldTensors, seed: int, events: list[Event], *, stacks: bool) -> Real:
    """A decade to each side of what a range test suggests."""
    if not stacks:
        return Real(*RANGE, log=True, prior=recipe.learning_rate)
    with one_thread():
        found = learning_rate_range(recipe, data, seed=seed)
    high = min(max(10 * found.suggested, found.lowest), 0.5 * (found.diverged_at or inf))
    events.append(Event(name="learning-rate-range", what=f"A range test suggests {found.suggested:.2g}; searched are {found.low_end:.2g} to {high:.2g}."))
    return Real(found.low_end, high, log=True, prior=min(max(found.suggested, found.low_end), high))
