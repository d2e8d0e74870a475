"""Resets on a node whose programs a learner has changed, what they take away, and what an interrupted one leaves."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from live_program import Lab

WRAPPERS = """
for name in crictl ctr base64 cat tar systemctl jq perl kubectl; do
    printf '#!/bin/sh\\n{body}exit 0\\n' >/usr/local/sbin/$name; chmod 0755 /usr/local/sbin/$name
done
"""
SABOTAGE = {
    "programs that print a line": WRAPPERS.format(body="echo wrapped\\n"),
    "programs that print nothing": WRAPPERS.format(body=""),
    "bash replaced": "cp /bin/true /usr/bin/bash.new; mv -f /usr/bin/bash.new /usr/bin/bash",
    "bash gone": "rm -f /usr/bin/bash",
    "a library for every program": (
        "cp /usr/lib/*/libm.so.6 /root/own.so; printf '%s\\n' /root/own.so /nowhere.so >/etc/ld.so.preload"
    ),
    "files that cannot be changed": (
        "echo '# mine' >>/etc/kubernetes/manifests/kube-scheduler.yaml; echo x >/root/image-digest/digest; "
        "chattr +i /etc/kubernetes/manifests/*.yaml /etc/kubernetes/manifests /etc/kubernetes "
        "/root /root/image-digest/*"
    ),
    "modes, users and settings": (
        "chmod 0755 /var/lib/etcd /var/lib/kubelet; useradd bob; echo x >/etc/profile.d/own.sh; touch /opt/own; "
        "echo '[Service]' >/etc/systemd/system/kubelet.service.d/99-own.conf"
    ),
}
IN_EVERY_RUN = "programs that print a line"
STATE = """
ls -A /usr/local/sbin /opt /etc/profile.d /etc/systemd/system/kubelet.service.d
stat -c '%a %U %n' /var/lib/etcd /var/lib/kubelet /etc /root /etc/kubernetes /etc/kubernetes/manifests/*
sha256sum /usr/bin/bash /etc/passwd /etc/kubernetes/manifests/*
lsattr -d /etc/kubernetes /etc/kubernetes/manifests /root
test ! -e /etc/ld.so.preload && echo no preload
"""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == IN_EVERY_RUN else [pytest.mark.long]) for name in SABOTAGE]
)
def test_what_was_done_to_the_node_is_healed(lab: Lab, name: str) -> None:
    before = lab.node(STATE)
    lab("start", "image-digest")
    untouched = lab.verify("image-digest").checks
    subprocess.run(
        ["docker", "exec", "-i", f"{lab.name}-control-plane", "sh"], input=SABOTAGE[name].encode(), check=False
    )
    seen = lab.verify("image-digest").checks
    assert {check: told["verdict"] for check, told in seen.items()} == {
        check: told["verdict"] for check, told in untouched.items()
    }
    lab("reset", "image-digest")
    lab("reset", "--all")
    assert lab.node(STATE) == before
    lab("start", "image-digest")
    assert lab.verify("image-digest", expect=1).score == (0, 10)


def test_a_reset_takes_its_files_away_and_keeps_them_where_it_is_told(lab: Lab, tmp_path: Path) -> None:
    lab("reset", "image-digest")
    lab("start", "image-digest")
    lab.node("echo mine >/root/image-digest/digest; touch -r / /etc/kubernetes/manifests/kube-apiserver.yaml")
    lab.node("kubectl create -f /etc/kubernetes/manifests/kube-apiserver.yaml")
    said = lab("reset", "image-digest", "--keep", str(tmp_path / "kept")).stderr
    assert "/root/image-digest/digest" in said
    [kept] = (tmp_path / "kept").rglob("digest")
    assert kept.read_text() == "mine\n"
    assert lab.node("ls /var/lib/cks-lab/saved").split() in ([], ["reset-all"])
    assert lab.node("stat -c %a /var/lib/cks-lab/saved").strip() == "700"
    assert "pod/kube-apiserver\n" not in lab.node("kubectl get pods -n kube-system -o name")


LEFT = """
kubectl create configmap own; kubectl create secret generic own; kubectl create serviceaccount own
kubectl create service clusterip own --tcp=80; kubectl create deployment own --image=nginx
kubectl run never --image=nowhere.invalid/x:1
kubectl apply -f - <<'objects'
{apiVersion: v1, kind: Pod, metadata: {name: bound, finalizers: [example.com/x]},
 spec: {containers: [{name: c, image: nginx}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own}, spec: {podSelector: {}}}
objects
echo '127.0.0.1 External-Service.' >>/etc/hosts
"""
OBJECTS = "kubectl get all,configmaps,secrets,serviceaccounts,networkpolicies -n default -o name | sort"


def test_a_reset_leaves_nothing_in_the_namespace_and_no_name_in_hosts(lab: Lab) -> None:
    lab("reset", "image-policy-webhook")
    before, images = lab.node(OBJECTS), lab.node("crictl images -q | sort")
    lab.node(LEFT)
    began = time.monotonic()
    lab("reset", "image-policy-webhook")
    assert time.monotonic() - began < 60
    assert lab.node(OBJECTS) == before
    assert lab.node("crictl pods -q --namespace default").strip() == ""
    assert lab.node("crictl images -q | sort") == images
    assert "service" not in lab.node("cat /etc/hosts").lower()


@pytest.mark.long
def test_an_image_that_another_exercise_has_in_use_stays(lab: Lab) -> None:
    lab("start", "opa-whitelist")
    used = lab.node("crictl images | grep -c gatekeeper")
    lab("reset", "image-digest")
    assert lab.node("crictl images | grep -c gatekeeper") == used
    lab("reset", "--all")


@pytest.mark.parametrize(
    ("number", "after"),
    [
        pytest.param(signal.SIGHUP, 1.5, marks=pytest.mark.long),
        (signal.SIGINT, 2.5),
        pytest.param(signal.SIGTERM, 4.0, marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, 8.0, marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("what", ["--all", "image-digest"])
def test_a_reset_that_is_interrupted_leaves_the_node_whole(lab: Lab, what: str, number: int, after: float) -> None:
    lab("up")
    lab("start", "image-digest")
    lab.node("sed -i 's/image: .*/& # mine/' /etc/kubernetes/manifests/kube-apiserver.yaml", check=False)
    process = subprocess.Popen(
        lab.argv("reset", what), env=lab.environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    time.sleep(after)  # a moment in the middle; whichever it is, what follows must hold
    began = time.monotonic()
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - began < 5  # two seconds, and the time that a busy machine takes
    assert "Traceback" not in said
    top = ["docker", "top", f"{lab.name}-helper", "-eo", "args"]
    while "IN_NODE" in subprocess.run(top, capture_output=True, text=True, check=False).stdout:
        assert time.monotonic() - began < 5
        time.sleep(0.1)
    assert lab.node("systemctl is-active kubelet", check=False).strip() in ("active", "activating")
    assert lab.node("ls -A /etc/kubernetes/manifests | grep -c lab$ || true").strip() == "0"
    lab("up")
    lab("reset", what)
    assert lab.verify("image-digest").verdict("ready") in ("pass", "skip")
