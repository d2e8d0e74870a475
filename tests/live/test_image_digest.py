"""image-digest on a real control plane: untouched, solved, broken in every known way, and reset."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from answers import FOLDER, Bench, Right, Wrong, cases, chosen, right_answers, wrong_answers
from live_program import Lab, images_of

EXERCISE = "image-digest"
WRONG, RIGHT = wrong_answers(EXERCISE), right_answers(EXERCISE)
OFTEN = chosen(WRONG, extra=4)
BEFORE = {"find": ("find",), "pin": ("find", "pin"), "run": ("find", "pin")}  # the steps that matter to a step
DIRECTORY = "/etc/kubernetes/manifests"
MANIFEST = f"{DIRECTORY}/kube-apiserver.yaml"
ANSWER = "/root/image-digest/digest"
REPOSITORY = "registry.k8s.io/kube-apiserver"


def test_not_started_is_a_skip_and_earns_nothing(lab: Lab) -> None:
    lab("reset", "--all")
    verified = lab.verify("image-digest")
    assert verified.code == 1
    assert verified.score == (0, 10)
    assert {check["verdict"] for check in verified.checks.values()} == {"skip"}
    command = f"lab --name {lab.name} start image-digest"
    assert command in verified.report["exercises"][0]["note"]
    assert command in lab("solve", "image-digest", expect=1).stderr


def test_started_earns_nothing(digest: Lab) -> None:
    verified = digest.verify("image-digest")
    assert (verified.code, verified.score) == (1, (0, 10))
    assert verified.reason("answer") == "no-answer"
    assert verified.reason("manifest") == "tag-only"
    assert verified.reason("container") == "tag-only"
    for guard in ("one-manifest", "nothing-else", "ready", "version"):
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


@pytest.fixture(scope="class")
def still(lab: Lab, state: Path) -> Iterator[Bench]:
    """The exercise untouched, with a kubelet that does not act: the old container goes on beside each edit."""
    lab("reset", EXERCISE)
    lab("start", EXERCISE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_STATE_HOME", str(state))
        lab.node(f"rm -rf /root/.golden; cp -a {DIRECTORY} /root/.golden; systemctl stop kubelet")
        yield Bench(lab, EXERCISE)
        lab.node("rm -rf /root/.golden")
        lab("reset", EXERCISE)
    assert lab.verify(EXERCISE, expect=1).score == (0, 10)


class TestWithAStillKubelet:
    """Each edit is judged beside the old container."""

    @pytest.mark.parametrize("answer", cases(WRONG, OFTEN))
    def test_a_wrong_answer_is_refused_with_its_reason(self, still: Bench, answer: Wrong) -> None:
        still.run(f"rm -rf {DIRECTORY} /root/image-digest; cp -a /root/.golden {DIRECTORY}; mkdir /root/image-digest")
        still.type(*BEFORE[answer.step])
        still.run(answer.script)
        verdict, reason, observed = still.judge(answer)
        assert (verdict, reason) == ("fail", answer.reason), observed
        assert answer.says in observed

    def test_a_copy_whose_name_begins_with_a_dot_does_no_harm(self, still: Bench) -> None:
        still.run(f"rm -rf {DIRECTORY}; cp -a /root/.golden {DIRECTORY}")
        still.type("find", "pin")
        still.run(f"cp /root/image-digest/kube-apiserver.yaml {DIRECTORY}/.backup.yaml; mkdir {DIRECTORY}/old")
        assert still.lab.verify(f"{EXERCISE}/pin", expect=0).score == (3, 3)


def test_every_check_of_its_own_has_a_wrong_answer_that_is_always_tried() -> None:
    everything = {(answer.step, answer.check) for answer in WRONG}
    assert {(answer.step, answer.check) for answer in WRONG if answer.name in OFTEN} == everything
    assert {check for _, check in everything} == {"answer", "manifest", "one-manifest", "nothing-else", "container"}


@pytest.mark.parametrize("answer", cases(RIGHT, {"tab-comment"}))
def test_another_right_answer_is_accepted(digest: Lab, state: Path, answer: Right) -> None:
    """With the kubelet at work: it has to take the manifest, too."""
    right = f"{REPOSITORY}@{images_of(digest)['kube-apiserver']['manifest_digest']}"
    digest.node(
        f"echo {right.partition('@')[2]} >{ANSWER}; sed 's#image: .*#image: {right}#' {MANIFEST} >/root/pinned.yaml"
    )
    digest.node(f"set -e\nexport KUBECONFIG=/etc/kubernetes/admin.conf\n{answer.script}")
    digest.node(
        "for i in $(seq 240); do for id in $(crictl ps -q --name '^kube-apiserver$'); do "
        "crictl inspect $id | jq -r .info.config.image.user_specified_image | grep -q @sha256: "
        "&& kubectl get --raw /readyz >/dev/null 2>&1 && exit 0; done; sleep 0.5; done; exit 1"
    )
    verified = digest.verify(EXERCISE, expect=0)
    assert verified.score == (10, 10), verified.checks


def test_what_is_put_in_the_way_of_the_nodes_programs_tells_nothing(digest: Lab) -> None:
    """Programs that lie come first in the node's PATH; nothing is pinned, and only the answer is true."""
    digest.node((FOLDER / "forge_all.sh").read_text())
    try:
        verified = digest.verify(EXERCISE, expect=1)
        assert (verified.reason("manifest"), verified.reason("container")) == ("tag-only", "tag-only")
        assert verified.score == (3, 10)
    finally:
        digest.node("/bin/rm -f /usr/local/sbin/crictl /usr/local/sbin/base64")


def _set_image(lab: Lab, image: str) -> None:
    lab.node(
        f"sed 's#image: .*#image: {image}#' {MANIFEST} >/etc/kubernetes/.draft && mv /etc/kubernetes/.draft {MANIFEST}"
    )


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
