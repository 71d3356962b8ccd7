"""Population: members of one shape, stacked and trained as one program.

All trained numbers of a population are one matrix, a row a member: an optimizer step, a moving average, a snapshot of the best
weights, a roll-back and the removal of a member are each one operation on that matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from threading import Lock

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, vmap

from luthier.core.recipe import Member, Recipe
from luthier.core.seeds import derive_seed
from luthier.core.task import InputShape, PixelShape
from luthier.fit.controls import Controls, plateau_of
from luthier.fit.folds import FoldTensors
from luthier.fit.losses import member_losses, member_predictions
from luthier.fit.shards import Shards
from luthier.fit.sources import row_source
from luthier.nets import build, roles
from luthier.optim import State, WeightLayout, clip_members_

ROWS_FOR_INITIALIZATION = 8192
"Training rows that a net's data-dependent start may look at."
LEVELS_FOR_INITIALIZATION, FEWEST_IMAGES = 2**28, 256
"Of images no more than hold so many levels, 256 MB, but so many images at least."
PREDICTION_VALUES = 2**22
"Numbers in one gathered block of inputs: 16 MB, so that predicting never needs much more memory than training."

_NOISE = Lock()
"torch has one source of random numbers for all threads: seeding it, the forward pass that draws from it and putting it back are one piece."


class Population:
    """Members that share architecture, optimizer class and batch size.

    Learning rate, weight decay, label smoothing, dropout, averaging, clipping, fold and seed may differ between members.
    A member is the same alone as among others, to float tolerance: it has its own start and its own row order, and the noise of
    dropout hangs on the step alone.
    """

    def __init__(self, members: Sequence[Member], data: FoldTensors, *, seed: int = 0) -> None:
        self.members, self.data, self.seed = list(members), data, seed
        self.step_number, self.rows_seen = 0, 0
        nets = [start_network(member, data) for member in members]
        self._skeleton = nets[0].train()
        self._noise = _noise_of(data)
        self._shards = _shards_of(nets[0], data)
        self.layout = layout_of(nets[0])
        self.weights: Float[Tensor, "members parameters"] = torch.stack([self._flat(net) for net in nets])
        self._decays = self.layout.decay_mask().to(data.device)
        self.buffers = {name: torch.stack([dict(net.named_buffers())[name] for net in nets]) for name in dict(nets[0].named_buffers())}
        self.source = row_source(members, data)
        self._dropout_rates = {name: rates.clone() for name, rates in self.buffers.items() if name.split(".")[-1] == "rate"}
        self.state = self._set_controls().optimizer.start(self.weights)
        self.average_state = self._fresh_average()
        self._backoff = torch.ones_like(self._controls.learning_rate)
        self._plateau = plateau_of(self.recipe.schedule, members=len(self.members), device=data.device)

    def _flat(self, net: nn.Module) -> Float[Tensor, " parameters"]:
        parameters = dict(net.named_parameters())
        return torch.cat([parameters[slot.name].detach().flatten() for slot in self.layout.slots]).to(self.data.device)

    def _set_controls(self) -> Controls:
        self._controls = Controls.of(self.members, self.data.device)
        self._folds = torch.tensor([member.fold for member in self.members], device=self.data.device)
        self._shared = self._rates_that_agree()
        self._leaves = {name: view.detach().requires_grad_() for name, view in self.layout.views(self.weights).items()}
        return self._controls

    @property
    def recipe(self) -> Recipe:
        """The recipe of the first member: what cannot differ between members is read from it."""
        return self.members[0].recipe

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one pass over a fold's training rows."""
        return self.source.steps_per_epoch

    @property
    def batch_size(self) -> int:
        """Training rows of one member in one step."""
        return self.source.batch_size

    @property
    def rows_per_step(self) -> int:
        """Training rows that one step looks at, all members together: the unit of work."""
        return self.batch_size * len(self.members)

    def step(self, progress: Sequence[float]) -> Float[Tensor, " members"]:
        """One gradient step of every member.

        Args:
            progress: share of each member's training that is done, 0 to 1: it sets learning rate and regularization.

        Returns:
            The loss of each member on its own batch, before the step.
        """
        inputs, targets = self.source.batch(self.step_number, progress[0])
        done = torch.tensor(progress, device=self.data.device)
        strength = self._regularize(done)
        losses, gradients = self._gradients(inputs, targets)
        if self._controls.l1 is not None:
            gradients += self._controls.l1 * strength * self._decays * self.weights.sign()
        if self._controls.largest_gradient is not None:
            clip_members_(gradients, self._controls.largest_gradient)
        rates = self._controls.learning_rate * self._controls.schedules.factors(done)[:, None] * self._backoff
        decay = self._controls.weight_decay * strength
        self._controls.optimizer.step_(self.weights, gradients, self.state, learning_rate=rates, weight_decay=decay, layout=self.layout)
        if self._controls.average is not None:
            self._controls.average.update_(self.average_state, self.weights)
        self.step_number += 1
        self.rows_seen += self.rows_per_step
        return losses

    def step_together(self, progress: float) -> Float[Tensor, " members"]:
        """One gradient step with all members at the same point of their training."""
        return self.step([progress] * len(self.members))

    def scale_learning_rates(self, factor: float) -> None:
        """Multiply every member's learning rate, from the next step on: a range test goes up in this way."""
        self._backoff *= factor

    def observe(self, errors: Float[Tensor, " members"]) -> None:
        """Tell the schedules how good every member is now: reduce-on-plateau acts on it."""
        if self._plateau is not None:
            before = self._plateau.factors
            self._backoff *= (self._plateau.observe_(errors.to(self.data.device)) / before)[:, None]

    def _rates_that_agree(self) -> frozenset[str]:
        one_schedule = len({member.recipe.regularization_schedule for member in self.members}) == 1
        return frozenset(name for name, rates in self._dropout_rates.items() if one_schedule and bool((rates == rates[0]).all()))

    def _regularize(self, progress: Float[Tensor, " members"]) -> Tensor:
        """Set the dropout rates of this step; returns the factor of all penalties, [members, 1]."""
        if self._controls.regularization is None:
            return torch.ones_like(self._controls.weight_decay)
        strength = self._controls.regularization.factors(progress).float()
        for name, rates in self._dropout_rates.items():
            self.buffers[name] = rates * strength.view(-1, *[1] * (rates.dim() - 1))
        return strength[:, None]

    def _gradients(self, inputs: Sequence[Tensor], targets: Tensor) -> tuple[Tensor, Tensor]:
        if self._shards is not None:
            loss = lambda outputs, targets: member_losses(self.data.kind, outputs, targets, self._controls.smoothing)  # noqa: E731
            sharded = self._shards.gradients(self._leaves, self.buffers, inputs, targets, loss=loss, precision=self._precision)
            return sharded[0], self.layout.flatten(dict(zip(self._leaves, sharded[1], strict=True)))
        with self._noise(derive_seed(self.seed, "noise", self.step_number)), self._precision():
            outputs = stacked_call(self._skeleton, self._leaves, self.buffers, inputs, shared=self._shared).float()
        losses = member_losses(self.data.kind, outputs, targets, self._controls.smoothing)
        parts = torch.autograd.grad(losses.sum(), list(self._leaves.values()))
        return losses.detach(), self.layout.flatten(dict(zip(self._leaves, parts, strict=True)))

    def weights_to_judge(self) -> Float[Tensor, "members parameters"]:
        """The weights that a prediction should use: averaged ones where the recipe averages."""
        if self._controls.average is not None:
            return self._controls.average.weights_to_judge(self.average_state)
        return self._controls.optimizer.weights_to_judge(self.weights, self.state)

    @torch.no_grad()
    def predict(self, rows: Tensor, weights: Float[Tensor, "members parameters"] | None = None) -> Float[Tensor, "members rows classes"]:
        """Probabilities, or standardized predictions, of every member for its own rows.

        Args:
            rows: row numbers [members, rows].
            weights: what to predict with; None is `weights_to_judge()`.
        """
        views = self.layout.views(self.weights_to_judge() if weights is None else weights)
        block = max(PREDICTION_VALUES // (max(self.data.shape.values, 1) * len(self.members) * 16), 64)
        self._skeleton.eval()
        try:
            blocks = [self._predict_block(views, part) for part in rows.split(block, dim=1)]
        finally:
            self._skeleton.train()
        return torch.cat(blocks, dim=1)

    def _predict_block(self, views: Mapping[str, Tensor], rows: Tensor) -> Tensor:
        inputs, _ = self.data.gather(self._folds, rows)
        with self._precision():
            outputs = stacked_call(self._skeleton, views, self.buffers, inputs).float()
        return member_predictions(self.data.kind, outputs)

    def _precision(self) -> AbstractContextManager[object]:
        return torch.autocast(self.data.device.type, self.data.precision, enabled=self.data.precision is not torch.float32)

    def keep(self, members: Sequence[int]) -> None:
        """Go on with these members only: the stack is compacted, the freed work is saved."""
        index = torch.tensor(list(members), device=self.data.device)
        self.members = [self.members[m] for m in members]
        self.source.keep(members)
        self.weights = self.weights[index]
        self.buffers = {name: stack[index] for name, stack in self.buffers.items()}
        self._dropout_rates = {name: rates[index] for name, rates in self._dropout_rates.items()}
        self.state = {name: part[index] for name, part in self.state.items()}
        self.average_state = {name: part[index] for name, part in self.average_state.items()}
        self._backoff = self._backoff[index]
        self._plateau = self._plateau.select(index) if self._plateau is not None else None
        self._set_controls()

    def restart(self, member: int, weights: Float[Tensor, " parameters"], *, backoff: float = 1.0) -> None:
        """Roll one member back to earlier weights and go on with a fresh optimizer state, the learning rate times `backoff`."""
        self.weights[member] = weights
        for state, fresh in ((self.state, self._controls.optimizer.start(self.weights)), (self.average_state, self._fresh_average())):
            for name, part in fresh.items():
                state[name][member] = part[member]
        self._backoff[member] *= backoff

    def tensors(self) -> dict[str, Tensor]:
        """Everything that training moves, by name."""
        parts = {"weights": self.weights, "backoff": self._backoff}
        for prefix, named in (("buffer", self.buffers), ("rate", self._dropout_rates), ("state", self.state), ("average", self.average_state)):
            parts |= {f"{prefix}.{name}": tensor for name, tensor in named.items()}
        plateau = self._plateau
        return parts if plateau is None else parts | {f"plateau.{name}": getattr(plateau, name) for name in ("best", "waited", "factors")}

    def put_back(self, tensors: Mapping[str, Tensor], *, step_number: int, rows_seen: int) -> None:
        """Go on from what `tensors` gave, after so many steps."""
        under = lambda prefix: {name.removeprefix(f"{prefix}."): tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}.")}  # noqa: E731
        self.weights, self._backoff = tensors["weights"].clone(), tensors["backoff"]
        self.buffers, self._dropout_rates = under("buffer"), under("rate")
        self.state, self.average_state = under("state"), under("average")
        if self._plateau is not None:
            kept = under("plateau")
            self._plateau = replace(self._plateau, best=kept["best"], waited=kept["waited"], factors=kept["factors"])
        self.step_number, self.rows_seen = step_number, rows_seen
        self._set_controls()

    def _fresh_average(self) -> State:
        return self._controls.average.start(self.weights) if self._controls.average is not None else {}


def _noise_of(data: FoldTensors) -> Callable[[int], AbstractContextManager[object]]:
    """What surrounds a forward pass, given the seed of its noise; nothing for networks that see images, which draw none: their lanes need not wait."""
    return (lambda seed: nullcontext()) if isinstance(data.shape, PixelShape) else _seeded


def _shards_of(net: nn.Module, data: FoldTensors) -> Shards | None:
    """Where a network for images has several cores to itself: its batches are divided among them."""
    threads = torch.get_num_threads()
    return Shards(net, threads) if threads > 1 and isinstance(data.shape, PixelShape) and data.device.type == "cpu" else None


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    with _NOISE, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def start_network(member: Member, data: FoldTensors) -> nn.Module:
    """A member's network before its first step: its start hangs on its own seed and its fold's training rows alone."""
    with _NOISE:
        net = build(member.recipe.net, data.shape, data.outputs, seed=member.seed)
    initialize = getattr(net, "initialize_", None)
    if initialize is not None:
        generator = torch.Generator().manual_seed(derive_seed(member.seed, "initialize"))
        rows = data.train_rows[member.fold]
        sample = rows[torch.randperm(len(rows), generator=generator)[: rows_to_start_from(data.shape)].to(rows.device)]
        inputs, _ = data.gather(torch.tensor([member.fold], device=data.device), sample[None])
        initialize(*(part[0].cpu() for part in inputs), generator=generator)
    return net.to(data.device)


def rows_to_start_from(shape: InputShape | PixelShape) -> int:
    """Training rows that a network's data-dependent start looks at, at most: large images are fewer, so that they fit into memory.

    Example:
        >>> rows_to_start_from(PixelShape(channels=3, height=28, width=28)), rows_to_start_from(PixelShape(channels=3, height=224, width=224))
        (8192, 1783)
    """
    if not isinstance(shape, PixelShape):
        return ROWS_FOR_INITIALIZATION
    return min(ROWS_FOR_INITIALIZATION, max(LEVELS_FOR_INITIALIZATION // shape.values, FEWEST_IMAGES))


def network_size(recipe: Recipe, data: FoldTensors) -> int:
    """Trained numbers of a recipe's network."""
    return sum(weights.numel() for weights in build(recipe.net, data.shape, data.outputs, seed=0).parameters())


def layout_of(net: nn.Module) -> WeightLayout:
    """Where each parameter of a network stands in a row of the matrix."""
    return WeightLayout.from_shapes({name: parameter.shape for name, parameter in net.named_parameters()}, roles(net))


def stacked_call(
    skeleton: nn.Module, weights: Mapping[str, Tensor], buffers: Mapping[str, Tensor], inputs: Sequence[Tensor], *, shared: Collection[str] = ()
) -> Tensor:
    """The network's outputs for every member: vmap over the stack, or a plain call where there is one member.

    Args:
        inputs: what the network is called with, each [members, batch, ...].
        shared: buffers that are the same in all members: what is made of them alone, such as the mask of a dropout, is made once.
    """

    def call(weights: dict[str, Tensor], buffers: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        return functional_call(skeleton, (weights, buffers), inputs)

    if len(inputs[0]) > 1:
        stacks = {name: stack[0] if name in shared else stack for name, stack in buffers.items()}
        axes = {name: None if name in shared else 0 for name in buffers}
        return vmap(call, in_dims=(0, axes, *[0] * len(inputs)), randomness="same")(dict(weights), stacks, *inputs)
    only = lambda stacks: {name: stack[0] for name, stack in stacks.items()}  # noqa: E731
    return call(only(weights), only(buffers), *(part[0] for part in inputs)).unsqueeze(0)
