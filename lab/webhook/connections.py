"""HTTP connections with a time limit at every moment: aiohttp's low-level server, and a sweep over its connections.

One limit a connection, moved as it lives: for the first header, for the body, for the next request. The TLS
handshake before it has asyncio's own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from lab.webhook.log import text_of
from lab.webhook.metrics import Metrics

HANDSHAKE = 10.0
HEADER = 10.0
BODY = 10.0
IDLE = 120.0
"""Seconds. Longer than the 90 s after which the API server's client drops an idle connection, so that it is never
the server who closes one that the client is about to use."""
SWEEP = 0.5
LARGEST_HEADER = 8190

Handler = Callable[[web.BaseRequest, "Connection"], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Connection:
    """An open connection: who is at its other end, and when it is closed if nothing happens (the loop's clock)."""

    client: str
    transport: asyncio.Transport
    deadline: float
    generation: int
    busy: bool = False


class Connections(web.Server):
    """Makes a protocol for each connection, and knows all that are past their handshake."""

    def __init__(self, handler: Handler, metrics: Metrics, logger: logging.Logger, *, tls: bool) -> None:
        super().__init__(
            self._handle,
            keepalive_timeout=IDLE,
            lingering_time=0,
            access_log=None,
            logger=logger,
            auto_decompress=False,  # the API server does not compress; a small body stays small
            max_line_size=LARGEST_HEADER,
            max_field_size=LARGEST_HEADER,
        )
        self._generation = 0
        self._winding_down = False
        self._handler = handler
        self._metrics = metrics
        self._tls = tls
        self._clock = asyncio.get_running_loop().time
        self._open: dict[RequestHandler, Connection] = {}
        if tls:
            metrics.open.set_function(lambda: len(self._open))
            metrics.in_flight.set_function(lambda: sum(connection.busy for connection in self._open.values()))

    @property
    def empty(self) -> bool:
        """Whether no connection is open; after `wind_down`, whether every request is answered."""
        return not self._open

    def renew(self) -> None:
        """Let every connection that is open now end with the answer to its next request, or the present one."""
        self._generation += 1

    def wind_down(self) -> None:
        """Close idle connections now, the others after their answer.

        Not aiohttp's `pre_shutdown`: that leaves idle ones open, and stops reading the others' bodies.
        """
        self.renew()
        self._winding_down = True
        for connection in self._open.values():
            if not connection.busy:
                connection.transport.close()

    def sweep(self) -> None:
        """Close the connections whose time is over."""
        now = self._clock()
        for connection in [connection for connection in self._open.values() if connection.deadline < now]:
            connection.transport.abort()

    def __call__(self) -> RequestHandler:
        """Called by asyncio when a connection is accepted, before its handshake."""
        if self._tls:
            self._metrics.accepted.inc()
        return super().__call__()

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Called by aiohttp when a connection's handshake is done."""
        super().connection_made(handler, transport)
        client = _common_name(transport)
        self._open[handler] = Connection(client, transport, self._clock() + HEADER, self._generation)
        if self._tls:
            self._metrics.handshakes.inc()
        if self._winding_down:  # its handshake ended too late
            transport.close()

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Called by aiohttp when a connection is gone."""
        super().connection_lost(handler, exc)
        self._open.pop(handler, None)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = self._open.get(request.protocol)
        if connection is None:
            raise ConnectionResetError("the client is gone")
        connection.deadline = self._clock() + BODY
        connection.busy = True
        response = await self._handler(request, connection)
        connection.busy = False
        connection.deadline = self._clock() + IDLE
        if connection.generation != self._generation:
            response.force_close()
        return response


def _common_name(transport: asyncio.Transport) -> str:
    certificate = transport.get_extra_info("peercert") or {}
    for entry in certificate.get("subject", ()):
        for name, value in entry:
            if name == "commonName":
                return text_of(str(value))
    return ""
