import json

import pytest

from lab.k8s import last_word

FILE = "/etc/kubernetes/manifests/kube-apiserver.yaml"
PARSE = "couldn't parse as pod(yaml: line 18: found character that cannot start any token), please check config file"
UNPARSABLE = (
    f'E1127 19:00:00.0     700 file.go:186] "Could not process manifest file" err="{FILE}: {PARSE}" path="{FILE}"'
)
CHANGED = (
    'E1127 19:00:00.0 700 file.go:98] "Unable to process watch event" '
    f'err="can\'t process config file \\"{FILE}\\": {FILE}: {PARSE}"'
)
MOUNT = (
    r'E1127 19:00:00.0     700 nestedpendingoperations.go:348] "Operation failed" err="Operation for '
    r"\"{volumeName:kubernetes.io/host-path/1-k8s-admission podName:1 nodeName:}\" failed. No retries permitted until "
    r"2026-11-27 19:00:01 (durationBeforeRetry 500ms). Error: MountVolume.SetUp failed for volume \"k8s-admission\" "
    r"(UniqueName: \"kubernetes.io/host-path/1-k8s-admission\") pod \"kube-apiserver-x\" (UID: \"1\") : "
    r'hostPath type check failed: /etc/kubernetes/admission is not a file"'
)
SYNC = (
    'E1127 19:00:00.0     700 pod_workers.go:1338] "Error syncing pod, skipping" err="failed to %s" pod="x" podUID="1"'
)
PULL = SYNC % (
    r"\"StartContainer\" for \"kube-apiserver\" with ErrImagePull: "
    r"\"failed to pull image \\\"registry.k8s.io/kube-apiserver:v9\\\": not found\""
)
CREATE = SYNC % (
    r"\"StartContainer\" for \"kube-apiserver\" with RunContainerError: "
    r"\"exec: \\\"sh\\\": executable file not found in $PATH\""
)
CRASH = SYNC % (
    r"\"StartContainer\" for \"kube-apiserver\" with CrashLoopBackOff: "
    r"\"back-off 10s restarting failed container=kube-apiserver\""
)
OTHER = (
    'E1127 19:00:00.0 700 kubelet.go:1] "Failed creating a mirror pod" err="refused" pod="kube-system/kube-apiserver-x"'
)


def journal(line, at=100.0):
    return json.dumps({"at": at, "said": line})


def container(*log, code=1, at="1970-01-01T00:01:40.123456789Z"):
    return json.dumps({"container": {"exitCode": code, "reason": "Error", "finishedAt": at}, "log": log})


def state(kubelet="running", now=110.0, changed=0.0):
    return json.dumps({"kubelet": kubelet, "now": now, "changed": changed})


FAILED = 'E1127 18:59:41.912991       1 run.go:72] "command failed" err="%s"'
DOING = "I1127 18:59:41.912114       1 server.go:841] Version: v1.36.4"


@pytest.mark.parametrize(
    ("line", "reason", "said"),
    [
        (journal(UNPARSABLE), "manifest-refused", "line 18: found character that cannot start any token)"),
        (journal(CHANGED), "manifest-refused", "cannot use its manifest: couldn't parse as pod(yaml: line 18"),
        (journal(MOUNT), "mount-failed", "cannot mount the volume k8s-admission: hostPath type check failed: "
         "/etc/kubernetes/admission is not a file"),
        (journal(PULL), "image", '(ErrImagePull): failed to pull image "registry.k8s.io/kube-apiserver:v9": not found'),
        (journal(CREATE), "container", '(RunContainerError): exec: "sh": executable file not found in $PATH'),
        (container(DOING, "Error: unknown flag: --addmision-control"), "unknown-flag",
         "its container ended with code 1 and said last: unknown flag: --addmision-control"),
        (container(DOING, FAILED % r"couldn't init plugin \"ImagePolicyWebhook\": no config specified", DOING),
         "container-ends", 'said last: couldn\'t init plugin "ImagePolicyWebhook": no config specified'),
        (container(DOING, "", ""), "container-ends", "said last: Version: v1.36.4"),
        (container(code=137), "container-ends", "ended with code 137 and said nothing"),
        (state("stopped"), "kubelet-stopped", "the kubelet does not run"),
    ],
)  # fmt: skip
def test_a_cause(line, reason, said) -> None:
    found = last_word.parse(f"not JSON\n{line}\n[]\n")
    assert found is not None
    assert found.reason == reason
    assert said in found.said
    assert found.command


@pytest.mark.parametrize(
    "lines", [[], [state()], [container("bye", code=0)], [journal(CRASH)], [journal(OTHER)], ["{", "1"]]
)
def test_what_is_no_cause(lines) -> None:
    assert last_word.parse("\n".join(lines)) is None


def reason(text):
    found = last_word.parse(text)
    return found.reason if found else ""


def test_the_newest_counts_and_nothing_before_a_moment() -> None:
    text = "\n".join([state(), container("bye"), journal(MOUNT, at=99.0), journal(CRASH, at=120.0)])
    assert reason(text) == "container-ends"
    assert reason(text + "\n" + journal(MOUNT, at=101.0)) == "mount-failed"
    assert last_word.parse(text.replace(state(), state(changed=100.5))) is None


@pytest.mark.parametrize(("now", "counts"), [(105.0, True), (300.0, False)])
def test_what_a_container_has_survived_counts_no_more(now, counts) -> None:
    running = json.dumps({"running": "1970-01-01T00:01:41Z"})
    assert bool(last_word.parse("\n".join([state(now=now), running, container("bye")]))) is counts


def test_a_long_word_is_cut() -> None:
    found = last_word.parse(container("x" * 5000))
    assert found
    assert len(found.said) < 700
