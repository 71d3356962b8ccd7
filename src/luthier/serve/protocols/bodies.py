"""The body of a request, and work on it that must not hold up other requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from luthier.core.errors import RequestRefused

QUICK_BYTES = 65_536
"A body up to this size is read on the event loop: it takes less than handing it to a thread costs others."
_Result = TypeVar("_Result")


async def plain_body(request: Request) -> bytes:
    """All of the body.

    Raises:
        RequestRefused: it is compressed, for a small one could unpack into more than the memory holds.
    """
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise RequestRefused(f"The body must come as it is, but it came with the Content-Encoding {encoding[:30]!r}. Send it uncompressed.", status=415)
    return await request.body()


async def without_blocking(work: Callable[[], _Result], *, size: int) -> _Result:
    """The result of some work on `size` bytes: in a thread, where they are many."""
    return work() if size <= QUICK_BYTES else await asyncio.to_thread(work)
