"""The server: listens, answers, reloads, stops."""

import asyncio
import gc
import logging
import signal
import socket
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from lab.webhook import policy_file, tls
from lab.webhook.connections import HANDSHAKE, SWEEP, Connections
from lab.webhook.files import Contents, Watched
from lab.webhook.log import Handler, Log, bounded_list, text_of
from lab.webhook.metrics import Metrics
from lab.webhook.options import Options
from lab.webhook.policy import Judge
from lab.webhook.service import Service
from lab.webhook.startup import BACKLOG, CannotStart, Prepared, listen_on, policy_problems, prepare, unreadable

OK, COULD_NOT, BAD_INPUT = 0, 3, 2
POLL = 0.5
"""Seconds between two looks at the files; a change is taken when two looks saw it."""
MOST_PROBLEMS = 20
PATIENCE = 10.0
"""Seconds that requests being answered have to end when the server stops."""


def serve(options: Options) -> int:
    """Run the server until SIGTERM or SIGINT.

    Returns:
        0 when it was stopped, 2 when options or files are wrong, 3 when it cannot listen; why is on standard error.
    """
    try:
        prepared = prepare(options)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    if options.check:
        print("The policy and the certificates are right.")
        return OK
    try:
        listener = listen_on(prepared.listen)
        health = listen_on(prepared.health) if prepared.health else None
    except OSError as error:
        print(f"The server cannot listen: {error}", file=sys.stderr)
        return COULD_NOT
    asyncio.run(_Server(options, prepared).run(listener, health))
    return OK


class _Server:
    """A server from its start to its stop."""

    def __init__(self, options: Options, prepared: Prepared) -> None:
        self._options = options
        self._identity = prepared.identity
        self._judge = prepared.judge
        self._policy = prepared.policy
        self._certificates = prepared.certificates
        self._metrics = Metrics()
        self._stopping = False
        self._complaints: dict[str, str] = {}

    async def run(self, listener: socket.socket, health: socket.socket | None = None) -> None:
        """Serve until a signal comes."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        self._log = Log(sys.stdout.fileno(), self._metrics.dropped.inc)
        loop.set_exception_handler(self._on_fault)
        self._service = Service(self._judge, self._metrics, self._log, self._fault)
        self._listener = listener
        logger = logging.Logger("webhook")
        logger.addHandler(Handler(self._log, "http-error"))
        self._reviews = Connections(self._service.decide_or_tell, self._metrics, logger, tls=True)
        self._plain = Connections(self._service.tell, self._metrics, logger, tls=False)
        self._metrics.policy_current.set(1)
        self._tell_expiry()
        self._accepting = await self._accept()
        plain = await loop.create_server(self._plain, sock=health) if health else None
        gc.freeze()  # what lives as long as the server need not be looked at again
        self._log.write("started", self._addresses(listener, health))
        tasks = [asyncio.create_task(self._sweep()), asyncio.create_task(self._watch())]
        await stop.wait()
        self._log.write("stopping", {})
        self._stopping = True
        for task in tasks:
            task.cancel()
        await self._stop()
        if plain:
            plain.close()
        await self._plain.shutdown(0.1)
        self._log.write("stopped", {})
        self._log.close()

    async def _accept(self) -> asyncio.Server:
        """Accept connections with the identity in force, on a copy of the listening socket, which so stays open."""
        return await asyncio.get_running_loop().create_server(
            self._reviews,
            sock=self._listener.dup(),
            ssl=self._identity.context,
            ssl_handshake_timeout=HANDSHAKE,
            ssl_shutdown_timeout=1.0,
            backlog=BACKLOG,
        )

    async def _stop(self) -> None:
        self._accepting.close()
        self._listener.close()  # else new clients would wait in its backlog
        self._reviews.wind_down()
        end = time.monotonic() + PATIENCE
        while not self._reviews.empty and time.monotonic() < end:
            await asyncio.sleep(0.02)
        await self._reviews.shutdown(0.1)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            self._reviews.sweep()
            self._plain.sweep()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            await self._look("policy", self._policy, self._take_policy)
            await self._look("certificates", self._certificates, self._take_certificates)

    async def _look(self, what: str, watched: Watched, take: Callable[[Contents], Awaitable[None]]) -> None:
        try:
            contents = await asyncio.to_thread(watched.changed)
            if contents is not None:
                await take(contents)
            complaint = ""
        except OSError as error:
            complaint = unreadable(error) if error.filename else str(error)
        except Exception:  # a fault of this program must not end the watch
            complaint = traceback.format_exc(limit=-5)
        if complaint and self._complaints.get(what) != complaint:  # told once, for it may last
            self._log.write(f"{what}-unreadable", {"problems": [text_of(complaint)]})
        self._complaints[what] = complaint

    async def _take_policy(self, contents: Contents) -> None:
        try:
            policy = await asyncio.to_thread(policy_file.read, contents[0])
        except policy_file.BadPolicy as error:
            self._metrics.policy_rejected.inc()
            self._metrics.policy_current.set(0)
            problems = bounded_list(policy_problems(self._options.policy, error), MOST_PROBLEMS)
            self._log.write("policy-rejected", {"problems": problems})
            return
        self._service.judge = Judge(policy)
        self._metrics.policy_taken.inc()
        self._metrics.policy_current.set(1)
        self._log.write("policy-taken", {"policy": policy.digest})

    async def _take_certificates(self, contents: Contents) -> None:
        try:
            identity = tls.load(self._options.cert, self._options.key, self._options.client_ca)
        except tls.BadCertificates as error:
            self._metrics.certificates_rejected.inc()
            self._log.write("certificates-rejected", {"problems": bounded_list(error.problems, MOST_PROBLEMS)})
            return
        self._identity = identity
        before, self._accepting = self._accepting, await self._accept()
        before.close()
        self._reviews.renew()  # a connection made under the old ones gets one more answer
        self._metrics.certificates_taken.inc()
        self._tell_expiry()
        self._log.write("certificates-taken", {})

    def _tell_expiry(self) -> None:
        self._metrics.server_expiry.set(self._identity.server.ends)
        self._metrics.client_expiry.set(max(client.ends for client in self._identity.clients))

    def _fault(self) -> str:
        return "stopping" if self._stopping else self._identity.fault()

    def _addresses(self, listener: socket.socket, health: socket.socket | None) -> dict[str, object]:
        addresses: dict[str, object] = {"listen": _shown(listener), "policy": self._judge.policy.digest}
        return {**addresses, "health_listen": _shown(health)} if health else addresses

    def _on_fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        text = "".join(traceback.format_exception(error)[-5:]) if error else ""
        self._log.write("fault", {"text": f"{context.get('message')}\n{text}"})


def _shown(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
