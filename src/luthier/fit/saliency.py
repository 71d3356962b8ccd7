"""Saliency: which places of an image spoke for a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

SMALLEST_SIDE = 4
"Places of a feature map in each direction, below which a heat map would say no more than `somewhere`."
DRAWS, NOISE = 16, 0.1
"Of the smoothed gradients: how many noisy copies of an image, and the standard deviation of the noise (white is 1)."
BLUR_SHARE = 16
"The side of an image over this is the side of the window in which smoothed gradients are averaged."


def saliency(net: nn.Module, pixels: UInt8[Tensor, "batch channel height width"], classes: Int[Tensor, " batch"]) -> Float[np.ndarray, "batch height width"]:
    """Heat of every place of every image for its class, 0 to 1; all zero where nothing spoke for it.

    Where the net has convolutions, the last feature maps of at least 4 × 4 places behind one of them are multiplied by the gradients of the class,
    place by place, and what is positive counts. Else the sizes of the input gradients count, averaged over noisy copies of the image. A net that
    looks at an image twice, such as at its mirror image, is taken to look at the image itself first. The net is left as it is.

    Args:
        net: in eval mode; takes pixels in [0, 1] and gives logits, or one number.
        classes: whose logit, against the mean of all, is explained; of one number what raises and what lowers it count alike.

    Source: Selvaraju et al., "Grad-CAM", arXiv 1610.02391, but with gradients that are not averaged over the places first, which would also light
    places that had no say: Draelos and Carin, "HiResCAM", arXiv 2011.08891. Smilkov et al., "SmoothGrad", arXiv 1706.03825.
    """
    assert not net.training, "a net in training would answer otherwise, and learn from being asked"
    inputs = (pixels.to(torch.float32) / 255).requires_grad_()
    with torch.enable_grad(), _feature_maps(net, len(pixels)) as maps:
        logits = net(inputs)
        gradients = torch.autograd.grad(_evidence(logits, classes), list(maps.values()), allow_unused=True) if maps else ()
    used = {module: gradient for module, gradient in zip(maps, gradients, strict=True) if gradient is not None}
    if not used:
        return _scaled(_smoothed_gradients(net, inputs.detach(), classes), pixels)
    chosen = _finished(maps, list(used))
    said = (maps[chosen].detach() * used[chosen])[: len(pixels)].sum(dim=1)
    return _scaled(said.abs() if logits.shape[1] == 1 else said.relu(), pixels)


@contextmanager
def _feature_maps(net: nn.Module, images: int) -> Iterator[dict[nn.Module, Tensor]]:
    """What every module gave when it was first called, from the first convolution on, in the order of the calls."""
    maps: dict[nn.Module, Tensor] = {}
    convolutions = []

    def keep(module: nn.Module, _: object, seen: object) -> None:
        convolutions.extend([module] * isinstance(module, nn.Conv2d))
        if convolutions and isinstance(seen, Tensor) and seen.requires_grad and _is_map(seen, images):
            maps.setdefault(module, seen)

    handles = [module.register_forward_hook(keep) for module in net.modules()]
    try:
        yield maps
    finally:
        for handle in handles:
            handle.remove()


def _finished(maps: Mapping[nn.Module, Tensor], used: Sequence[nn.Module]) -> nn.Module:
    """The last module whose maps are normalized, bent or added up; a bare convolution where none of that size is."""
    size = maps[used[-1]].shape[2:]
    finished = [module for module in used if not isinstance(module, nn.Conv2d) and maps[module].shape[2:] == size]
    return finished[-1] if finished else used[-1]


def _is_map(seen: Tensor, images: int) -> bool:
    return seen.dim() == 4 and len(seen) >= images and min(seen.shape[2:]) >= SMALLEST_SIDE


def _evidence(logits: Float[Tensor, "batch classes"], classes: Int[Tensor, " batch"]) -> Float[Tensor, ""]:
    """How far the logits of the classes stand above the mean, all images together: none of them has a say in another's."""
    chosen = logits.gather(1, classes[:, None].to(logits.device)).sum()
    return chosen if logits.shape[1] == 1 else chosen - logits.mean(dim=1).sum()


def _smoothed_gradients(
    net: nn.Module, inputs: Float[Tensor, "batch channel height width"], classes: Int[Tensor, " batch"]
) -> Float[Tensor, "batch height width"]:
    """Mean size of the input gradients over noisy copies, averaged over a small window."""
    generator = torch.Generator().manual_seed(0)
    total = torch.zeros_like(inputs[:, 0])
    for _ in range(DRAWS):
        noise = NOISE * torch.randn(inputs.shape[1:], generator=generator).to(inputs.device)
        noisy = (inputs + noise).clamp(0, 1).requires_grad_()
        with torch.enable_grad():
            [gradient] = torch.autograd.grad(_evidence(net(noisy), classes), [noisy])
        total += gradient.abs().sum(dim=1)
    window = 2 * (min(inputs.shape[2:]) // BLUR_SHARE // 2) + 1
    return F.avg_pool2d(total[:, None], window, stride=1, padding=window // 2, count_include_pad=False)[:, 0]


def _scaled(heat: Tensor, pixels: UInt8[Tensor, "batch channel height width"]) -> Float[np.ndarray, "batch height width"]:
    """As large as the image, 1 at its hottest place."""
    full = F.interpolate(heat[:, None].float(), size=pixels.shape[2:], mode="bilinear", align_corners=False)[:, 0].clamp_min(0)
    hottest = full.amax(dim=(1, 2), keepdim=True)
    return torch.where(hottest > 0, full / hottest.clamp_min(torch.finfo(full.dtype).tiny), 0).cpu().numpy()
