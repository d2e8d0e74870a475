"""opa-whitelist on real Gatekeeper: untouched, solved, wrong in every known way, right in others, and reset."""

import json
import time
from collections.abc import Iterator

import pytest
from answers import Bench, Right, Wrong, cases, chosen, right_answers, wrong_answers
from live_program import Lab

EXERCISE = "opa-whitelist"
WRONG, RIGHT = wrong_answers(EXERCISE), right_answers(EXERCISE)
OFTEN = chosen(WRONG, extra=1)
BEFORE = {  # the steps that matter to a step, in order
    "template": ("template",),
    "constraint": ("template", "constraint"),
    "audit": ("template", "constraint", "audit"),
    "refused": ("template", "constraint"),
    "admitted": ("template", "constraint", "admitted"),
    "harden": ("template", "constraint", "harden"),
    "quiet": ("template", "constraint", "quiet"),
    "dryrun": ("template", "constraint", "dryrun"),
}


@pytest.fixture(scope="module")
def opa(lab: Lab, state: object) -> Iterator[Lab]:
    """The lab with opa-whitelist started, and taken away at the end."""
    lab("start", EXERCISE)
    if lab.verify(EXERCISE).score[0]:  # a test before these solved it
        lab("reset", EXERCISE)
    yield lab
    lab("reset", "--all")


@pytest.fixture
def bench(opa: Lab, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The exercise as `lab start` left it, but faster than by a reset."""
    monkeypatch.setenv("LAB_STATE_HOME", str(opa.state))
    bench = Bench(opa, EXERCISE)
    bench.act("node-remove", path=bench.exercise.variables["static_manifest"])
    bench.act("gatekeeper-reset")
    bench.act("namespace-clear", namespace="default")
    bench.act("objects", file="pods.yaml", namespace=bench.exercise.variables["namespace"])
    bench.act("node-directory", path=bench.exercise.variables["folder"])
    return bench


def test_started_earns_nothing_solved_everything_and_reset_nothing(opa: Lab) -> None:
    untouched = opa.verify(EXERCISE, expect=1)
    assert untouched.score == (0, 20)
    assert all(check["expected"] and check["command"] for check in untouched.checks.values())
    report = json.loads(opa("solve", EXERCISE, "--format", "json").stdout)
    assert report["score"] == {"earned": 20, "possible": 20}
    assert opa.verify(EXERCISE, expect=0).score == (20, 20)
    before = opa.node("kubectl get pods -n gatekeeper-system -o jsonpath='{.items[*].metadata.uid}'")
    opa("reset", EXERCISE)
    assert opa.verify(EXERCISE, expect=1).score == (0, 20)
    after = opa.node("kubectl get pods -n gatekeeper-system -o jsonpath='{.items[*].metadata.uid}'")
    assert before == after  # nothing of Gatekeeper was touched, so nothing of it was started anew
    assert opa.node("kubectl get constrainttemplates,deployments,pods -o name") == ""


def test_the_namespace_of_another_team_has_a_new_name_each_time(opa: Lab) -> None:
    def others() -> set[str]:
        known = {"default", "kube-", "local-path-storage", "gatekeeper-system", "supply-chain"}
        listed = opa.node("kubectl get namespaces -o jsonpath='{.items[*].metadata.name}'").split()
        return {name for name in listed if not name.startswith(tuple(known))}

    before = others()
    opa("reset", EXERCISE)
    after = others()
    assert len(before) == len(after) == 1
    assert before != after
    pods = opa.node("kubectl get pods -A -o name")
    opa.verify(EXERCISE, expect=1)
    assert opa.node("kubectl get pods -A -o name") == pods  # looking made nothing


def test_what_the_seed_shows_is_seen(bench: Bench) -> None:
    bench.type("template", "constraint")
    wait = "until ! kubectl run nginx --image=nginx --dry-run=server >/dev/null 2>&1; do sleep 0.3; done"
    bench.run(f"timeout 60 bash -c '{wait}'")
    refused = bench.lab.node("kubectl run nginx --image=nginx 2>&1 || true")
    assert 'admission webhook "validation.gatekeeper.sh" denied the request' in refused
    assert "[pod-trusted-images] not trusted image!" in refused
    assert bench.lab.node("kubectl run nginx --image=docker.io/nginx") == "pod/nginx created\n"
    bench.run("kubectl wait --for=condition=Ready pod/nginx --timeout=60s")


@pytest.mark.parametrize("answer", cases(WRONG, OFTEN))
def test_a_wrong_answer_is_refused_with_its_reason(bench: Bench, answer: Wrong) -> None:
    bench.type(*BEFORE[answer.step])
    bench.run(answer.script)
    verdict, reason, observed = bench.judge(answer)
    assert (verdict, reason) == ("fail", answer.reason), observed


@pytest.mark.parametrize("answer", cases(RIGHT, {RIGHT[0].name}))
def test_another_right_answer_is_accepted(bench: Bench, answer: Right) -> None:
    bench.type("template", "constraint", "admitted", "harden")
    bench.run(answer.script)
    time.sleep(15)  # Gatekeeper says that it has taken a change in some seconds before its webhook decides by it
    for step in ("template", "constraint", "refused", "admitted", "harden"):
        verified = bench.lab.verify(f"{EXERCISE}/{step}")
        assert verified.code == 0, (step, verified.checks)


def test_resetting_brings_gatekeeper_back(bench: Bench) -> None:
    bench.type("template", "constraint")
    bench.run(
        "kubectl scale deployment -n gatekeeper-system gatekeeper-controller-manager --replicas=0\n"
        "kubectl delete validatingwebhookconfiguration gatekeeper-validating-webhook-configuration"
    )
    bench.lab("reset", EXERCISE)
    assert bench.lab.verify(EXERCISE, expect=1).score == (0, 20)
    bench.type("template", "constraint")
    assert bench.lab.verify(f"{EXERCISE}/constraint", expect=0).score == (2, 2)


def test_every_check_has_a_wrong_answer_that_is_always_tried() -> None:
    everything = {(answer.step, answer.check) for answer in WRONG}
    assert {(answer.step, answer.check) for answer in WRONG if answer.name in OFTEN} == everything
