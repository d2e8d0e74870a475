import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from api_scene import serving, thing

from lab.errors import ClusterError
from lab.k8s.api import Api, Unreachable


class Handler(BaseHTTPRequestHandler):
    """Says what the path asks for: /status/503, /hang, /reset, /junk; keeps what it was sent."""

    seen: list
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.seen.append((self.command, self.path, self.headers.get("Content-Type"), self.rfile.read(length)))
        self.close_connection = True
        if "hang" in self.path:
            time.sleep(0.6)
        if "reset" in self.path or "hang" in self.path:
            return
        if "junk" in self.path:
            self.wfile.write(b"\x15\x03\x01 no http\r\n\r\n")
            return
        code = int(self.path.rpartition("/")[2]) if "status" in self.path else self.server.ready  # type: ignore[attr-defined]
        body = b"said \xff"
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer

    def log_message(self, *arguments: object) -> None:
        pass


def kubeconfig(file, port) -> Api:
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
    return Api(file)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    Handler.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.ready = 200  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def api(server, tmp_path) -> Api:
    return kubeconfig(tmp_path / "kubeconfig", server.server_port)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 429, 500, 503])
def test_every_status_is_an_answer_asked_once(api, status) -> None:
    answer = api.request(f"/status/{status}")
    assert (answer.status, answer.body) == (status, "said \ufffd")
    assert len(Handler.seen) == 1


def test_a_redirect_is_not_followed(api) -> None:
    assert api.request("/status/302").status == 302


@pytest.mark.parametrize("path", ["/reset", "/junk", "/hang"])
def test_no_answer_is_never_a_denial(api, path) -> None:
    with pytest.raises(Unreachable, match="does not answer") as raised:
        api.request(path, timeout=0.3)
    assert raised.value.hint
    assert len(Handler.seen) == 1  # no second try: the caller decides


def test_a_closed_port(server, tmp_path) -> None:
    api = kubeconfig(tmp_path / "kubeconfig", 1)
    with pytest.raises(Unreachable, match="refused"):
        api.request("/readyz")
    assert api.readiness() == "no answer"


@pytest.mark.parametrize(
    ("method", "kind"), [("POST", "application/json"), ("PATCH", "application/strategic-merge-patch+json")]
)
def test_what_is_sent(api, method, kind) -> None:
    api.request("/x/status/201", method, '{"a": "ü"}')
    assert Handler.seen == [(method, "/x/status/201", kind, b'{"a": "\\u00fc"}')]


def test_readiness(api, server) -> None:
    assert api.readiness() == ""
    server.ready = 500
    assert "500" in api.readiness()


def test_waiting_until_ready(api, server) -> None:
    server.ready = 500
    threading.Timer(0.1, lambda: setattr(server, "ready", 200)).start()
    api.wait_ready(5)
    server.ready = 503
    with pytest.raises(ClusterError, match="503"):
        api.wait_ready(0)


def test_a_kubeconfig_that_changed_is_read_again(tmp_path, server) -> None:
    file = tmp_path / "kubeconfig"
    api = kubeconfig(file, 1)
    assert api.readiness() == "no answer"
    kubeconfig(file, server.server_port)
    assert api.readiness() == ""
    file.write_text("clusters: [")  # half written
    assert api.readiness() == ""
    file.unlink()
    assert api.readiness() == ""


def test_events_as_they_come(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with serving(tmp_path / "kubeconfig") as scene:
        scene.put("/api/v1/pods")
        watch = Api(tmp_path / "kubeconfig").watch("/api/v1/pods?watch=1", 30)
        events = iter(watch)
        for uid in "ab":
            scene.send("/api/v1/pods", "ADDED", thing(uid))
            assert next(events)["object"]["metadata"]["uid"] == uid
        scene.end_watches()
        assert list(events) == []
        watch.release()
        watch.close()  # late, and harmless


@pytest.mark.parametrize("how", ["close", "away", "silence"])
def test_a_watch_that_breaks(tmp_path, monkeypatch, how) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with serving(tmp_path / "kubeconfig") as scene:
        scene.put("/api/v1/pods")
        watch = Api(tmp_path / "kubeconfig").watch("/api/v1/pods?watch=1", 0.2 if how == "silence" else 30)
        assert watch.status == 200
        scene.watch_of("/api/v1/pods")
        act = {"close": watch.close, "away": lambda: scene.go("away"), "silence": lambda: None}[how]
        timer = threading.Timer(0.05, act)
        timer.start()
        with pytest.raises(Unreachable):
            list(watch)
        timer.join()
        watch.release()


def test_a_watch_that_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with serving(tmp_path / "kubeconfig"):
        watch = Api(tmp_path / "kubeconfig").watch("/api/v1/none?watch=1", 30)
        assert watch.status == 404
        watch.release()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ssl.SSLEOFError(8, "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol"), "was closed"),
        (OSError("Remote end closed connection without response"), "the connection was closed"),
        (OSError("[Errno 104] Connection reset by peer"), "the connection was reset"),
        (OSError("x: Failed to establish a new connection: [Errno 111] Connection refused"), "connection refused"),
        (OSError("x: Read timed out. (read timeout=3)"), "timed out"),
        (OSError("x: (something else)"), "something else"),
        (OSError(), "OSError"),
    ],
)
def test_the_transports_words_are_plain(api, monkeypatch, error, said) -> None:
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(api, "_send", fail)
    with pytest.raises(Unreachable, match=f"does not answer: .*{said}\n"):
        api.request("/")


def test_an_api_server_that_stays_away_says_why(server, tmp_path) -> None:
    kubeconfig(tmp_path / "kubeconfig", server.server_port)
    server.ready = 500
    told = Api(tmp_path / "kubeconfig", lambda: "its container ended").wait_ready
    with pytest.raises(ClusterError, match=r"not ready \(/readyz says 500\); its container ended\.\n"):
        told(0)
