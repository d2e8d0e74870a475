"""image-digest on a real control plane: untouched, solved, broken in every known way, and reset."""

import json
import subprocess

import pytest
from live_program import Lab, images_of

MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
ANSWER = "/root/image-digest/digest"
REPOSITORY = "registry.k8s.io/kube-apiserver"


def test_not_started_is_a_skip_and_earns_nothing(lab: Lab) -> None:
    lab("reset", "--all")
    verified = lab.verify("image-digest")
    assert verified.code == 1
    assert verified.score == (0, 10)
    assert {check["verdict"] for check in verified.checks.values()} == {"skip"}
    assert "lab start image-digest" in verified.report["exercises"][0]["note"]
    assert "lab start image-digest" in lab("solve", "image-digest", expect=1).stderr


def test_started_earns_nothing(digest: Lab) -> None:
    verified = digest.verify("image-digest")
    assert (verified.code, verified.score) == (1, (0, 10))
    assert verified.reason("answer") == "no-answer"
    assert verified.reason("manifest") == "tag-only"
    assert verified.reason("container") == "tag-only"
    for guard in ("one-manifest", "ready", "version"):
        assert verified.verdict(guard) == "pass"


def test_solved_earns_everything_and_reset_takes_it_back(digest: Lab) -> None:
    report = digest("solve", "image-digest", "--format", "json")
    assert json.loads(report.stdout)["score"] == {"earned": 10, "possible": 10}
    verified = digest.verify("image-digest", expect=0)
    assert verified.score == (10, 10)
    # What runs was started by digest with no image registry to ask.
    running = json.loads(digest.node("crictl inspect $(crictl ps -q --name '^kube-apiserver$')"))
    asked = running["info"]["config"]["image"]["user_specified_image"]
    assert asked == f"{REPOSITORY}@{images_of(digest)['kube-apiserver']['manifest_digest']}"
    digest("reset", "image-digest")
    verified = digest.verify("image-digest", expect=1)
    assert verified.score == (0, 10)
    assert verified.reason("container") == "tag-only"
    assert digest.node("ls -A /root/image-digest") == ""


def _answers(lab: Lab) -> dict[str, tuple[str, str]]:
    images = images_of(lab)
    right, config = images["kube-apiserver"]["manifest_digest"], images["kube-apiserver"]["config_digest"]
    return {
        "empty": ("", "not-one-line"),
        "two lines": (f"{right}\n{right}", "not-one-line"),
        "the config digest": (config, "config-digest"),
        "another component's": (images["etcd"]["manifest_digest"], "other-component"),
        "another component's config": (images["etcd"]["config_digest"], "other-component"),
        "truncated": (right[:-4], "truncated-digest"),
        "without its algorithm": (right.removeprefix("sha256:"), "no-algorithm"),
        "copied from elsewhere": ("sha256:" + "034671b24f0f15cf" * 4, "unknown-digest"),
        "the tag": (f"{REPOSITORY}:v1.36.4", "not-a-digest"),
        "of another repository": (f"docker.io/library/nginx@{right}", "other-repository"),
    }


def test_every_wrong_answer_in_the_file_has_its_reason(digest: Lab) -> None:
    for what, (text, reason) in _answers(digest).items():
        digest.node(f"cat >{ANSWER}", input=f"{text}\n".encode())
        verified = digest.verify("image-digest/find")
        assert (what, verified.reason("answer"), verified.score[0], verified.code) == (what, reason, 0, 1)


def test_every_right_way_to_write_the_answer_counts(digest: Lab) -> None:
    right = images_of(digest)["kube-apiserver"]["manifest_digest"]
    for text in (right, f"{REPOSITORY}@{right}", f"{REPOSITORY}:v1.36.4@{right}", f"\n  {right}  \n"):
        digest.node(f"cat >{ANSWER}", input=text.encode())
        assert digest.verify("image-digest/find", expect=0).score == (3, 3)


def _set_image(lab: Lab, image: str) -> None:
    lab.node(
        f"sed 's#image: .*#image: {image}#' {MANIFEST} >/etc/kubernetes/.draft && mv /etc/kubernetes/.draft {MANIFEST}"
    )


def test_every_wrong_manifest_has_its_reason_and_the_old_container_is_told(digest: Lab) -> None:
    """With the kubelet stopped an edit has no effect: each wrong manifest is judged beside the old container."""
    images = images_of(digest)
    right, config = images["kube-apiserver"]["manifest_digest"], images["kube-apiserver"]["config_digest"]
    wrong = {
        f"{REPOSITORY}@{images['kube-scheduler']['manifest_digest']}": "other-component",
        f"registry.k8s.io/kube-scheduler@{images['kube-scheduler']['manifest_digest']}": "other-component",
        f"{REPOSITORY}@{config}": "config-digest",
        f"{REPOSITORY}@{right[:40]}": "truncated-digest",
        f"{REPOSITORY}@sha256:{'0' * 64}": "unknown-digest",
        f"{REPOSITORY}:v1.36.4": "tag-only",
        f"docker.io/other/kube-apiserver@{right}": "other-repository",
    }
    digest.node("systemctl stop kubelet")
    try:
        for image, reason in wrong.items():
            _set_image(digest, image)
            verified = digest.verify("image-digest/pin")
            assert (image, verified.reason("manifest"), verified.score[0]) == (image, reason, 0)
        for image in (f"{REPOSITORY}@{right}", f"{REPOSITORY}:v1.36.4@{right}"):
            _set_image(digest, image)
            verified = digest.verify("image-digest")
            assert verified.verdict("manifest") == "pass"
            assert verified.reason("container") == "old-container"
            assert verified.score == (3, 10)
        digest.node(f"printf 'spec: [' >{MANIFEST}")
        assert digest.verify("image-digest/pin").reason("manifest") == "broken-manifest"
        digest.node(f"rm {MANIFEST}")
        verified = digest.verify("image-digest/pin")
        assert (verified.reason("manifest"), verified.reason("one-manifest")) == ("no-manifest", "no-manifest")
    finally:
        digest("reset", "image-digest")
    assert digest.verify("image-digest").score == (0, 10)


def test_a_backup_in_the_directory_costs_the_step(digest: Lab) -> None:
    right = images_of(digest)["kube-apiserver"]["manifest_digest"]
    digest.node("systemctl stop kubelet")
    try:
        digest.node(f"cp {MANIFEST} {MANIFEST}.bak")
        _set_image(digest, f"{REPOSITORY}@{right}")
        verified = digest.verify("image-digest/pin", expect=1)
        assert verified.reason("one-manifest") == "second-manifest"
        assert "kube-apiserver.yaml.bak" in verified.checks["one-manifest"]["observed"]
        assert verified.score == (0, 3)
        # A copy whose name begins with a dot is not read by the kubelet, and does no harm.
        digest.node(f"mv {MANIFEST}.bak /etc/kubernetes/manifests/.backup.yaml")
        assert digest.verify("image-digest/pin", expect=0).score == (3, 3)
    finally:
        digest.node("rm -f /etc/kubernetes/manifests/.backup.yaml")
        digest("reset", "image-digest")
    assert digest.node("ls /etc/kubernetes/manifests").split() == [
        "etcd.yaml", "kube-apiserver.yaml", "kube-controller-manager.yaml", "kube-scheduler.yaml",
    ]  # fmt: skip


def test_a_relabelled_copy_runs_but_does_not_count(digest: Lab) -> None:
    """The copy has the same programs and another label, so it works, under a digest of its own."""
    part = f"cks-lab/part/{REPOSITORY}:v1.36.4"
    if subprocess.run(["docker", "image", "inspect", part], capture_output=True, check=False).returncode:
        pytest.skip("the image was not built here: kindest/node carries it inside")
    copy = f"{REPOSITORY}:copy"
    subprocess.run(
        ["docker", "build", "-q", "-t", copy, "-"], input=f"FROM {part}\nLABEL copy=1\n".encode(), check=True
    )
    try:
        archive = subprocess.run(["docker", "save", copy], capture_output=True, check=True).stdout
    finally:
        subprocess.run(["docker", "image", "rm", copy], capture_output=True, check=False)
    listing = digest.node("ctr -n k8s.io images import - >/dev/null; ctr -n k8s.io images ls", input=archive)
    target = next(line.split()[2] for line in listing.splitlines() if line.startswith(copy))
    digest.node(f"ctr -n k8s.io images tag {copy} {REPOSITORY}@{target} >/dev/null; echo {target} >{ANSWER}")
    _set_image(digest, f"{REPOSITORY}@{target}")
    try:
        _wait_for_container(digest, f"{REPOSITORY}@{target}")
        verified = digest.verify("image-digest")
        for check in ("answer", "manifest", "container"):
            assert verified.reason(check) == "relabelled-copy", verified.checks[check]
        assert verified.verdict("ready") == "pass"
        assert verified.score == (0, 10)
    finally:
        digest("reset", "image-digest")
    assert "copy" not in digest.node("ctr -n k8s.io images ls -q")
    assert digest.verify("image-digest").reason("container") == "tag-only"


def test_the_right_name_on_the_wrong_image_does_not_count(digest: Lab) -> None:
    """The digest's name is made to stand for another image while the container of the first still runs."""
    images = images_of(digest)
    name = f"{REPOSITORY}@{images['kube-apiserver']['manifest_digest']}"
    digest.node(f"ctr -n k8s.io images tag --force {images['etcd']['name']} {name}")
    try:
        digest.node(f"echo {images['etcd']['manifest_digest']} >{ANSWER}")
        assert digest.verify("image-digest/find").reason("answer") == "other-component"
    finally:
        digest("reset", "image-digest")
    listing = digest.node("ctr -n k8s.io images ls")
    assert any(line.split()[0] == name and line.split()[2] == name.partition("@")[2] for line in listing.splitlines())


def test_with_the_api_server_away_the_node_is_still_judged(digest: Lab) -> None:
    """Another component's digest as the kube-apiserver's: nothing is stored under that name, and it stays away."""
    images = images_of(digest)
    digest.node(f"echo {images['kube-apiserver']['manifest_digest']} >{ANSWER}")
    _set_image(digest, f"{REPOSITORY}@{images['etcd']['manifest_digest']}")
    try:
        digest.node("for i in $(seq 150); do pgrep -x kube-apiserver >/dev/null || exit 0; sleep 0.2; done; exit 1")
        verified = digest.verify("image-digest")
        assert verified.code == 3
        assert verified.verdict("answer") == "pass"
        assert verified.reason("manifest") == "other-component"
        assert (verified.verdict("container"), verified.reason("container")) == ("fail", "not-running")
        for guard in ("ready", "version"):
            assert verified.verdict(guard) == "error"
        assert verified.report["verdict"] == "error"
        assert verified.score == (3, 10)
        assert json.loads(digest("status", "--json").stdout)["api_server"].startswith("not ready")
    finally:
        digest("reset", "image-digest")
    assert digest.verify("image-digest", expect=1).score == (0, 10)


def test_hints_come_one_at_a_time(digest: Lab) -> None:
    first, second = digest("hint", "image-digest/pin").stdout, digest("hint", "image-digest/pin").stdout
    assert first.startswith("Hint 1 of")
    assert second.startswith("Hint 2 of")
    assert first != second


def _wait_for_container(lab: Lab, image: str) -> None:
    lab.node(
        "for i in $(seq 240); do for id in $(crictl ps -q --name '^kube-apiserver$'); do "
        f'[ "$(crictl inspect $id | jq -r .info.config.image.user_specified_image)" = {image} ] '
        "&& kubectl get --raw /readyz >/dev/null 2>&1 && exit 0; done; sleep 0.5; done; exit 1"
    )
