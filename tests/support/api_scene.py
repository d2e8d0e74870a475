"""An API server of one's own: lists and watches of a few kinds, which a test changes, ends and takes away."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml


def thing(uid: str, version: int = 1, namespace: str = "default", **content: Any) -> dict[str, Any]:
    """An object with what the API server puts on each."""
    return {"metadata": {"uid": uid, "namespace": namespace, "resourceVersion": str(version)}, **content}


class Scene:
    """What the server has. `mode` is how it answers: `up`, `starting` (not ready) or `away` (hangs up).

    `seen` has each request for objects; `refuse` maps a path to statuses that are answered first.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.mode = "up"
        self.seen: list[str] = []
        self.refuse: dict[str, list[int]] = {}
        self._lists: dict[str, dict[str, Any]] = {}
        self._watches: list[_Answering] = []
        self._version = 10
        self._changed = threading.Condition()

    def put(self, path: str, *things: dict[str, Any]) -> None:
        """Have a kind, with these objects."""
        with self._changed:
            self._lists[path] = {each["metadata"]["uid"]: each for each in things}

    def drop(self, path: str) -> None:
        """Have a kind no more."""
        with self._changed:
            del self._lists[path]

    def send(self, path: str, what: str, value: dict[str, Any]) -> None:
        """Tell an event to the kind's watch, once there is one."""
        watch = self.watch_of(path)
        with self._changed:
            self._version += 1
            if what != "ERROR":
                value["metadata"]["resourceVersion"] = str(self._version)
        watch.send_line({"type": what, "object": value})

    def watch_of(self, path: str) -> "_Answering":
        """The kind's watch, waited for."""
        with self._changed:
            found: list[_Answering] = []

            def there() -> bool:
                found[:] = [watch for watch in self._watches if urlsplit(watch.path).path == path]
                return bool(found)

            assert self._changed.wait_for(there, 30), f"nobody watches {path}"
            return found[-1]

    def end_watches(self) -> None:
        """End all watches as a server does that has had enough of them."""
        with self._changed:
            watches, self._watches = self._watches, []
        for watch in watches:
            watch.over.set()

    def go(self, mode: str) -> None:
        """Answer in another way from now on; watches break when the server goes away."""
        self.mode = mode
        if mode == "away":
            with self._changed:
                watches, self._watches = self._watches, []
            for watch in watches:
                watch.broken = True
                watch.over.set()

    def listing(self, path: str) -> dict[str, Any] | None:
        """A list as it is answered; None when there is no such kind."""
        with self._changed:
            if path not in self._lists:
                return None
            return {"metadata": {"resourceVersion": str(self._version)}, "items": list(self._lists[path].values())}

    def began(self, watch: "_Answering") -> None:
        """A watch is there."""
        with self._changed:
            self._watches.append(watch)
            self._changed.notify_all()


class _Answering(BaseHTTPRequestHandler):
    scene: Scene
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        split, scene = urlsplit(self.path), self.scene
        self.close_connection = True
        if scene.mode == "away":
            return
        if split.path == "/readyz":
            self._answer(200 if scene.mode == "up" else 500, {})
            return
        scene.seen.append(self.path)
        listing = scene.listing(split.path)
        if refused := scene.refuse.get(self.path.partition("&")[0]):
            self._answer(refused.pop(0), {})
        elif listing is None:
            self._answer(404, {})
        elif parse_qs(split.query).get("watch"):
            self._stream()
        else:
            self._answer(200, listing)

    def send_line(self, value: dict[str, Any]) -> None:
        text = json.dumps(value).encode() + b"\n"
        self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")
        self.wfile.flush()

    def _stream(self) -> None:
        self.over, self.broken = threading.Event(), False
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.flush()
        self.scene.began(self)
        self.over.wait(60)
        if not self.broken:
            self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def write_kubeconfig(file: Path, port: int) -> None:
    """A kubeconfig of a server on this machine."""
    entry = {"name": "x"}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{**entry, "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "contexts": [{**entry, "context": {"cluster": "x", "user": "x"}}],
        "users": [{**entry, "user": {}}],
        "current-context": "x",
    }
    file.write_text(yaml.safe_dump(content))


@contextmanager
def serving(kubeconfig: Path) -> Iterator[Scene]:
    """A scene that is served at the address that the kubeconfig then names."""
    scene = Scene(kubeconfig)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Answering,), {"scene": scene}))
    server.daemon_threads = True
    write_kubeconfig(kubeconfig, server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield scene
    finally:
        scene.go("away")
        server.shutdown()
        server.server_close()
        thread.join()
