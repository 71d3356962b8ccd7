"""ImpatientProtocol: connections that send their headers slowly, or too much of them, or do not take the reply, are closed."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HEADER_BYTES = 65_536
"Of one request's line and headers."


class ImpatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which waits for headers and for readers as long as a connection stays open, with bounds for them.

    Args:
        header_seconds: longest time from a connection's or a request's first byte to the end of its headers.
        reply_seconds: longest time in which nothing more of a reply is taken, while it waits to be sent.
    """

    def __init__(self, *args: Any, header_seconds: float, reply_seconds: float, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._header_seconds, self._patience = header_seconds, None
        self._reply_seconds, self._stalled = reply_seconds, None
        self._is_in_headers, self._header_bytes = False, 0

    _patience: asyncio.TimerHandle | None
    _stalled: asyncio.TimerHandle | None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A caller has come."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._patience = self.loop.call_later(self._header_seconds, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """A caller has gone."""
        self._be_patient()
        self._flow()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        super().data_received(data)
        if not self._is_in_headers:
            return
        self._header_bytes += len(data)
        if self._header_bytes > _MOST_HEADER_BYTES:
            self._give_up()
        elif self._patience is None:
            self._patience = self.loop.call_later(self._header_seconds, self._give_up)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_in_headers, self._header_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        self._is_in_headers = False
        self._be_patient()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """The caller takes the reply more slowly than it is sent."""
        self._stalled = self.loop.call_later(self._reply_seconds, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has taken most of what there was."""
        self._flow()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked; what was replied may not have been taken yet."""
        super().timeout_keep_alive_handler()
        self._close_soon()

    def _flow(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        self.transport.close()
        self._close_soon()

    def _close_soon(self) -> None:
        """A transport that is closed still waits for its reader."""
        self.loop.call_later(self._reply_seconds, self.transport.abort)
