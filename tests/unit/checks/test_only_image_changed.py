from dataclasses import replace

import pytest
import yaml

from lab.checks.asks import CouldNotTell
from lab.checks.support.node_file import NodeFile
from lab.model import Verdict

FILE = "kube-apiserver.yaml"
WAS = """
apiVersion: v1
kind: Pod
metadata:
  annotations: {endpoint: "172.20.0.2:6443"}
  creationTimestamp: null
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
  - command: [kube-apiserver, --advertise-address=172.20.0.2, "--authorization-mode=Node,RBAC", --secure-port=6443]
    image: registry.k8s.io/kube-apiserver:v1.36.4
    imagePullPolicy: IfNotPresent
    name: kube-apiserver
    resources: {}
    volumeMounts:
    - {mountPath: /etc/ssl, name: certs, readOnly: true}
  terminationGracePeriodSeconds: 2
  volumes:
  - {name: certs, hostPath: {path: /etc/ssl}}
status: {}
"""
PINNED = WAS.replace(":v1.36.4", "@sha256:0123")


@pytest.fixture
def judge(world):
    facts = replace(world.facts, manifests={"etcd.yaml": world.pod("e", "etcd").encode(), FILE: WAS.encode()},
                    address="172.20.0.2")  # fmt: skip

    def judge(text, address="172.20.0.2\n", **more):
        answers = [world.manifests((FILE, text)), NodeFile("file", address.encode())]
        return world.judge("only-image-changed", answers, replace(facts, **more), component="kube-apiserver")

    return judge


@pytest.mark.parametrize(
    "text",
    [
        WAS, PINNED, "# pinned\n" + PINNED.replace("kind: Pod", "kind: Pod # mine"),
        yaml.safe_dump(yaml.safe_load(PINNED), sort_keys=False), PINNED.replace("status: {}\n", ""),
        PINNED.replace("  creationTimestamp: null\n", "").replace("    resources: {}\n", ""),
    ],
)  # fmt: skip
def test_form_does_not_matter(judge, text) -> None:
    found = judge(text)
    assert (found.verdict, found.reason) == (Verdict.PASS, ""), found.observed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("=Node,RBAC", "=AlwaysAllow",
         "spec.containers[0].command: --authorization-mode=Node,RBAC -> --authorization-mode=AlwaysAllow"),
        (", --secure-port=6443", "", "spec.containers[0].command: --secure-port=6443 is gone"),
        ("6443]", "6443, --anonymous-auth=true]", "spec.containers[0].command: --anonymous-auth=true is new"),
        ("6443]", "6443, --secure-port=6443]", "another order, or one of them twice"),
        ("IfNotPresent", "Always", "spec.containers[0].imagePullPolicy: IfNotPresent -> Always"),
        ("Seconds: 2", "Seconds: 30", "spec.terminationGracePeriodSeconds: 2 -> 30"),
        ("Seconds: 2", "Seconds: '2'", "spec.terminationGracePeriodSeconds: 2 -> 2"),
        ("spec:", "spec:\n  hostNetwork: true", "spec.hostNetwork is new"),
        ("readOnly: true", "readOnly: false", "spec.containers[0].volumeMounts[0].readOnly: True -> False"),
        ("hostPath: {path: /etc/ssl}", "emptyDir: {}", "spec.volumes[0].hostPath is gone"),
        ("status:", "  - {name: more, emptyDir: {}}\nstatus:", "spec.volumes: the entry more is new"),
        ("namespace: kube-system", "namespace: default", "metadata.namespace: kube-system -> default"),
        ("  containers:", "  containers:\n  - {name: extra, image: x}", "spec.containers: the entry extra is new"),
    ],
)  # fmt: skip
def test_whatever_else_was_changed_is_named(judge, old, new, said) -> None:
    assert old in PINNED
    found = judge(PINNED.replace(old, new))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other-changes")
    assert said in found.observed


def test_not_all_differences_are_named(judge) -> None:
    found = judge(PINNED.replace("6443]", "6443, --a, --b, --c, --d, --e]"))
    assert found.observed.count("is new") == 3
    assert found.observed.endswith("; and more")


def test_the_nodes_address_may_be_another_after_a_restart(judge) -> None:
    moved = PINNED.replace("172.20.0.2", "172.21.0.5")
    assert judge(moved, "172.21.0.5").verdict is Verdict.PASS
    assert judge(moved).reason == "other-changes"
    assert judge(PINNED, "no address").verdict is Verdict.PASS


def test_what_another_exercise_in_effect_changes_is_its_own(judge) -> None:
    theirs = PINNED.replace("6443]", "6443, --admission-control-config-file=/x]")
    assert judge(theirs).reason == "other-changes"
    assert judge(theirs, kept_manifest=PINNED.encode()).verdict is Verdict.PASS
    assert judge(theirs, kept_manifest=theirs.encode()).reason == "other-changes"


def test_without_a_manifest_it_says_why(judge) -> None:
    assert judge("a: [").reason == "broken-manifest"


def test_what_was_there_before_has_to_be_known(judge) -> None:
    with pytest.raises(CouldNotTell, match="not kept"):
        judge(PINNED, manifests={})
