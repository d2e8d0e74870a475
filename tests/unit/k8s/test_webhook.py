import io
import tarfile

import pytest

from lab import shell
from lab.errors import CommandError, EngineError
from lab.k8s import webhook
from lab.shell import Completed

STARTED = '{"event":"started","listen":"[::]:1234"}\n'


@pytest.fixture
def docker(monkeypatch):
    """What was run with its input, and what is answered by the client's verb."""
    ran, answers = [], {"inspect": (0, "true\n"), "logs": (0, STARTED)}

    def run(argv, *, check=True, input=None, **options):
        ran.append((" ".join(argv), input))
        code, text = answers.get(argv[1], (0, ""))
        if check and code:
            raise CommandError(argv, code, text)
        return Completed(tuple(argv), code, text.encode(), b"")

    monkeypatch.setattr(shell, "run", run)
    monkeypatch.setattr(webhook, "START_TIMEOUT", 0.2)
    return ran, answers


FILES = {"cert.pem": b"cert", "key.pem": b"key", "client-ca.pem": b"ca", "policy.yaml": b"policy"}


def test_it_is_started_under_the_services_name_as_an_ordinary_user(docker) -> None:
    ran, _ = docker
    webhook.start("exam", "cks-lab/webhook:1", FILES)
    commands = [command for command, _ in ran]
    assert commands[0] == "docker rm -f -v exam-webhook"
    for part in ("--network exam", "--network-alias external-service", "--user 65532", "--cap-drop ALL"):
        assert part in commands[1]
    assert "--label io.cks-lab.name=exam" in commands[1]
    assert " -p " not in commands[1]
    [archive] = [input for command, input in ran if command == "docker cp - exam-webhook:/etc"]
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {entry.name: (entry.uid, entry.mode) for entry in tar}
        key = tar.extractfile("webhook/key.pem")
        assert key
        assert key.read() == b"key"
    assert files["webhook/key.pem"] == (65532, 0o400)
    assert files["webhook"] == (65532, 0o500)


def test_one_that_does_not_come_to_listen_is_removed_and_says_why(docker) -> None:
    ran, answers = docker
    answers["logs"] = (0, "policy.yaml:3: no such key\n")
    with pytest.raises(EngineError, match="no such key"):
        webhook.start("exam", "cks-lab/webhook:1", FILES)
    assert ran[-1][0] == "docker rm -f -v exam-webhook"


def test_decisions_are_those_of_a_webhook_that_runs(docker) -> None:
    assert webhook.decisions("exam") == STARTED
    docker[1]["inspect"] = (1, "")
    assert webhook.decisions("exam") is None
