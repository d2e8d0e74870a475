"""TLS to an API server by what a kubeconfig says, and kubeconfigs that say nothing of use."""

import base64
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from lab import certs
from lab.errors import ClusterError
from lab.k8s.api import Api, Unreachable, connect


class Handler(BaseHTTPRequestHandler):
    """Says who asked."""

    def do_GET(self) -> None:
        body = repr(self.connection.getpeercert()["subject"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """A client that does not trust it hangs up."""


SERVER, CLIENT = certs.server_pair(["127.0.0.1"]), certs.client_pair("kubernetes-admin")


@pytest.fixture
def port(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=CLIENT.certificate.decode())
    (tmp_path / "server.pem").write_bytes(SERVER.certificate + SERVER.key)
    context.load_cert_chain(tmp_path / "server.pem")
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def kubeconfig(port=1, ca=SERVER.certificate, client=CLIENT):
    """What kind writes, with another cluster beside ours, as it would not."""
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": encoded(ca)}
    user = {"client-certificate-data": encoded(client.certificate), "client-key-data": encoded(client.key)}
    return {
        "clusters": [{"name": "other", "cluster": {"server": "https://other"}}, {"name": "ours", "cluster": cluster}],
        "contexts": [{"name": "here", "context": {"cluster": "ours", "user": "admin"}}],
        "users": [{"name": "admin", "user": user}],
        "current-context": "here",
    }


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kubeconfig"


def test_both_sides_show_their_certificates(file, port, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # nothing that is on this machine is behind a proxy
    file.write_text(yaml.safe_dump(kubeconfig(port)))
    answer = Api(file).request("/")
    assert answer.status == 200
    assert "kubernetes-admin" in answer.body


def test_a_server_that_is_not_the_clusters(file, port) -> None:
    file.write_text(yaml.safe_dump(kubeconfig(port, ca=certs.server_pair(["127.0.0.1"]).certificate)))
    with pytest.raises(Unreachable, match=r"(?i)certificate"):
        Api(file).request("/")


def without(*path):
    content = part = kubeconfig()
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    return content


BAD = [
    None,
    [],
    {},
    "clusters",
    without("current-context"),
    without("contexts"),
    without("contexts", 0),
    without("clusters", 1),
    without("users", 0),
    without("users", 0, "user"),
    without("users", 0, "user", "client-key-data"),
    without("clusters", 1, "cluster", "server"),
    without("clusters", 1, "cluster", "certificate-authority-data"),
    kubeconfig(ca=b"junk"),
    kubeconfig(client=certs.Pair(b"junk", b"junk")),
    kubeconfig(client=certs.Pair(CLIENT.certificate, SERVER.key)),
]


@pytest.mark.parametrize("content", BAD)
def test_what_is_no_kubeconfig_of_the_labs(file, content) -> None:
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(ClusterError, match="cannot be used") as raised:
        connect(file)
    assert str(file) in raised.value.message
    assert raised.value.hint == "lab up"


@pytest.mark.parametrize("text", ["clusters: [", "\x00", "a: b: c"])
def test_what_is_no_yaml(file, text) -> None:
    file.write_text(text)
    with pytest.raises(ClusterError, match="not a kubeconfig"):
        connect(file)


def test_a_file_that_is_not_there(file) -> None:
    with pytest.raises(ClusterError, match="No such file"):
        connect(file)
