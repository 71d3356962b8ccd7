"""Shifts and flips by whole pixels: one gather of bytes for both."""

from __future__ import annotations

import torch
from jaxtyping import Int, UInt8
from torch import Tensor

from luthier.fit.augment.draws import whole
from luthier.fit.augment.flips import by_coin, in_turn, mirrored
from luthier.fit.augment.settings import AugmentationSettings


def moved(
    pixels: UInt8[Tensor, "batch channel height width"],
    settings: AugmentationSettings,
    *,
    rows: Int[Tensor, " batch"],
    epoch: int,
    generator: torch.Generator,
) -> UInt8[Tensor, "batch channel height width"]:
    """Images flipped and shifted as the settings ask; what is left free is filled with the reflection of the image."""
    share = 0.0 if settings.deforms else settings.shift  # a deformation shifts by itself, between the pixels
    lines = shifted(pixels, pixels.shape[2], share, generator)
    columns = shifted(pixels, pixels.shape[3], share, generator)
    if settings.flip == "random":
        columns = mirrored(columns, by_coin(pixels, generator))
    if settings.flip == "alternating":
        columns = mirrored(columns, in_turn(rows.to(pixels.device), epoch))
    if settings.flip_vertical:
        lines = mirrored(lines, by_coin(pixels, generator))
    stays = share == 0 and settings.flip == "none" and not settings.flip_vertical
    return pixels if stays else read_at(pixels, lines, columns)


def shifted(pixels: Tensor, side: int, share: float, generator: torch.Generator) -> Int[Tensor, "batch width"]:
    """For every image the columns, or lines, to read from: shifted by whole pixels, up to a share of the side.

    A place outside is reflected at the edge, which is not repeated.
    """
    places = torch.arange(side, device=pixels.device).expand(len(pixels), side)
    most = round(share * side)
    if most == 0:
        return places
    beyond = places + whole(-most, most, pixels, generator)[:, None]
    return side - 1 - (side - 1 - beyond.abs()).abs()


def read_at(
    pixels: UInt8[Tensor, "batch channel height width"], lines: Int[Tensor, "batch height"], columns: Int[Tensor, "batch width"]
) -> UInt8[Tensor, "batch channel height width"]:
    """Each image read at lines and columns of its own: whole lines first, then the bytes in them."""
    batch, channel, height, width = pixels.shape
    table = pixels.permute(0, 2, 3, 1).reshape(batch * height, width * channel)
    first = torch.arange(0, batch * height, height, device=pixels.device)
    picked = table.index_select(0, (first[:, None] + lines).flatten()).view(batch, height, width * channel)
    places = (columns[:, :, None] * channel + torch.arange(channel, device=pixels.device)).view(batch, 1, width * channel)
    return picked.gather(2, places.expand_as(picked)).view(batch, height, width, channel).permute(0, 3, 1, 2)
