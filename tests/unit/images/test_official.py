import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab.images import official


@pytest.fixture
def registry(monkeypatch):
    """A server that answers /v2/ with a status of the test's choice."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(answer[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    answer = [200]
    asked: list[str] = []
    monkeypatch.setenv("no_proxy", "*")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    monkeypatch.setenv("LAB_NODE_IMAGE", f"127.0.0.1:{server.server_port}/kindest/node:v1@sha256:aa")
    yield answer, asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("status", "said"), [(200, "answers"), (401, "answers (401)"), (503, "answers (503)")])
def test_a_registry_that_answers(workshop, registry, status, said) -> None:
    answer, asked = registry
    answer[0] = status
    found = official.finding(workshop.pins)
    assert (found.ok, found.required, asked) == (True, False, ["/v2/"])
    assert found.seen.endswith(said)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost:1", "127.0.0.1:not-a-port"])
def test_a_registry_that_does_not_answer(workshop, monkeypatch, host) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("LAB_NODE_IMAGE", f"{host}/kindest/node:v1")
    found = official.finding(workshop.pins)
    assert (found.ok, found.required) == (False, False)
    assert found.seen == f"{host} does not answer"
    assert "built from source" in found.advice


@pytest.mark.parametrize(
    ("image", "host"),
    [
        ("kindest/node:v1", "registry-1.docker.io"),
        ("node", "registry-1.docker.io"),
        ("mirror.example.com/kindest/node", "mirror.example.com"),
        ("mirror:5000/node", "mirror:5000"),
    ],
)
def test_which_registry_is_asked(workshop, monkeypatch, image, host) -> None:
    def refuse(url: str, **options: object) -> None:
        asked.append(url)
        raise OSError

    asked: list[str] = []
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setenv("LAB_NODE_IMAGE", image)
    assert not official.finding(workshop.pins).ok
    assert asked == [f"https://{host}/v2/"]


@pytest.mark.parametrize(
    ("output", "answered"),
    [
        ("", False),
        ("\n$ docker pull kindest/node:v1\n", False),
        ("Error response from daemon: Get https://registry-1.docker.io/v2/: timeout", False),
        ("docker.io/kindest/node:v1: Pulling from kindest/node\n", True),
        ("a1b2: Pulling fs layer\n", True),
        ("\xff\xfePulling from x", True),
    ],
)
def test_what_counts_as_an_answer(tmp_path, output, answered) -> None:
    log = tmp_path / "log"
    log.write_bytes(output.encode("latin-1"))
    assert official._answered(log) is answered


def pull(docker: Path, *lines: str) -> None:
    body = "".join(f"    {line}\n" for line in lines)
    docker.write_text(f'#!/bin/bash\ncase "$1" in\nimage) exit 1;;\npull)\n{body}esac\n')


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(official, "DECISION", 0.5)


@pytest.mark.usefixtures("quick")
def test_a_pull_that_ends_well(workshop, docker) -> None:
    pull(docker, "echo 'v1: Pulling from kindest/node'", "sleep 0.8", "echo done")  # longer than the decision
    assert official.obtain(workshop) == workshop.pins.node_image
    assert not any("No image registry" in line for line in workshop.status.lines)


@pytest.mark.usefixtures("quick")
def test_an_image_that_is_there_is_not_pulled(workshop, docker, tmp_path) -> None:
    docker.write_text(f'#!/bin/sh\necho "$1" >>{tmp_path}/asked\n')
    assert official.obtain(workshop) == workshop.pins.node_image
    assert (tmp_path / "asked").read_text() == "image\n"


@pytest.mark.parametrize(
    "lines",
    [
        ("echo 'Error response from daemon: no such host' >&2", "exit 1"),
        ("echo 'v1: Pulling from kindest/node'", "echo 'unexpected EOF'", "exit 1"),
        ("exit 125",),
    ],
)
@pytest.mark.usefixtures("quick")
def test_a_pull_that_fails_means_a_build(workshop, docker, lines) -> None:
    pull(docker, *lines)
    assert official.obtain(workshop) == ""
    assert "the node image is built from source" in workshop.status.lines[-1]


@pytest.mark.usefixtures("quick")
def test_a_silent_registry_is_given_up_and_the_pull_ended(workshop, docker, tmp_path) -> None:
    pull(docker, f"echo $$ >{tmp_path}/pid", "sleep 60")
    assert official.obtain(workshop) == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.usefixtures("quick")
def test_no_docker_command_means_a_build_too(workshop, docker) -> None:
    docker.unlink()
    os.environ["PATH"] = str(docker.parent)
    assert official.obtain(workshop) == ""
