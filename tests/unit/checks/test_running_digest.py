import json
from dataclasses import replace

import pytest

from lab.checks.asks import Answer, CouldNotTell, Unknown
from lab.model import Verdict

QUIET = Answer("")
PORT = """
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver}
spec: {containers: [{name: kube-apiserver, ports: [{containerPort: 6443, name: probe-port}]}]}
"""


@pytest.fixture
def judge(world):
    def judge(*containers, manifest="{repository}@{right}", listener=4711, ran=None):
        rows = [json.dumps({"asked": world.fill(a), "id": world.fill(i), "pid": p}) for a, i, p in containers]
        socket = f'LISTEN 0 4096 *:6443 *:* users:(("kube-apiserver",pid={listener},fd=3))\n'
        answers = [
            ran if ran is not None else Answer("".join(f"{row}\n" for row in rows)),
            world.manifests(("kube-apiserver.yaml", world.pod(manifest))),
            world.listing,
            Answer(socket) if isinstance(listener, int) else listener,
        ]
        golden = {"kube-apiserver.yaml": PORT.encode()}
        return world.judge("running-digest", answers, replace(world.facts, manifests=golden), component=world.component)

    return judge


RIGHT = ("{repository}@{right}", "{config}", 4711)


@pytest.mark.parametrize("asked", ["{repository}@{right}", "{tag}@{right}"])
def test_accepted(judge, asked) -> None:
    found = judge((asked, "{config}", 4711))
    assert (found.verdict, found.reason) == (Verdict.PASS, "")
    assert "crictl" in found.command


def test_every_wrong_digest(world, judge, wrong) -> None:
    text, reason = wrong
    found = judge((f"{world.repository}@{text}", "{config}", 4711))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)


@pytest.mark.parametrize(
    ("containers", "more", "reason"),
    [
        ([], {}, "not-running"),
        ([("{tag}", "{config}", 4711)], {"manifest": "{tag}"}, "tag-only"),
        ([("{tag}", "{config}", 4711)], {}, "old-container"),
        ([("kube-apiserver@{right}", "{config}", 4711)], {}, "other-repository"),
        ([("{repository}@{right}", "{copy_config}", 4711)], {}, "relabelled-copy"),
        ([RIGHT, ("{tag}", "{config}", 5)], {"manifest": "{tag}"}, "tag-only"),
        ([RIGHT], {"listener": 99}, "impostor"),
    ],
)
def test_other_wrong_states(judge, containers, more, reason) -> None:
    found = judge(*containers, **more)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)


@pytest.mark.parametrize("listener", [QUIET, Answer("\n")])
def test_nobody_on_the_port_is_for_the_readiness_check(judge, listener) -> None:
    assert judge(RIGHT, listener=listener).verdict is Verdict.PASS


def test_one_of_two_containers_serves_while_the_old_one_ends(judge) -> None:
    assert judge(RIGHT, (RIGHT[0], RIGHT[1], 4712), listener=4712).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "ran", [Unknown("hung"), Answer("connect: no such file containerd.sock", 5), Answer("jq: error", 1)]
)
def test_a_silent_container_runtime_is_no_fail(judge, ran) -> None:
    with pytest.raises(CouldNotTell):
        judge(ran=ran)


@pytest.mark.parametrize(
    "text",
    ["not json", "[]", '"text"', "{}", "3", '{"asked": null, "id": null, "pid": 1}',
     '{"asked": "x@y", "id": "z", "pid": "soon"}', '{"asked": "a", "id": "b"'],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_no_fail(judge, text) -> None:
    with pytest.raises((CouldNotTell, ValueError, KeyError, TypeError, AttributeError)):
        judge(ran=Answer(text + "\n"))


@pytest.mark.parametrize(
    ("listener", "said"),
    [
        (Unknown("hung"), "hung"),
        (Answer("bash: ss: command not found\n", 127), "command not found"),
        (Answer("Cannot open netlink socket: Operation not permitted\n", 255), "netlink"),
        (Answer('LISTEN 0 4096 *:6443 *:* users:(("kube-apiserver",pid=4711,fd=3))\n', 1), "could not be looked up"),
        (Answer("", 1), "could not be looked up"),
        (Answer("LISTEN 0 4096 *:6443 *:*\n"), "does not say which process"),
        (Answer('users:(("x",pid=,fd=1))'), "does not say which process"),
    ],
)
def test_a_port_that_cannot_be_looked_at_is_no_pass(judge, listener, said) -> None:
    with pytest.raises(CouldNotTell, match=said):
        judge(RIGHT, listener=listener)
