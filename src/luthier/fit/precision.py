"""Does it pay to multiply in bfloat16?"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from statistics import median

import torch
from torch import Tensor, nn

ROUNDS = 3
"Timed steps of each kind; they take turns, so that another program's load meets both."
LEAST_GAIN = 1.1
"Times faster that a step must be before its coarser numbers are worth it."
NATIVE = ("avx512_bf16", "amx_bf16", "bf16")
"What processors that multiply in bfloat16 call it; the last is that of ARM."


def has_bfloat16(device: torch.device) -> bool:
    """True where the device multiplies in bfloat16 itself; elsewhere it is only slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    told: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # a torch without it does not say: assume not
    return any(told.get(name) for name in NATIVE)


def bfloat16_pays(net: nn.Module, pixels: Tensor, device: torch.device, *, now: Callable[[], float] = time.perf_counter) -> bool:
    """Time some training steps in float32 and under autocast, in turns, on a copy of the network.

    The answer hangs on a clock: it is to be asked once and remembered, or a resumed run would not be the same run.

    Args:
        pixels: one batch as in training, on the device.
    """
    if not has_bfloat16(device):
        return False
    trial = copy.deepcopy(net).to(device).train()
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(ROUNDS + 1):
        for halved, times in seconds.items():
            start = now()
            train_once(trial, pixels, halved=halved)
            if turn > 0:  # the first one warms up
                times.append(now() - start)
    return median(seconds[False]) > LEAST_GAIN * median(seconds[True])


def train_once(net: nn.Module, pixels: Tensor, *, halved: bool) -> None:
    """One forward and one backward pass; waits for the device."""
    with torch.autocast(pixels.device.type, torch.bfloat16, enabled=halved):
        loss = net(pixels).float().square().mean()
    torch.autograd.grad(loss, list(net.parameters()))
    loss.item()
    if pixels.device.type == "cuda":
        torch.cuda.synchronize(pixels.device)
