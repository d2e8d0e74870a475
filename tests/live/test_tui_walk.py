"""A newcomer who reads only the screen finishes the exercises in the TUI, whatever happens to the cluster meanwhile.

Keys are those that the screen names; commands are those of its texts, hints and solutions. No step is verified by a
key: each has to turn by itself.
"""

import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from learner import Learner
from live_program import Lab
from screen import Screen

WIDE, NARROW = (160, 45), (80, 24)
DIGEST = "Pin the kube-apiserver to its image digest"
WHITELIST = "Let only trusted registries in, with OPA Gatekeeper"
WEBHOOK = "Let a webhook decide about images"
KILLS = 20

SitDown = Callable[..., Learner]


@pytest.fixture
def sit_down(lab: Lab, tmp_path: Path) -> Iterator[SitDown]:
    """Starts `lab` on a terminal of a size, with settings of its own."""
    screens: list[Screen] = []

    def start(size: tuple[int, int], **env: str) -> Learner:
        env = {**lab.environment, "XDG_CONFIG_HOME": str(tmp_path), **env}
        screens.append(Screen(lab.argv(), env, *size))
        return Learner(screens[-1])

    yield start
    for screen in screens:
        screen.close()


@pytest.fixture
def manifest(lab: Lab) -> Iterator[None]:
    """Puts the API server's manifest back that a test has left elsewhere."""
    yield
    lab.node("cd /root; [ ! -e kube-apiserver.yaml ] || mv kube-apiserver.yaml /etc/kubernetes/manifests/")


def leave(learner: Learner) -> None:
    """Close the page about the finished exercise, then the lab."""
    learner.screen.see("Stay here (esc)")  # the page takes no keys before
    learner.screen.press("escape")
    learner.screen.until(lambda: "✓ Complete" not in learner.screen.text)
    learner.screen.press("q")
    assert learner.screen.wait() == 0


# -- the walks


def test_image_digest_on_a_small_screen(lab: Lab, sit_down: SitDown) -> None:
    lab("reset", "image-digest")
    learner = sit_down(NARROW)
    screen = learner.screen
    learner.open(DIGEST)

    learner.run("k get pods -A -oyaml")
    learner.run("kube-apiserver-$(hostname) -oyaml")
    digest = learner.shown(r"imageID: \S+@(sha256:[0-9a-f]{64})")[1]
    learner.hint("jsonpath")
    learner.turned(1)

    learner.next_step(2)
    learner.run("cp /etc/kubernetes/manifests/kube-apiserver.yaml")
    learner.start("vim /etc/kubernetes/manifests/kube-apiserver.yaml")
    screen.find(r'kube-apiserver.yaml" \d+L')
    screen.type("/image:\n")
    screen.type(f"WCregistry.k8s.io/kube-apiserver@{digest}")
    screen.press("escape")
    screen.type(":wq\n")
    learner.prompt()
    learner.turned(2)

    learner.next_step(3)
    learner.start("watch -n 1 crictl ps")
    learner.shown("Every 1.0s: crict")  # watch shortens it beside a long host name
    screen.press("ctrl+c")
    learner.prompt()
    learner.solution()
    learner.turned(3)

    screen.see(f"✓ Complete: {DIGEST}", "10 of 10 points", "(3 hints taken)", "(solution taken)")
    leave(learner)
    assert lab.verify("image-digest", expect=0).score == (10, 10)


@pytest.mark.long
def test_opa_whitelist(lab: Lab, sit_down: SitDown) -> None:
    lab("reset", "opa-whitelist")
    learner = sit_down(WIDE)
    learner.open(WHITELIST)

    learner.run("k get constrainttemplates")
    learner.hint("cat >")
    learner.turned(1)

    learner.next_step(2)
    learner.write("/root/opa-whitelist/all_pod_must_have_trusted_images.yaml", "kind: K8sTrustedImages")
    learner.run("k -f all_pod_must_have_trusted_images.yaml create")
    learner.turned(2)

    learner.next_step(3)
    learner.hint("jq -r")
    while len(learner.output("cat /root/opa-whitelist/violating-pods")) < 5:  # "do it again", says the hint
        learner.hint("jq -r")
    learner.turned(3)

    learner.next_step(4)
    learner.run("k run nginx --image=nginx")
    learner.shown("not trusted image!")
    learner.turned(4)

    learner.next_step(5)
    learner.run("k run nginx --image=docker.io/nginx")
    learner.turned(5)

    learner.next_step(6)
    learner.hint("cat >")
    learner.turned(6)

    learner.next_step(7)
    learner.hint("k create deployment shop")
    learner.turned(7)
    learner.run("rm /etc/kubernetes/manifests/static-shop.yaml")

    learner.next_step(8)
    learner.run("k patch", '"dryrun"')
    learner.turned(8)
    learner.run("k patch", '"deny"')
    learner.read()

    learner.screen.see(f"✓ Complete: {WHITELIST}", "20 of 20 points")
    leave(learner)
    assert lab.verify("opa-whitelist", expect=0).score == (20, 20)


@pytest.mark.long
def test_image_policy_webhook(lab: Lab, sit_down: SitDown) -> None:
    lab("reset", "image-policy-webhook")
    learner = sit_down(WIDE)
    learner.open(WEBHOOK)

    learner.run("openssl x509")
    learner.hint("mkdir -p")
    learner.turned(1)

    learner.next_step(2)
    learner.hint("kubectl patch --local")
    learner.turned(2)

    learner.next_step(3)
    learner.run("k run test --image=nginx")
    learner.shown("no such host")
    learner.turned(3)

    learner.next_step(4)
    learner.hint("allowTTL:")
    learner.turned(4)
    learner.run("k delete pod test")

    learner.next_step(5)
    learner.hint("defaultAllow: false")
    learner.have_done("lab webhook up")
    learner.hint("k run test --image=nginx:stable")
    learner.shown("image policy webhook backend denied")
    learner.turned(5)

    learner.screen.see("✓ Complete: Let a webhook decide about images", "20 of 20 points")
    leave(learner)
    assert lab.verify("image-policy-webhook", expect=0).score == (20, 20)


# -- what happens to the cluster


@pytest.mark.usefixtures("manifest")
@pytest.mark.long
def test_the_api_server_goes_and_comes_back(lab: Lab, sit_down: SitDown) -> None:
    lab("reset", "image-digest")
    learner = sit_down(WIDE)
    screen = learner.screen
    learner.open(DIGEST)
    learner.next_step(2)
    learner.next_step(3)
    screen.find(r"✓ passes +The API server is ready")
    learner.type("mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/")
    screen.find(r"API server: ~ restarting for \d+ s")
    screen.find(r"✓ passes \(old\) +The API server has the version that it had")
    screen.find("✗ fails +The running container was started from the digest")  # the node can tell that one
    learner.type("echo still $((40 + 2))")
    learner.shown("still 42")
    learner.type("mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/")
    screen.find("API server: ✓ ready")
    screen.find(r"✓ passes +The API server is ready")
    screen.until(lambda: "(old)" not in screen.text)
    learner.type("k get --raw /readyz")
    learner.shown("ok")
    assert "could not look" not in screen.text


@pytest.mark.long
def test_the_node_goes_and_comes_back(lab: Lab, sit_down: SitDown) -> None:
    lab("reset", "image-digest")
    learner = sit_down(WIDE)
    screen = learner.screen
    learner.open(DIGEST)
    learner.next_step(2)
    subprocess.run(["docker", "stop", f"{lab.name}-control-plane"], check=True, capture_output=True)
    screen.see("The cluster is stopped; what you did in it is kept", "u makes it run again")
    learner.read()
    screen.press("u")
    screen.see("Bringing back the cluster")
    screen.see("Go on with: step 2", "✓ ready")
    screen.press("enter")
    screen.see("Step 2 of 3", "○ open Pin the static pod to that digest")
    learner.type("echo root on $(hostname)")
    learner.shown(f"root on {lab.name}")
    lab.node("touch /root/changed")  # the watch is there again: nothing is said of the last look's age
    screen.see("API server: ✓ ready")


# -- the end of the TUI


@pytest.mark.long
def test_a_closed_terminal_is_left_and_the_place_found_again(lab: Lab, sit_down: SitDown) -> None:
    lab("reset", "image-digest")
    learner = sit_down(NARROW)
    learner.open(DIGEST)
    learner.next_step(2)
    learner.type("sleep 87654")
    learner.screen.hang_up()
    gone(lab, "sleep 87654")
    again = sit_down(NARROW)
    again.screen.see("Go on with: step 2, Pin the static pod to that digest", "✓ ready", "? Keys")
    again.screen.press("enter")
    again.screen.see("Step 2 of 3")


@pytest.mark.long
def test_nothing_is_left_of_a_tui_that_is_killed(lab: Lab, sit_down: SitDown) -> None:
    lab("reset", "image-digest")
    lab("start", "image-digest")
    before = entered(lab)
    mark = secrets.token_hex(8)
    for _ in range(KILLS):
        learner = sit_down(WIDE, LAB_TEST_MARK=mark)
        learner.open(DIGEST)
        learner.type("sleep 76543 & vim /etc/hosts")
        learner.screen.find(r'"/etc/hosts" \d+L')
        learner.screen.kill(signal.SIGKILL)
        learner.screen.wait()
    gone(lab, "sleep 76543", "vim /etc/hosts")
    learner.screen.poll(lambda: entered(lab) == before)
    learner.screen.poll(lambda: not marked(mark))


def gone(lab: Lab, *commands: str) -> None:
    """Wait until the node runs none of these."""
    Screen.poll(lambda: not [line for line in lab.node("ps -eo args").splitlines() if line in commands])


def entered(lab: Lab) -> list[str]:
    """The programs on the node that came from outside, as `docker exec` starts them: without a parent there."""
    rows = [line.split(maxsplit=2) for line in lab.node("ps -eo pid,ppid,args --no-headers").splitlines()]
    return sorted(args for pid, parent, args in rows if parent == "0" and pid != "1" and "ps -eo" not in args)


def marked(mark: str) -> list[str]:
    """The processes of this machine that inherited a mark from the TUI."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (
                process.name != str(os.getpid())
                and f"LAB_TEST_MARK={mark}".encode() in (process / "environ").read_bytes()
            ):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue  # it has ended
    return found
