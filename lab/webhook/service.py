"""Answers requests: decisions on /check-image, health and metrics beside it.

Whatever is POSTed to /check-image gets status 200 and a decision; what is not understood is denied. Only what never
was such a request gets an HTTP error. docs/webhook.md has the table.
"""

import time
from collections.abc import Callable
from typing import Any

from aiohttp import StreamReader, web

from lab.webhook.log import MOST_ANNOTATIONS, MOST_IMAGES, bounded_list, bounded_map, log, text_of
from lab.webhook.metrics import CONTENT_TYPE, Metrics
from lab.webhook.policy import Judge, quoted
from lab.webhook.review import Decision, decide, refuse

CHECK = "/check-image"
LARGEST_BODY = 1024 * 1024
LARGEST_READ = 32 * 1024 * 1024
"""Of a larger body, so much is read and thrown away before the denial: more than the API server can make of the
3 MiB that it takes itself, so that it always reads the answer instead of losing the connection."""


class Service:
    """Decides by the judge in force. `fault` says why the server is not ready, or nothing."""

    def __init__(self, judge: Judge, metrics: Metrics, fault: Callable[[], str]) -> None:
        self.judge = judge
        self._metrics = metrics
        self._fault = fault

    def application(self, *, decides: bool) -> web.Application:
        """An application with health and metrics, and with decisions if wanted."""
        app = web.Application()
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._tell_metrics)
        if decides:
            app.router.add_post(CHECK, self._decide)
        return app

    async def _health(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, request: web.Request) -> web.Response:
        fault = self._fault()
        return web.Response(text=f"{fault or 'ok'}\n", status=503 if fault else 200)

    async def _tell_metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    async def _decide(self, request: web.Request) -> web.Response:
        begun = time.perf_counter()
        judge = self.judge
        try:
            body = await _body(request.content)
        except Exception:  # the client went away, or broke its own transfer encoding
            response = web.Response(text="the body did not arrive\n", status=400)
            response.force_close()
            return response
        try:
            decision = _decision(request, body, judge)
        except Exception:  # a fault of this program must not open the cluster to whoever finds it
            log.exception("a decision failed")
            decision = refuse("the webhook failed; its log tells why", judge)
        duration = time.perf_counter() - begun
        self._metrics.decided(decision.understood, decision.allowed, duration)
        log.info("decision", _line(decision, _client(request), duration))
        return web.Response(body=decision.answer, headers={"Content-Type": "application/json"})


def _decision(request: web.Request, body: bytes | None, judge: Judge) -> Decision:
    if body is None:
        return refuse(f"it is larger than {LARGEST_BODY} bytes", judge)
    media = request.headers.get("Content-Type", "")
    if media.partition(";")[0].strip().lower() != "application/json":
        return refuse(f"its Content-Type is {quoted(media)}, not application/json", judge)
    return decide(body, judge)


async def _body(stream: StreamReader) -> bytes | None:
    """The body; None when it is too large, and then as much as is worth it was read and thrown away."""
    parts, size = [], 0
    while not stream.at_eof() and size <= LARGEST_READ:
        part = await stream.readany()
        size += len(part)
        if size <= LARGEST_BODY:
            parts.append(part)
    return b"".join(parts) if size <= LARGEST_BODY else None


def _line(decision: Decision, client: str, duration: float) -> dict[str, Any]:
    """What the log tells of a decision."""
    line: dict[str, Any] = {
        "namespace": text_of(decision.namespace),
        "images": bounded_list(decision.images, MOST_IMAGES),
        "allowed": decision.allowed,
        "reason": text_of(decision.reason),
        "annotations": bounded_map(decision.annotations, MOST_ANNOTATIONS),
        "duration_ms": round(duration * 1000, 3),
        "client": client,
    }
    if len(decision.images) > MOST_IMAGES:
        line["images_left_out"] = len(decision.images) - MOST_IMAGES
    if len(decision.annotations) > MOST_ANNOTATIONS:
        line["annotations_left_out"] = len(decision.annotations) - MOST_ANNOTATIONS
    return line


def _client(request: web.Request) -> str:
    """The common name of the client's certificate."""
    certificate = request.get_extra_info("peercert") or {}
    names = (value for entry in certificate.get("subject", ()) for key, value in entry if key == "commonName")
    return text_of(next(names, ""))
