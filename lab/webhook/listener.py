"""An application of aiohttp on a listening socket, with what aiohttp has no means for.

That is a time limit for a connection at every moment (for the first header, for a request, for the next one; the TLS
handshake before it has asyncio's own), new TLS while it runs, and a stop that lets requests end.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from lab.webhook.metrics import Metrics

HANDSHAKE = 10.0
HEADER = 10.0
BODY = 10.0
IDLE = 120.0
"""Seconds. Longer than the 90 s after which the API server's client drops an idle connection, so that it is never
the server who closes one that the client is about to use."""
LARGEST_HEADER = 8190
BACKLOG = 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Connection:
    """A connection past its handshake: when it is closed (by the loop), and whether it has a request."""

    transport: asyncio.Transport
    deadline: float
    busy: bool = False


class Listener:
    """Serves an application. With `context`, by mutual TLS, and the metrics tell of its connections."""

    def __init__(
        self, app: web.Application, sock: socket.socket, metrics: Metrics, context: ssl.SSLContext | None = None
    ) -> None:
        app.middlewares.append(self._serve)
        self._paths = {resource.canonical for resource in app.router.resources()}
        self._runner = web.AppRunner(
            app,
            access_log=None,
            auto_decompress=False,  # the API server does not compress; a small body stays small
            keepalive_timeout=IDLE,
            lingering_time=0,
            max_line_size=LARGEST_HEADER,
            max_field_size=LARGEST_HEADER,
            shutdown_timeout=0.1,
        )
        self._socket = sock
        self._metrics = metrics
        self._context = context
        self._stopping = False
        self._clock = asyncio.get_running_loop().time
        self._open: dict[web.RequestHandler, Connection] = {}
        if context:
            metrics.open.set_function(lambda: len(self._server.connections))
            metrics.in_flight.set_function(lambda: sum(connection.busy for connection in self._open.values()))

    async def start(self) -> None:
        """Accept connections from now on."""
        await self._runner.setup()
        assert self._runner.server
        self._server = self._runner.server
        self._accepting = await self._accept()

    async def renew(self, context: ssl.SSLContext) -> None:
        """Speak new TLS with new connections; those that are open end with their present answer, or the next."""
        self._context = context
        before, self._accepting = self._accepting, await self._accept()
        before.close()

    def sweep(self) -> None:
        """Close the connections whose time is over."""
        present, now = set(self._server.connections), self._clock()
        for protocol, connection in list(self._open.items()):
            if protocol not in present:
                del self._open[protocol]
            elif connection.deadline < now:
                connection.transport.abort()

    async def stop(self, patience: float) -> None:
        """Close idle connections now, the others after their answer, for which they have so many seconds.

        aiohttp's own stop would leave idle ones open, and read no more of the others' bodies.
        """
        self._stopping = True
        self._accepting.close()
        self._socket.close()  # else new clients would wait in its backlog
        for connection in self._open.values():
            if not connection.busy:
                connection.transport.close()
        end = self._clock() + patience
        while self._server.connections and self._clock() < end:
            await asyncio.sleep(0.02)
        await self._runner.cleanup()

    async def _accept(self) -> asyncio.Server:
        """Accept with the TLS in force, on a copy of the listening socket, which so stays open."""
        tls = self._context is not None
        return await asyncio.get_running_loop().create_server(
            lambda: _Arrival(self),
            sock=self._socket.dup(),
            ssl=self._context,
            ssl_handshake_timeout=HANDSHAKE if tls else None,
            ssl_shutdown_timeout=1.0 if tls else None,
            backlog=BACKLOG,
        )

    def accepted(self) -> None:
        """Count a connection."""
        if self._context:
            self._metrics.accepted.inc()

    def arrived(self, transport: asyncio.Transport) -> None:
        """Hand a connection whose handshake is done to aiohttp."""
        protocol = self._server()
        self._open[protocol] = Connection(transport, self._clock() + HEADER)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self._context:
            self._metrics.handshakes.inc()
        if self._stopping:  # its handshake ended too late
            transport.close()

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The application's middleware."""
        connection = self._open[request.protocol]
        connection.busy = True
        connection.deadline = self._clock() + BODY
        try:
            response = await handler(request)
        except web.HTTPException as error:
            self._answered(request, connection, error)
            raise
        self._answered(request, connection, response)
        return response

    def _answered(self, request: web.Request, connection: Connection, response: web.StreamResponse) -> None:
        path = request.rel_url.raw_path
        self._metrics.requests.labels(path if path in self._paths else "other", str(response.status)).inc()
        connection.busy = False
        connection.deadline = self._clock() + IDLE
        response.headers["Server"] = "image-policy-webhook"
        if self._stopping or request.get_extra_info("sslcontext") is not self._context:
            response.force_close()


class _Arrival(asyncio.Protocol):
    """A connection from its acceptance to the end of its handshake; then it is aiohttp's."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        listener.accepted()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio when the handshake is done."""
        assert isinstance(transport, asyncio.Transport)
        self._listener.arrived(transport)
