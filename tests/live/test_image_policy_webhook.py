"""image-policy-webhook on a real API server: untouched, solved, wrong in every known way, right in others, reset."""

import json
import re
from collections.abc import Iterator

import pytest
from answers import Bench, Right, Wrong, cases, chosen, right_answers, wrong_answers
from live_program import Lab

from lab.checks.support import pflag
from lab.paths import ClusterPaths

EXERCISE = "image-policy-webhook"
STEPS = ("files", "plugin", "closed", "open", "decide")
WRONG = sorted(wrong_answers(EXERCISE), key=lambda answer: STEPS.index(answer.step))  # few restarts
RIGHT = right_answers(EXERCISE)
OFTEN = chosen(WRONG, extra=1)
# The seed's sentence of 2021; the resolver's address is the one thing that differs from machine to machine.
SEED_TEXT = (
    'Error from server (Forbidden): pods "test" is forbidden: Post "https://external-service:1234/check-image'
    '?timeout=30s": dial tcp: lookup external-service on RESOLVER: no such host'
)


@pytest.fixture(scope="module")
def policy(lab: Lab) -> Iterator[Lab]:
    """The lab with image-policy-webhook started, and taken away at the end."""
    lab("start", EXERCISE)
    yield lab
    lab("reset", "--all")


# What answers leave behind beside the manifest and the exercise's files; the API server may be away.
CLEAN = """
pkill -x socat || true
rm -rf /etc/kubernetes/kube-apiserver.yaml "/etc/kubernetes/admission control"
sed /external-service/d /etc/hosts >/tmp/hosts
cat /tmp/hosts >/etc/hosts
kubectl() { command kubectl --request-timeout=3s "$@" >/dev/null 2>&1 || true; }
if command kubectl get --raw /readyz --request-timeout=2s >/dev/null 2>&1; then
    kubectl delete resourcequota --all -n default
    kubectl label namespace default pod-security.kubernetes.io/enforce-
    kubectl delete validatingadmissionpolicybindings,validatingadmissionpolicies --all
fi
"""
# The solved manifest lies where the solutions look for it; the one that is in force is taken out.
SWAP = """
cd /etc/kubernetes/manifests
for file in [!.]*; do case $file in etcd.yaml|kube-controller-manager.yaml|kube-scheduler.yaml|kube-apiserver.yaml) ;;
    *) rm -f "$file";; esac; done
rm -f kube-apiserver.yaml
cat >../kube-apiserver.yaml
"""
START = """
timeout 60 bash -c 'while pgrep -x kube-apiserver >/dev/null; do sleep 0.2; done'
mv /etc/kubernetes/kube-apiserver.yaml /etc/kubernetes/manifests/
timeout 120 bash -c 'until kubectl get --raw /readyz >/dev/null 2>&1; do sleep 0.3; done'
"""


class Plugin(Bench):
    """The exercise as its solution left it, with one restart of the API server at most."""

    solved: bytes = b""

    def prepare(self, step: str) -> None:
        """What a learner has who has solved a step."""
        variables = self.exercise.variables
        self.act("webhook-remove")
        self.run(CLEAN)
        if step == "files":
            self.act("restore-kept-manifest")
        self.act("node-remove", path=variables["admission"])
        self.act("node-remove", path=variables["folder"])
        self.act("webhook-files", folder=variables["folder"], service=variables["service"])
        self.type("files")
        if step == "files":
            return
        kept = (
            ClusterPaths(self.lab.name).kept_manifest("image-policy-webhook").read_bytes()
        )  # the copy that the solution makes
        self.lab.node(f"cat >{variables['folder']}/kube-apiserver.yaml", input=kept)
        if not Plugin.solved:
            self.act("restore-kept-manifest")
            self.type("plugin")
            Plugin.solved = self.lab.node("cat /etc/kubernetes/manifests/kube-apiserver.yaml").encode()
        else:
            self.lab.node(SWAP, input=Plugin.solved)
        if step in ("open", "decide"):
            self.type(step)  # it starts the API server
        elif "kube-apiserver.yaml" not in self.lab.node("ls /etc/kubernetes/manifests"):
            self.run(START)
        if step in ("plugin", "closed"):
            self.act("namespace-clear", namespace="default")


@pytest.fixture
def bench(policy: Lab, monkeypatch: pytest.MonkeyPatch) -> Plugin:
    """The bench; each test says what has to be solved before."""
    monkeypatch.setenv("LAB_STATE_HOME", str(policy.state))
    return Plugin(policy, EXERCISE)


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


def test_what_the_seed_shows_is_seen(bench: Plugin) -> None:
    bench.prepare("plugin")
    refused = bench.lab.node("kubectl run test --image=nginx 2>&1 || true").strip()
    assert re.sub(r" on \S+: ", " on RESOLVER: ", refused) == SEED_TEXT


@pytest.mark.parametrize("answer", cases(WRONG, OFTEN))
def test_a_wrong_answer_is_refused_with_its_reason(bench: Plugin, answer: Wrong) -> None:
    bench.prepare(answer.step)
    bench.run(answer.script)
    verdict, reason, observed = bench.judge(answer)
    assert (verdict, reason) == ("fail", answer.reason), observed


@pytest.mark.parametrize("answer", cases(RIGHT, set()))
def test_another_right_answer_is_accepted(bench: Plugin, answer: Right) -> None:
    bench.prepare("plugin")
    bench.run(answer.script)
    for step in ("files", "plugin", "closed"):
        verified = bench.lab.verify(f"{EXERCISE}/{step}")
        assert verified.code == 0, (step, verified.checks)


@pytest.mark.long
def test_an_unusual_way_earns_everything(bench: Plugin) -> None:
    """What the files hold is the learner's; so the values of the later steps are set where this answer has them."""
    unusual = next(answer for answer in RIGHT if answer.name == "unusual")
    config = '"/etc/kubernetes/admission control/config.yaml"'
    bench.prepare("plugin")
    bench.run(unusual.script)
    assert bench.lab.verify(f"{EXERCISE}/closed").code == 0
    bench.run(f"sed -i 's/defaultAllow: false/defaultAllow: true/' {config}\nout\nback\nready")
    assert bench.lab.verify(f"{EXERCISE}/open").code == 0
    bench.run(f"sed -i 's/defaultAllow: true/defaultAllow: false/' {config}\nout\nback\nready")
    bench.act("webhook-up")
    bench.run("until kubectl run test --image=nginx:stable; do sleep 1; done")
    verified = bench.lab.verify(EXERCISE)
    assert verified.score[0] == verified.score[1], verified.checks


def test_the_decided_pod_counts_after_a_restart(bench: Plugin) -> None:
    bench.prepare("decide")
    assert bench.lab.verify(f"{EXERCISE}/decide").code == 0
    bench.run("out\nback\nready")
    assert bench.lab.verify(f"{EXERCISE}/decide").code == 0


def test_the_flags_without_a_value_are_those_of_this_api_server(bench: Plugin) -> None:
    told = bench.lab.node("crictl exec $(crictl ps -q --name '^kube-apiserver$') kube-apiserver --help")
    rows = [line.split() for line in told.splitlines() if re.match(r" +(-\w, )?--", line)]
    words = [[word for word in row if not re.match(r"-\w,", word)] for row in rows]
    # a type begins with a small letter (but Level), a description does not
    found = {row[0].removeprefix("--") for row in words if not row[1][0].islower() and row[1] != "Level"}
    assert found == pflag.SWITCHES - {"help", "version"}


def test_every_check_has_a_wrong_answer_that_is_always_tried() -> None:
    everything = {(answer.step, answer.check) for answer in WRONG}
    assert {(answer.step, answer.check) for answer in WRONG if answer.name in OFTEN} == everything
