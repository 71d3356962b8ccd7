"""Random numbers: everything random hangs on one seed and on names, never on the order of calls."""

from __future__ import annotations

import hashlib

import numpy as np


def derive_seed(seed: int, *names: str | int) -> int:
    """A new 63-bit seed for a named purpose.

    Example:
        >>> derive_seed(0, "fold", 3) == derive_seed(0, "fold", 3)
        True
        >>> derive_seed(0, "fold", 3) == derive_seed(0, "fold", 4)
        False
    """
    text = ":".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def numpy_rng(seed: int, *names: str | int) -> np.random.Generator:
    """A NumPy generator for a named purpose."""
    return np.random.default_rng(derive_seed(seed, *names))
