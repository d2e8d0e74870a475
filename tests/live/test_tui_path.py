"""The way of a request in the TUI, on the real cluster: an image is refused at its station, and changes are seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live_program import Lab
from screen import Screen

IMAGE = "nginx:stable"
OWN_NAMESPACE = "lab-path-screen-test"
MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
LEVEL = "pod-security.kubernetes.io/enforce"


@pytest.fixture
def screen(lab: Lab, tmp_path: Path) -> Iterator[Screen]:
    """The TUI at its opening page, on a terminal of 80 columns."""
    shown = Screen(lab.argv(), {**lab.environment, "XDG_CONFIG_HOME": str(tmp_path)}, 80, 24)
    shown.see("About this lab", "✓ ready", "? Keys")
    yield shown
    shown.close()


@pytest.fixture
def restricted(lab: Lab) -> Iterator[None]:
    """A namespace that enforces the profile restricted, taken away at the end."""
    lab.node(f"kubectl create namespace {OWN_NAMESPACE}")
    lab.node(f"kubectl label namespace {OWN_NAMESPACE} {LEVEL}=restricted")
    lab.node(f"until kubectl -n {OWN_NAMESPACE} get serviceaccount default 2>/dev/null; do sleep 0.2; done")
    yield
    lab.node(f"kubectl delete namespace {OWN_NAMESPACE}")


@pytest.mark.usefixtures("restricted")
def test_an_image_is_refused_at_its_station_and_a_change_is_seen_without_a_key(lab: Lab, screen: Screen) -> None:
    screen.press("a")
    screen.see("The way of a request", "seen at", "Try an image")
    screen.press("/")
    screen.see("Enter sends it as a dry run")
    screen.type(f"{IMAGE} -n {OWN_NAMESPACE}\n")
    screen.see("✗ The pod was refused by PodSecurity.", 'violates PodSecurity "restricted:latest"')
    screen.find(r"✗ PodSecurity +said no")
    screen.see("└ Here the request ends.")
    lab.node(f"kubectl label namespace {OWN_NAMESPACE} {LEVEL}=privileged --overwrite")
    screen.see(f"✓ A pod with {IMAGE} would be let into the namespace {OWN_NAMESPACE}.")
    screen.find(r"✓ PodSecurity +said yes")
    assert "probe" not in lab.node(f"kubectl -n {OWN_NAMESPACE} get pods -o name")
    screen.press("c")
    screen.see("The way of a request, from kubectl to the container runtime")
    screen.press("escape")
    screen.see("About this lab")
    screen.press("q")
    assert screen.wait() == 0


@pytest.mark.long
def test_an_api_server_that_is_away_and_comes_back_is_shown_without_a_key(lab: Lab, screen: Screen) -> None:
    screen.press("a")
    screen.see("The way of a request, from kubectl", "seen at")
    lab.node(f"mv {MANIFEST} /root/kube-apiserver.yaml")
    try:
        screen.see("? Nothing gets past the API server.", "Here the request ends.")
        screen.find(r"API server +(restarting for \d+ s|restarting|cannot be reached)")
    finally:
        lab.node(f"mv /root/kube-apiserver.yaml {MANIFEST}")
    screen.see("✓ ready")
    screen.until(lambda: "Nothing gets past" not in screen.text)
    assert "Traceback" not in screen.text
    screen.press("q")
    assert screen.wait() == 0
