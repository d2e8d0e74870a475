"""Policies and certificates that change under a running server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab.certs import client_pair, server_pair

from .serving import POLICY, Connection, Files, Server, review

FEWER = POLICY.replace("[docker.io, registry.k8s.io]", "[registry.k8s.io]")
CURRENT = "image_policy_webhook_policy_current"


@pytest.fixture
def server(files: Files) -> Iterator[Server]:
    running = Server(files, before="import lab.webhook.server as server\nserver.POLL = 0.05")
    yield running
    assert running.stop() == 0


def allowed(connection: Connection) -> bool:
    return bool(connection.ask(review("nginx:1"))["allowed"])


def test_a_policy_written_in_place(server: Server, connection: Connection) -> None:
    first = server.log[0]["policy"]
    assert allowed(connection)
    server.files.policy.write_text(FEWER)
    line = server.event("policy-taken")
    status = connection.ask(review("nginx:1"))
    assert "is not trusted" in status["reason"]
    assert status["auditAnnotations"]["policy"] == line["policy"] != first


def test_a_policy_renamed_over_the_old(server: Server, connection: Connection) -> None:
    new = server.files.folder / "new.yaml"
    new.write_text(FEWER)
    new.rename(server.files.policy)
    server.event("policy-taken")
    assert not allowed(connection)


def test_the_swap_of_a_config_map(tmp_path: Path) -> None:
    """As the kubelet lays it out: the name is a link through `..data`, which is what is swapped."""
    files = Files.new(tmp_path)
    files.policy.unlink()
    for name, text in (("..one", POLICY), ("..two", FEWER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("..one")
    files.policy.symlink_to("..data/policy.yaml")
    server = Server(files)
    connection = server.connection()
    assert allowed(connection)
    (tmp_path / "..data_tmp").symlink_to("..two")
    (tmp_path / "..data_tmp").rename(tmp_path / "..data")
    server.event("policy-taken")
    assert not allowed(connection)
    connection.close()
    assert server.stop() == 0


def test_the_last_good_policy_is_kept(server: Server, connection: Connection) -> None:
    server.files.policy.write_text("format_version: 1\ntrustd: {}\n")
    line = server.event("policy-rejected")
    assert line["problems"] == [
        f'{server.files.policy}:1: "trusted" is missing',
        f'{server.files.policy}:2: "trustd" is not known here; did you mean "trusted"?',
    ]
    assert allowed(connection)
    assert connection.ask(review("evil.io/x:1"))["allowed"] is False
    assert server.metric(CURRENT) == 0
    assert server.metric('image_policy_webhook_policy_reloads_total{result="rejected"}') == 1
    assert server.plain("/readyz")[0] == 200
    server.files.policy.write_text(POLICY)
    server.event("policy-taken")
    assert server.metric(CURRENT) == 1


def test_a_policy_that_is_gone(server: Server, connection: Connection) -> None:
    server.files.policy.unlink()
    assert server.event("policy-unreadable")["problems"][0].endswith(
        "policy.yaml cannot be read: No such file or directory"
    )
    assert allowed(connection)
    server.files.policy.write_text(FEWER)
    server.event("policy-taken")
    assert not allowed(connection)
    assert len([line for line in server.log if line["event"] == "policy-unreadable"]) == 1


def test_new_certificates(server: Server, connection: Connection) -> None:
    """New clients are let in and old ones are not; what was open ends with its next answer."""
    assert allowed(connection)
    files = server.files
    for name in ("server", "client"):
        for path in (files.cert(name), files.key(name)):
            path.with_name(f"old-{path.name}").write_bytes(path.read_bytes())
    files.put("server", server_pair(["external-service", "localhost"]))
    files.put("client", client_pair("kube-apiserver-2"))
    server.event("certificates-taken")

    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    assert answer.getheader("Connection") == "close"

    fresh = server.connection()
    fresh.ask(review("nginx:1", annotations={"x": "after"}))
    fresh.close()
    assert server.decision("after")["client"] == "kube-apiserver-2"

    stale = Connection(server.port, files.context("old-client"))
    with pytest.raises(OSError):
        stale.ask(review("nginx:1"))
    stale.close()


def test_bad_certificates_are_not_taken(server: Server, connection: Connection) -> None:
    expired = server_pair(["localhost"], now=datetime.now(UTC) - timedelta(days=400))
    good = server.files.context()
    server.files.put("server", expired)
    assert "expired at" in server.event("certificates-rejected")["problems"][0]
    fresh = Connection(server.port, good)
    assert allowed(fresh)
    fresh.close()
    assert server.metric('image_policy_webhook_certificate_reloads_total{result="rejected"}') >= 1
