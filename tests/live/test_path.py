"""`lab path` on a real cluster: the states of the stations, and who stops a pod where and in whose words."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from answers import Bench
from live_program import Lab

IMAGE_POLICY, WEBHOOKS = "validating/ImagePolicyWebhook", "validating/ValidatingAdmissionWebhook"
GATEKEEPER, CONSTRAINT = "webhook/validation.gatekeeper.sh", "constraint/K8sTrustedImages/pod-trusted-images"
DENIED, ALLOWED = "quay.io/acme/reports:1.4", "nginx:stable"
MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
OWN_NAMESPACE = "lab-path-test"
POLICY = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: only-digests}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations:
    - {expression: "object.spec.containers.all(c, c.image.contains('@'))", message: name images by digest}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: only-digests-everywhere}
spec:
  policyName: only-digests
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: lab-path-test}}}
"""


class Way:
    """What `lab path --json` said: the whole, and each station and part by its id."""

    def __init__(self, lab: Lab, *arguments: str, expect: int | None = 0) -> None:
        self.whole: dict[str, Any] = json.loads(lab("path", *arguments, "--json", expect=expect).stdout)
        self.stations: dict[str, dict[str, Any]] = {}
        for station in self.whole["stations"]:
            self._keep(station)

    def _keep(self, station: dict[str, Any]) -> None:
        self.stations[station["id"]] = station
        for part in station["parts"]:
            self._keep(part)

    def state(self, name: str) -> str:
        return str(self.stations[name]["state"])

    def words(self, name: str) -> str:
        return str(self.stations[name]["words"])

    @property
    def stopped(self) -> tuple[str, str]:
        return self.whole["outcome"], self.whole["stopped_at"]


def until(found: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline
        time.sleep(1)


@pytest.fixture(scope="module")
def own(lab: Lab) -> Iterator[Lab]:
    """A namespace with a policy of its own, taken away at the end."""
    lab.node(f"kubectl create namespace {OWN_NAMESPACE}")
    lab.node("kubectl apply -f -", input=POLICY.encode())
    lab.node(f"until kubectl -n {OWN_NAMESPACE} get serviceaccount default 2>/dev/null; do sleep 0.2; done")
    yield lab
    lab.node("kubectl delete validatingadmissionpolicy,validatingadmissionpolicybinding --all")
    lab.node(f"kubectl delete namespace {OWN_NAMESPACE}")


def test_an_untouched_cluster_lets_an_image_pass_every_station(lab: Lab) -> None:
    stands = Way(lab)
    assert stands.state(IMAGE_POLICY) == "off"
    assert stands.state("api-server") == "on"
    assert stands.words("authentication").startswith("The lab is kubernetes-admin")
    assert "--authorization-mode is Node,RBAC" in stands.words("authorization")
    assert "by the tag v1.36" in stands.words("manifest")
    assert stands.state("container/kube-apiserver") == "yes"
    assert "On this node the name stands for sha256:" in stands.words("container/kube-apiserver")
    assert "unknown" not in {each["state"] for each in stands.stations.values()}
    pods = lab.node("kubectl get pods -A -o name")
    tried = Way(lab, ALLOWED)
    assert tried.stopped == ("admitted", "")
    assert tried.state("validating/PodSecurity") == "yes"
    assert lab.node("kubectl get pods -A -o name") == pods
    text = lab("path").stdout
    assert all(len(line) <= 80 or "look with: " in line for line in text.splitlines())


def test_four_controls_stop_a_pod_each_at_its_own_station(own: Lab) -> None:
    there = "-n", OWN_NAMESPACE
    until(lambda: Way(own, ALLOWED, *there, expect=None).stopped[0] == "refused")
    policy = Way(own, ALLOWED, *there, expect=1)
    assert policy.stopped == ("refused", "policy/only-digests/only-digests-everywhere")
    assert policy.whole["said"] == "name images by digest"
    assert (policy.state("validating/PodSecurity"), policy.state(WEBHOOKS)) == ("yes", "not-reached")
    digest = f"nginx@sha256:{'0' * 64}"
    assert Way(own, digest, *there).stopped == ("admitted", "")
    own.node(f"kubectl -n {OWN_NAMESPACE} create quota none --hard=pods=0")
    until(lambda: "none" in Way(own, digest, *there, expect=None).words("validating/ResourceQuota"))
    until(lambda: Way(own, digest, *there, expect=None).stopped == ("refused", "validating/ResourceQuota"))
    own.node(f"kubectl label namespace {OWN_NAMESPACE} pod-security.kubernetes.io/enforce=restricted")
    until(lambda: Way(own, digest, *there, expect=None).stopped == ("refused", "validating/PodSecurity"))
    security = Way(own, digest, *there, expect=1)
    assert 'violates PodSecurity "restricted:latest"' in security.whole["said"]
    assert security.state("policy/only-digests/only-digests-everywhere") == "not-reached"
    nowhere = Way(own, digest, "-n", "nowhere", expect=1)
    assert nowhere.stopped == ("refused", "mutating/NamespaceLifecycle")


@pytest.mark.long
def test_a_pod_that_exists_is_told_up_to_its_image(lab: Lab) -> None:
    name = lab.node("kubectl -n kube-system get pods -l k8s-app=kube-dns -o jsonpath='{.items[0].metadata.name}'")
    way = Way(lab, name, "-n", "kube-system")
    assert way.whole["kind"] == "pod"
    assert f"{lab.name}-control-plane" in way.words("kubelet")
    assert way.state("container/coredns") == "yes"
    mirror = Way(lab, f"kube-apiserver-{lab.name}-control-plane", "-n", "kube-system")
    assert "read the pod from a file of the node" in mirror.words("kubelet")
    assert mirror.state("container/kube-apiserver") == "yes"


@pytest.mark.long
def test_an_api_server_that_is_away_says_why_and_the_node_is_told(lab: Lab) -> None:
    lab.node(f"mv {MANIFEST} /etc/kubernetes/kept.yaml")
    try:
        lab.node("timeout 60 bash -c 'while pgrep -x kube-apiserver >/dev/null; do sleep 0.2; done'")
        gone = Way(lab, expect=3)
        assert gone.stopped == ("unknown", "api-server")
        assert gone.state("api-server") == "unreachable"
        assert "no manifest" in gone.words("api-server")
        assert gone.state("authentication") == "not-reached"
        assert (gone.state("etcd"), gone.state("kubelet"), gone.state("manifest")) == ("on", "on", "no")
        image = Way(lab, ALLOWED, expect=3)
        assert image.stopped == ("unknown", "api-server")
        lab.node(f"sed 's/--secure-port=/--secure-prot=/' /etc/kubernetes/kept.yaml >{MANIFEST}")
        until(lambda: "unknown flag: --secure-prot" in Way(lab, expect=3).words("api-server"), 90)
        assert "crictl logs" in Way(lab, expect=3).stations["api-server"]["next"]
    finally:
        lab.node(f"rm -f {MANIFEST}; mv /etc/kubernetes/kept.yaml {MANIFEST}")
    seen: set[str] = set()

    def ready() -> bool:
        seen.add(Way(lab, expect=None).state("api-server"))
        return "on" in seen

    until(ready, 180)
    assert "restarting" in seen


@pytest.mark.long
def test_an_image_by_digest_is_told_in_manifest_and_container(digest: Lab) -> None:
    digest("solve", "image-digest")
    way = Way(digest)
    assert "(by digest)" in way.words("manifest")
    assert "A digest is always this very image." in way.words("container/kube-apiserver")
    digest("reset", "image-digest")


@pytest.fixture
def bench(lab: Lab, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The exercise that is the parameter, started, and taken away at the end."""
    monkeypatch.setenv("LAB_STATE_HOME", str(lab.state))
    lab("start", request.param)
    yield Bench(lab, request.param)
    lab("reset", "--all")


@pytest.mark.long
@pytest.mark.parametrize("bench", ["opa-whitelist"], indirect=True)
def test_gatekeeper_stops_an_image_by_its_constraint_and_fails_open_without_pods(bench: Bench) -> None:
    lab = bench.lab
    assert Way(lab).state(GATEKEEPER) in ("never-asked", "yes", "yes-and-no")
    bench.type("template", "constraint")
    until(lambda: Way(lab, DENIED, expect=None).stopped == ("refused", GATEKEEPER))
    refused = Way(lab, DENIED, expect=1)
    assert (refused.state(WEBHOOKS), refused.state(CONSTRAINT)) == ("no", "no")
    assert refused.whole["said"].startswith("[pod-trusted-images] ")
    assert "pod-trusted-images" in refused.whole["summary"]
    passed = Way(lab, "docker.io/nginx")
    assert (passed.state(GATEKEEPER), passed.state(CONSTRAINT)) == ("yes", "yes")
    bench.run(
        'kubectl patch k8strustedimages pod-trusted-images --type=merge -p \'{"spec":{"enforcementAction":"dryrun"}}\''
    )
    until(lambda: Way(lab, DENIED, expect=None).stopped == ("admitted", ""))
    assert Way(lab).state(CONSTRAINT) == "off"
    bench.run("kubectl -n gatekeeper-system scale deployment gatekeeper-controller-manager --replicas=0")
    until(lambda: Way(lab).state(GATEKEEPER) == "failing-open")
    until(lambda: Way(lab, DENIED, expect=None).state(GATEKEEPER) == "failing-open")  # a pod that ends still answers
    opened = Way(lab, DENIED)
    assert opened.state(WEBHOOKS) == "failing-open"
    assert "fails open" in opened.whole["summary"]
    assert "scaled to zero" in opened.words(GATEKEEPER)


@pytest.mark.long
@pytest.mark.parametrize("bench", ["image-policy-webhook"], indirect=True)
def test_image_policy_webhook_fails_closed_then_decides_then_fails_open(bench: Bench) -> None:
    lab, folder = bench.lab, bench.exercise.variables["admission"]
    bench.type("files", "plugin")
    stands = Way(lab)
    assert (stands.state(IMAGE_POLICY), stands.state("service")) == ("unreachable", "unreachable")
    assert "external-service does not resolve on the node" in stands.words("service")
    closed = Way(lab, ALLOWED, expect=1)
    assert closed.stopped == ("refused", "service")
    assert "external-service" in closed.whole["said"]
    assert (closed.state(IMAGE_POLICY), closed.state("validating/PodSecurity")) == ("no", "not-reached")
    lab("webhook", "up")
    until(lambda: Way(lab, ALLOWED, expect=None).stopped == ("admitted", ""))
    assert Way(lab, ALLOWED).state("service") == "yes"
    assert "its certificate holds" in Way(lab).words("service")
    denied = Way(lab, DENIED, expect=1)
    assert denied.stopped == ("refused", "service")
    assert denied.state("service") == "no"
    assert "image policy webhook backend denied" in denied.whole["said"]
    lab.node(
        f"cp -p {folder}/external-cert.pem /root/kept.pem; cp /etc/kubernetes/pki/ca.crt {folder}/external-cert.pem"
    )
    assert "its certificate does not hold" in Way(lab).words("service")
    lab.node(f"cp -p /root/kept.pem {folder}/external-cert.pem; rm /root/kept.pem")
    bench.type("open")
    opened = Way(lab, DENIED)
    assert opened.state(IMAGE_POLICY) == "failing-open"
    assert "fails open" in opened.whole["summary"]
