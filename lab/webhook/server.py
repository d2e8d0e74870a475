"""The server: listens, reloads, stops."""

import asyncio
import gc
import signal
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable

from lab.webhook import policy_file, tls
from lab.webhook.files import Contents, Watched
from lab.webhook.listener import Listener
from lab.webhook.log import Log, bounded_list, log, text_of
from lab.webhook.metrics import Metrics
from lab.webhook.options import Options
from lab.webhook.policy import Judge
from lab.webhook.service import Service
from lab.webhook.startup import CannotStart, Prepared, listen_on, policy_problems, prepare, unreadable

OK, COULD_NOT, BAD_INPUT = 0, 3, 2
POLL = 0.5
"""Seconds between two looks at the files; a change is taken when two looks saw it."""
SWEEP = 0.5
"""Seconds between two looks for connections whose time is over."""
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
        self._policy = prepared.policy
        self._certificates = prepared.certificates
        self._metrics = Metrics()
        self._service = Service(prepared.judge, self._metrics, self._fault)
        self._stopping = False
        self._complaints: dict[str, str] = {}

    async def run(self, sock: socket.socket, health: socket.socket | None = None) -> None:
        """Serve until a signal comes."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        writing = Log(sys.stdout.fileno(), self._metrics.dropped.inc)
        self._reviews = Listener(self._service.application(decides=True), sock, self._metrics, self._identity.context)
        listeners = [self._reviews]
        addresses = {"listen": _shown(sock)}
        if health:
            listeners.append(Listener(self._service.application(decides=False), health, self._metrics))
            addresses["health_listen"] = _shown(health)
        for listener in listeners:
            await listener.start()
        self._metrics.policy_current.set(1)
        self._tell_expiry()
        gc.freeze()  # what lives as long as the server need not be looked at again
        log.info("started", {**addresses, "policy": self._service.judge.policy.digest})
        tasks = [asyncio.create_task(self._sweep(listeners)), asyncio.create_task(self._watch())]
        await stop.wait()
        log.info("stopping")
        self._stopping = True
        for task in tasks:
            task.cancel()
        for listener, patience in zip(listeners, (PATIENCE, 0.0), strict=False):
            await listener.stop(patience)
        log.info("stopped")
        writing.close()

    async def _sweep(self, listeners: list[Listener]) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            for listener in listeners:
                listener.sweep()

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
            log.info(f"{what}-unreadable", {"problems": [text_of(complaint)]})
        self._complaints[what] = complaint

    async def _take_policy(self, contents: Contents) -> None:
        try:
            policy = await asyncio.to_thread(policy_file.read, contents[0])
        except policy_file.BadPolicy as error:
            self._metrics.policy_rejected.inc()
            self._metrics.policy_current.set(0)
            problems = bounded_list(policy_problems(self._options.policy, error), MOST_PROBLEMS)
            log.info("policy-rejected", {"problems": problems})
            return
        self._service.judge = Judge(policy)
        self._metrics.policy_taken.inc()
        self._metrics.policy_current.set(1)
        log.info("policy-taken", {"policy": policy.digest})

    async def _take_certificates(self, contents: Contents) -> None:
        try:
            identity = tls.load(self._options.cert, self._options.key, self._options.client_ca)
        except tls.BadCertificates as error:
            self._metrics.certificates_rejected.inc()
            log.info("certificates-rejected", {"problems": bounded_list(error.problems, MOST_PROBLEMS)})
            return
        self._identity = identity
        await self._reviews.renew(identity.context)
        self._metrics.certificates_taken.inc()
        self._tell_expiry()
        log.info("certificates-taken")

    def _tell_expiry(self) -> None:
        self._metrics.server_expiry.set(self._identity.server.not_valid_after_utc.timestamp())
        last = max(client.not_valid_after_utc for client in self._identity.clients)
        self._metrics.client_expiry.set(last.timestamp())

    def _fault(self) -> str:
        return "stopping" if self._stopping else self._identity.fault()


def _shown(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
