"""Pieces of the sentences that data checks and errors say."""

from __future__ import annotations

import shlex
from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Names for a sentence, the first eight of them.

    Example:
        >>> listed(["age", "sex"])
        "'age', 'sex'"
    """
    return ", ".join(repr(name) for name in names[:8]) + (f" and {len(names) - 8:,} more" if len(names) > 8 else "")


def kind_option(name: str, kind: str = "identifier") -> str:
    """The option that states the kind of a column, as a shell takes it. An identifier is left out of the inputs.

    Example:
        >>> kind_option("Adj Close")
        "--kind 'Adj Close=identifier'"
    """
    return f"--kind {shlex.quote(f'{name}={kind}')}"
