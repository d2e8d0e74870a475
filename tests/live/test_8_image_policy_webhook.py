"""image-policy-webhook on a real API server: untouched, solved, wrong in every known way, right in others, reset."""

import json
import re
from collections.abc import Iterator

import pytest
from answers import SEED, Bench, Right, Wrong, cases, chosen, right_answers, wrong_answers
from live_program import Lab

EXERCISE = "image-policy-webhook"
WRONG, RIGHT = wrong_answers(EXERCISE), right_answers(EXERCISE)
OFTEN = chosen(WRONG, extra=2)
BEFORE = {  # the steps that matter to a step, in order
    "files": ("files",),
    "plugin": ("files", "plugin"),
    "closed": ("files", "plugin", "closed"),
    "open": ("files", "plugin", "open"),
    "decide": ("files", "plugin", "decide"),
}
# The seed's sentence of 2021; the resolver's address is the one thing that differs from machine to machine.
SEED_TEXT = (
    'Error from server (Forbidden): pods "test" is forbidden: Post "https://external-service:1234/check-image'
    '?timeout=30s": dial tcp: lookup external-service on RESOLVER: no such host'
)


@pytest.fixture(scope="module")
def policy(lab: Lab) -> Iterator[Lab]:
    """The lab with image-policy-webhook started, and taken away at the end."""
    lab("reset", "--all")
    lab("start", EXERCISE)
    yield lab
    lab("reset", "--all")


@pytest.fixture
def bench(policy: Lab, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The exercise as `lab start` left it; the control plane is restarted only where it has to be."""
    monkeypatch.setenv("LAB_STATE_HOME", str(policy.state))
    bench = Bench(policy, EXERCISE)
    variables = bench.exercise.variables
    bench.act("webhook-remove")
    bench.act("restore-kept-manifest")
    bench.act("node-remove", path=variables["admission"])
    bench.act("node-remove", path=variables["folder"])
    bench.act("namespace-clear", namespace="default")
    bench.act("webhook-files", folder=variables["folder"], service=variables["service"])
    return bench


def test_started_earns_nothing_solved_everything_and_reset_nothing(policy: Lab) -> None:
    possible = policy.verify(EXERCISE, expect=1).score
    assert possible[0] == 0
    report = json.loads(policy("solve", EXERCISE, "--format", "json").stdout)
    assert report["score"] == {"earned": possible[1], "possible": possible[1]}
    assert policy.verify(EXERCISE, expect=0).score[0] == possible[1]
    policy("reset", EXERCISE)
    assert policy.verify(EXERCISE, expect=1).score == possible
    assert policy.node("ls /etc/kubernetes") == policy.node("ls /etc/kubernetes | grep -v admission")
    assert "ImagePolicyWebhook" not in policy.node("cat /etc/kubernetes/manifests/kube-apiserver.yaml")


def test_what_the_seed_shows_is_seen(bench: Bench) -> None:
    bench.type("files", "plugin")
    refused = bench.lab.node("kubectl run test --image=nginx 2>&1 || true").strip()
    assert re.sub(r" on \S+: ", " on RESOLVER: ", refused) == SEED_TEXT


@pytest.mark.parametrize("answer", cases(WRONG, OFTEN))
def test_a_wrong_answer_is_refused_with_its_reason(bench: Bench, answer: Wrong) -> None:
    bench.type(*BEFORE[answer.step])
    bench.run(answer.script)
    verdict, reason, observed = bench.judge(answer)
    assert (verdict, reason) == ("fail", answer.reason), observed


@pytest.mark.parametrize("answer", cases(RIGHT, set()))
def test_another_right_answer_is_accepted(bench: Bench, answer: Right) -> None:
    bench.type("files", "plugin")
    bench.run(answer.script)
    for step in ("files", "plugin", "closed"):
        verified = bench.lab.verify(f"{EXERCISE}/{step}")
        assert verified.code == 0, (step, verified.checks)


def test_what_is_tried() -> None:
    """Says how many of the wrong answers a run without the long tests tries."""
    print(f"\n{EXERCISE}: make test tries {len(OFTEN)} of {len(WRONG)} wrong answers (LAB_SEED={SEED})")
    everything = {(answer.step, answer.check) for answer in WRONG}
    assert {(answer.step, answer.check) for answer in WRONG if answer.name in OFTEN} == everything
