"""Every network against its authors' package: the same answers from the same weights, and the milliseconds of a training step.

    pip install pytabkit tabm rtdl_num_embeddings rtdl_revisiting_models
    python -m benchmarks.nets

Ends with exit code 3 where an answer differs by more than 1e-4 times the largest one.
"""

from __future__ import annotations

import logging
import math
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import rtdl_num_embeddings
import rtdl_revisiting_models
import tabm
import torch
from pytabkit import RealMLP_TD_Classifier
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from luthier.core.recipe import Choice
from luthier.core.task import InputShape
from luthier.nets import RealMlp, build, roles

ROWS, NUMBERS, BINS, SIZE, WIDTH, ENSEMBLE = 256, 14, 24, 8, 192, 8
EPOCHS = 32
TOLERANCE = 1e-4
NO_CODES = torch.zeros(ROWS, 0, dtype=torch.long)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One network beside the one of its authors."""

    net: str
    package: str
    difference: float
    "Largest difference of the answers, as a share of the largest answer."
    own_milliseconds: float = math.nan
    "Forward and backward pass of 256 rows; the fastest of 30."
    package_milliseconds: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well one network did on rows that it did not see."""

    who: str
    log_loss: float
    accuracy: float


def _numbers(rows: int = ROWS) -> Tensor:
    return torch.randn(rows, NUMBERS, generator=torch.Generator().manual_seed(0))


def _net(name: str, **settings: object) -> nn.Module:
    net = build(Choice(name=name, settings=settings), InputShape(numbers=NUMBERS), 3, seed=0)
    net.initialize_(_numbers(), NO_CODES, generator=torch.Generator().manual_seed(0))
    return net.eval()


def _compared(net: str, package: str, own: Callable[[Tensor], Tensor], other: Callable[[Tensor], Tensor]) -> Comparison:
    numbers = _numbers()
    expected = other(numbers)
    difference = ((own(numbers) - expected).abs().max() / expected.abs().max()).item()
    return Comparison(net=net, package=package, difference=difference, own_milliseconds=_step(own), package_milliseconds=_step(other))


def _step(call: Callable[[Tensor], Tensor]) -> float:
    numbers, seconds = _numbers(), []
    for _ in range(30):
        started = time.perf_counter()
        call(numbers).square().mean().backward()
        seconds.append(time.perf_counter() - started)
    return 1e3 * min(seconds)


def _copy_(pairs: Iterable[tuple[nn.Linear, nn.Linear]]) -> None:
    for target, source in pairs:
        target.load_state_dict(source.state_dict())


def _package_embedding(own: nn.Module) -> nn.Module:
    """The package's embedding with the bins and weights of ours."""
    bins = rtdl_num_embeddings.compute_bins(_numbers(), n_bins=BINS)
    package = rtdl_num_embeddings.PiecewiseLinearEmbeddings(bins, SIZE, activation=False, version="B")
    with torch.no_grad():
        nn.init.normal_(own.weight[:, :BINS])
        package.linear.weight.copy_(own.weight[:, :BINS])
        package.linear0.weight.copy_(own.weight[:, BINS])
        package.linear0.bias.copy_(own.weight[:, BINS + 1])
    return package


def compare_piecewise_linear() -> Comparison:
    """The piecewise-linear embedding alone, its piecewise part drawn at random."""
    own = _net("mlp", bins=BINS, embedding_size=SIZE).inputs.numbers
    package = _package_embedding(own)
    return _compared("piecewise-linear embedding", "rtdl_num_embeddings", own, lambda numbers: package(numbers).flatten(1))


def compare_mlp() -> Comparison:
    """An MLP without embeddings."""
    own = _net("mlp", embedding="none", width=WIDTH, blocks=2)
    package = rtdl_revisiting_models.MLP(d_in=NUMBERS, d_out=3, n_blocks=2, d_block=WIDTH, dropout=0.1).eval()
    _copy_(zip([*(block.linear for block in package.blocks), package.output], [*own.hidden, own.head], strict=True))
    return _compared("mlp", "rtdl_revisiting_models", lambda numbers: own(numbers, NO_CODES), package)


def compare_residual_mlp() -> Comparison:
    """A residual MLP; the package's batch normalization is replaced by layer normalization, as ours is."""
    own = _net("residual-mlp", embedding="none", width=WIDTH)
    package = rtdl_revisiting_models.ResNet(d_in=NUMBERS, d_out=3, n_blocks=2, d_block=WIDTH, d_hidden_multiplier=2.0, dropout1=0.15, dropout2=0.0)
    for block, source in zip(package.blocks, own.blocks, strict=True):
        block.normalization = source.norm
        _copy_([(block.linear1, source.up), (block.linear2, source.down)])
    package.output.normalization = own.norm
    _copy_([(package.input_projection, own.first), (package.output.linear, own.head)])
    package.eval()
    return _compared("residual-mlp", "rtdl_revisiting_models", lambda numbers: own(numbers, NO_CODES), package)


def compare_tabm_mini() -> Comparison:
    """TabM-mini with piecewise-linear embeddings."""
    own = _net("tabm-mini", bins=BINS, embedding_size=SIZE, width=WIDTH, ensemble=ENSEMBLE)
    embeddings = _package_embedding(own.inputs.numbers)
    package = tabm.TabM.make(
        n_num_features=NUMBERS, d_out=3, num_embeddings=embeddings, arch_type="tabm-mini", k=ENSEMBLE, n_blocks=2, d_block=WIDTH, dropout=0.1
    ).eval()
    layers = [layer for layer in package.backbone.modules() if isinstance(layer, nn.Linear)]
    _copy_(zip(layers, own.hidden, strict=True))
    (affine,) = [layer for layer in package.backbone.modules() if isinstance(layer, tabm.ElementwiseAffine)]
    with torch.no_grad():
        affine.weight.copy_(own.scaling)
        package.output.weight.copy_(own.head)
        package.output.bias.copy_(own.head_bias)
    return _compared("tabm-mini", "tabm", lambda numbers: own(numbers, NO_CODES), package)


def compare_realmlp() -> tuple[Comparison, list[Score]]:
    """RealMLP with the weights that pytabkit trained, and one that we trained by the same recipe on the same encoded rows."""
    known, unseen, truth, unseen_truth = train_test_split(*load_digits(return_X_y=True), test_size=0.3, random_state=0, stratify=load_digits().target)
    package = RealMLP_TD_Classifier(
        device="cpu", n_epochs=EPOCHS, use_ls=False, val_fraction=0.2, random_state=0, n_threads=torch.get_num_threads(), verbosity=0
    )
    package.fit(known.astype(np.float32), truth)
    encoded, _ = _through_package(package, known)
    unseen_encoded, logits = _through_package(package, unseen)
    copied = _realmlp(encoded.shape[1])
    _copy_trained_(copied, package.alg_interface_.model)
    difference = ((copied(unseen_encoded, _no_codes(unseen_encoded)) - logits).abs().max() / logits.abs().max()).item()
    own = _train(_realmlp(encoded.shape[1]), encoded, torch.from_numpy(truth))
    own_probabilities = own(unseen_encoded, _no_codes(unseen_encoded)).softmax(dim=1).detach().double().numpy()
    scores = [_score("pytabkit", package.predict_proba(unseen.astype(np.float32)), unseen_truth), _score("luthier", own_probabilities, unseen_truth)]
    return Comparison(net="realmlp", package="pytabkit", difference=difference), scores


def _realmlp(numbers: int) -> RealMlp:
    return build(Choice(name="realmlp"), InputShape(numbers=numbers), 10, seed=0).eval()


def _no_codes(numbers: Tensor) -> Tensor:
    return torch.zeros(len(numbers), 0, dtype=torch.long)


def _layers(model: nn.Module, name: str) -> list[nn.Module]:
    return [layer for layer in model.modules() if type(layer).__name__ == name]


def _through_package(package: RealMLP_TD_Classifier, rows: np.ndarray) -> tuple[Tensor, Tensor]:
    """What goes into the package's embedding, and its logits."""
    model = package.alg_interface_.model
    encoded: list[Tensor] = []
    logits: list[Tensor] = []
    (embedding,) = _layers(model, "PLREmbeddingsLayerCosBias")
    last = _layers(model, "BiasLayer")[-1]
    embed, end = embedding.forward_cont, last.forward_cont
    embedding.forward_cont = lambda numbers: embed(_kept(encoded, numbers))
    last.forward_cont = lambda features: _kept(logits, end(features))
    package.predict_proba(rows.astype(np.float32))
    embedding.forward_cont, last.forward_cont = embed, end
    return torch.cat(encoded, dim=1).squeeze(0).clone(), torch.cat(logits, dim=1).squeeze(0).clone()


def _kept(batches: list[Tensor], batch: Tensor) -> Tensor:
    batches.append(batch.detach())
    return batch


@torch.no_grad()
def _copy_trained_(own: RealMlp, model: nn.Module) -> None:
    """The package keeps [features in, features out], and the embedded number itself behind its waves."""
    (embedding,) = _layers(model, "PLREmbeddingsLayerCosBias")
    for name, source in (("frequency", "weight_1"), ("phase", "bias_1"), ("weight", "weight_2"), ("bias", "bias_2")):
        target = getattr(own.inputs.numbers, name)
        target.copy_(getattr(embedding, source).reshape(target.shape))
    order = _own_order(len(own.inputs.numbers.frequency), own.inputs.numbers.bias.shape[1])
    own.scale.copy_(_layers(model, "ScaleLayer")[-1].scale.flatten()[order])
    weights, biases = _layers(model, "WeightLayer"), _layers(model, "BiasLayer")[-4:]
    for place, layer in enumerate((*own.hidden, own.head)):
        weight = weights[place].weight.squeeze(0).T
        layer.weight.copy_(weight[:, order] if place == 0 else weight)
        layer.bias.copy_(biases[place].bias.flatten())
    for activation, source in zip(own.activation, _layers(model, "ParametricActivationLayer"), strict=True):
        activation.share.copy_(source.weight.flatten())


def _own_order(numbers: int, waves: int) -> Tensor:
    """Where our features (number, waves; number, waves; ...) stand in the package's (waves, waves, ..., all numbers)."""
    packaged = torch.arange(numbers * waves).reshape(numbers, waves)
    return torch.cat([numbers * waves + torch.arange(numbers)[:, None], packaged], dim=1).flatten()


def _train(net: RealMlp, numbers: Tensor, truth: Tensor) -> RealMlp:
    """The recipe of RealMLP-TD in a plain loop: Adam, the learning rate in four waves, dropout and decay fading in the second half."""
    net.initialize_(numbers[:2048], _no_codes(numbers[:2048]), generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    known = roles(net)
    groups = [
        {"params": [parameter], "factor": known[name].learning_rate_factor, "decay": 0.02 * known[name].decays} for name, parameter in net.named_parameters()
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95))
    net.train()
    for epoch in range(EPOCHS):
        batches = torch.randperm(len(numbers)).split(ROWS)[:-1]
        for place, batch in enumerate(batches):
            _set_progress_(net, optimizer, (epoch + place / len(batches)) / EPOCHS)
            loss = nn.functional.cross_entropy(net(numbers[batch], NO_CODES), truth[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()


def _set_progress_(net: RealMlp, optimizer: torch.optim.Optimizer, progress: float) -> None:
    rate = 0.04 * 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + 15 * progress)))
    fading = 1.0 if progress < 0.5 else 0.5 * (1 + math.cos(math.pi * (2 * progress - 1)))
    for group in optimizer.param_groups:
        group["lr"], group["weight_decay"] = rate * group["factor"], group["decay"] * fading
    for dropout in net.dropout:
        dropout.rate.fill_(0.15 * fading)


def _score(who: str, probabilities: np.ndarray, truth: np.ndarray) -> Score:
    return Score(who=who, log_loss=log_loss(truth, probabilities), accuracy=float((probabilities.argmax(axis=1) == truth).mean()))


def _shown(milliseconds: float) -> str:
    return "not measured" if math.isnan(milliseconds) else f"{milliseconds:.2f}"


def main() -> int:
    """Compare all, print two tables, and say by the exit code whether all agree."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    realmlp, scores = compare_realmlp()
    comparisons = [compare_piecewise_linear(), compare_mlp(), compare_residual_mlp(), compare_tabm_mini(), realmlp]
    answers = Table("net", "package", "largest difference", "own ms a step", "package ms a step", title="Same weights, same answers")
    for entry in comparisons:
        answers.add_row(entry.net, entry.package, f"{entry.difference:.1e}", _shown(entry.own_milliseconds), _shown(entry.package_milliseconds))
    learned = Table("who", "log-loss", "accuracy", title=f"RealMLP-TD, scikit-learn digits, {EPOCHS} epochs, 30 % sealed")
    for score in scores:
        learned.add_row(score.who, f"{score.log_loss:.4f}", f"{score.accuracy:.4f}")
    console = Console()
    console.print(answers)
    console.print(learned)
    return 0 if all(entry.difference <= TOLERANCE for entry in comparisons) else 3


if __name__ == "__main__":
    sys.exit(main())
