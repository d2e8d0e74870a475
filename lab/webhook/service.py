"""What is answered to a request: decisions on /check-image, health and metrics beside it.

Whatever is POSTed to /check-image gets status 200 and a decision; what is not understood is denied. Only what never
was such a request gets an HTTP error. docs/webhook.md has the table.
"""

import time
import traceback
from collections.abc import Callable
from typing import Any

from aiohttp import web

from lab.webhook.connections import Connection
from lab.webhook.log import MOST_ANNOTATIONS, MOST_IMAGES, Log, bounded_list, bounded_map, text_of
from lab.webhook.metrics import CONTENT_TYPE, Metrics
from lab.webhook.policy import Judge, quoted
from lab.webhook.review import Decision, decide, refuse

CHECK = "/check-image"
LARGEST_BODY = 1024 * 1024
LARGEST_READ = 32 * 1024 * 1024
"""Of a larger body, so much is read and thrown away before the denial: more than the API server can make of the
3 MiB that it takes itself, so that it always reads the answer instead of losing the connection."""

_JSON = {"Content-Type": "application/json", "Server": "image-policy-webhook"}
_TEXT = {"Content-Type": "text/plain; charset=utf-8", "Server": "image-policy-webhook"}
_METRICS = {"Content-Type": CONTENT_TYPE, "Server": "image-policy-webhook"}


class Service:
    """Answers requests by the judge in force. `fault` says why the server is not ready, or nothing."""

    def __init__(self, judge: Judge, metrics: Metrics, log: Log, fault: Callable[[], str]) -> None:
        self.judge = judge
        self._metrics = metrics
        self._log = log
        self._fault = fault
        self._decided_here = metrics.requests.labels(CHECK, "200")

    async def decide_or_tell(self, request: web.BaseRequest, connection: Connection) -> web.StreamResponse:
        """Answer on the listener for mutual TLS: everything."""
        path = request.raw_path.partition("?")[0]  # the API server adds ?timeout=30s
        if path != CHECK:
            return self._tell(request, path)
        if request.method != "POST":
            return self._answer(path, 405, f"POST an ImageReview to {CHECK}\n", Allow="POST")
        return await self._decide(request, connection.client)

    async def tell(self, request: web.BaseRequest, connection: Connection) -> web.StreamResponse:
        """Answer on the plain listener: health and metrics only."""
        return self._tell(request, request.raw_path.partition("?")[0])

    def _tell(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        if path not in ("/healthz", "/readyz", "/metrics"):
            return self._answer("other", 404, "not found\n")
        if request.method not in ("GET", "HEAD"):
            return self._answer(path, 405, "GET it\n", Allow="GET, HEAD")
        if path == "/metrics":
            self._metrics.requests.labels(path, "200").inc()
            return web.Response(body=self._metrics.text(), headers=_METRICS)
        fault = self._fault() if path == "/readyz" else ""
        return self._answer(path, 503 if fault else 200, f"{fault or 'ok'}\n")

    def _answer(self, path: str, code: int, text: str, **headers: str) -> web.StreamResponse:
        self._metrics.requests.labels(path, str(code)).inc()
        return web.Response(status=code, body=text.encode(), headers={**_TEXT, **headers})

    async def _decide(self, request: web.BaseRequest, client: str) -> web.StreamResponse:
        begun = time.perf_counter()
        judge = self.judge
        try:
            body = await _body(request)
        except Exception:  # the client went away, or broke its own transfer encoding
            response = self._answer(CHECK, 400, "the body did not arrive\n")
            response.force_close()
            return response
        try:
            decision = _decision(request, body, judge)
        except Exception:  # a fault of this program must not open the cluster to whoever finds it
            self._log.write("fault", {"text": traceback.format_exc(limit=-5)})
            decision = refuse("the webhook failed; its log tells why", judge)
        duration = time.perf_counter() - begun
        self._tell_of(decision, client, duration)
        return web.Response(body=decision.answer, headers=_JSON)

    def _tell_of(self, decision: Decision, client: str, duration: float) -> None:
        metrics = self._metrics
        self._decided_here.inc()
        metrics.duration.observe(duration)
        if not decision.understood:
            metrics.not_understood.inc()
        elif decision.allowed:
            metrics.allowed.inc()
        else:
            metrics.denied.inc()
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
        self._log.write("decision", line)


def _decision(request: web.BaseRequest, body: bytes | None, judge: Judge) -> Decision:
    if body is None:
        return refuse(f"it is larger than {LARGEST_BODY} bytes", judge)
    media = request.headers.get("Content-Type", "")
    if media != "application/json" and media.partition(";")[0].strip().lower() != "application/json":
        return refuse(f"its Content-Type is {quoted(media)}, not application/json", judge)
    return decide(body, judge)


async def _body(request: web.BaseRequest) -> bytes | None:
    """The body; None when it is too large, and then as much as is worth it was read and thrown away."""
    stream = request.content
    if "Expect" in request.headers and request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    body = await stream.readany()
    if stream.at_eof() and len(body) <= LARGEST_BODY:  # nearly always
        return body
    parts, size = [body], len(body)
    while not stream.at_eof() and size <= LARGEST_READ:
        part = await stream.readany()
        size += len(part)
        if size <= LARGEST_BODY:
            parts.append(part)
    return b"".join(parts) if size <= LARGEST_BODY else None
