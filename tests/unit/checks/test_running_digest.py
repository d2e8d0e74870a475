import json
from dataclasses import replace

import pytest
from asking import asks_of

from lab.checks.asks import Answer, CouldNotTell, NodeAsk, Observation, Unknown
from lab.checks.base import REGISTRY
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


@pytest.mark.parametrize(("listener", "reason"), [(4711, ""), (99, "impostor")])
def test_another_component_is_judged_by_its_own_image_and_port(world, listener, reason) -> None:
    """kube-scheduler listens on 10259, as kubeadm's manifest names it; nothing of the API server's is asked for."""
    scheduler = "registry.k8s.io/kube-scheduler@{scheduler}"
    golden = PORT.replace("kube-apiserver", "kube-scheduler").replace("6443", "10259").encode()
    row = {"asked": world.fill(scheduler), "id": world.fill("{scheduler_config}"), "pid": 4711}
    answers = [
        Answer(json.dumps(row)),
        world.manifests(("kube-scheduler.yaml", world.pod(scheduler, "kube-scheduler"))),
        world.listing,
        Answer(f'LISTEN 0 4096 127.0.0.1:10259 0.0.0.0:* users:(("kube-scheduler",pid={listener},fd=3))\n'),
    ]
    facts = replace(world.facts, manifests={"kube-scheduler.yaml": golden})
    params = {"component": "kube-scheduler"}
    check = REGISTRY["running-digest"]
    commands = [
        ask.command for ask in asks_of(check, check.takes(**params), facts, Observation()) if isinstance(ask, NodeAsk)
    ]
    assert not [command for command in commands if "6443" in command or "apiserver" in command]
    assert world.judge("running-digest", answers, facts, **params).reason == reason
