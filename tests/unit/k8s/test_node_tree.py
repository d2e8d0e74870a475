"""node_tree.pl, with folders of the test as the node's root, the image's and the golden state's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[3] / "lab/k8s/node_tree.pl"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the program is for the node, which is Linux")


class Roots:
    """Three roots: what the image has, the node has, and the golden state has, as names with contents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for root in ("image", "node", "golden"):
            (folder / root).mkdir()

    def add(self, path: str, content: str, *roots: str) -> None:
        for root in roots:
            file = self.folder / root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
            os.utime(file, (1_700_000_000, 1_700_000_000))

    def node(self, path: str) -> Path:
        return self.folder / "node" / path

    def run(self, *words: str, expect: int = 0) -> str:
        node, image, golden = (str(self.folder / root) for root in ("node", "image", "golden"))
        words = tuple(golden if word == "GOLDEN" else word for word in words)
        done = subprocess.run(["perl", PROGRAM, node, image, *words], capture_output=True, text=True, check=False)
        assert done.returncode == expect, done.stderr
        return done.stdout

    def restore(self, part: str = "") -> list[str]:
        return self.run("restore", "GOLDEN", part).splitlines()


@pytest.fixture
def roots(tmp_path) -> Roots:
    roots = Roots(tmp_path)
    roots.add("usr/bin/bash", "bash", "image", "node")
    roots.add("etc/passwd", "root", "image", "node")
    roots.add("etc/kubernetes/pki/ca.crt", "ca", "golden", "node")
    roots.add("proc/1/mountinfo", "21 20 0:5 / /usr/mounted rw - x x rw\n", "node")
    return roots


def test_what_is_as_it_was_is_left_alone(roots) -> None:
    before = roots.node("usr/bin/bash").stat()
    assert roots.restore() == []
    assert roots.node("usr/bin/bash").stat() == before


def test_programs_that_were_changed_removed_or_added_are_put_back(roots) -> None:
    roots.add("usr/bin/bash", "#!/bin/echo", "node")
    roots.node("etc/passwd").unlink()
    roots.add("usr/local/sbin/crictl", "wrapper", "node")
    roots.add("etc/ld.so.preload", "/root/x.so", "node")
    assert set(roots.restore()) == {
        "restored /usr/bin/bash", "restored /etc/passwd", "removed /usr/local", "removed /etc/ld.so.preload",
    }  # fmt: skip
    assert roots.node("usr/bin/bash").read_text() == "bash"
    assert roots.node("etc/passwd").read_text() == "root"
    assert not roots.node("usr/local").exists()
    assert roots.restore() == []


def test_the_golden_state_comes_before_the_image(roots) -> None:
    roots.add("etc/containerd/config.toml", "of the image", "image")
    roots.add("etc/containerd/config.toml", "of lab up", "golden")
    roots.add("etc/containerd/config.toml", "nonsense", "node")
    roots.restore()
    assert roots.node("etc/containerd/config.toml").read_text() == "of lab up"
    assert roots.node("etc/kubernetes/pki/ca.crt").read_text() == "ca"


def test_modes_and_kinds_come_back(roots) -> None:
    roots.node("usr/bin").chmod(0o700)
    roots.node("etc/passwd").chmod(0o666)
    (roots.folder / "image/bin").symlink_to("usr/bin")
    roots.node("bin").mkdir()
    roots.add("bin/x", "x", "node")
    roots.restore()
    assert roots.node("usr/bin").stat().st_mode == (roots.folder / "image/usr/bin").stat().st_mode
    assert roots.node("etc/passwd").stat().st_mode & 0o777 == 0o644
    assert roots.node("bin").readlink() == Path("usr/bin")


def test_a_link_in_place_of_a_folder_leads_nowhere_else(roots, tmp_path) -> None:
    outside = tmp_path / "outside"
    (outside / "pki").mkdir(parents=True)
    (outside / "pki" / "ca.crt").write_text("other")
    (outside / "kept").touch()
    subprocess.run(["rm", "-rf", roots.node("etc/kubernetes")], check=True)
    roots.node("etc/kubernetes").symlink_to(outside)
    roots.restore()
    assert not roots.node("etc/kubernetes").is_symlink()
    assert roots.node("etc/kubernetes/pki/ca.crt").read_text() == "ca"
    assert (outside / "pki" / "ca.crt").read_text() == "other"
    assert (outside / "kept").exists()


def test_what_is_mounted_or_of_the_running_system_is_left_alone(roots) -> None:
    for path in ("usr/mounted/x", "proc/y", "tmp/z", "run/w", "var/lib/other/v", "etc/hosts"):
        roots.add(path, "x", "node")
    assert roots.restore() == []
    assert all(roots.node(path).exists() for path in ("usr/mounted/x", "tmp/z", "var/lib/other/v", "etc/hosts"))


def test_of_var_only_etcds_and_the_kubelets_own_are_put_back(roots) -> None:
    roots.add("var/lib/etcd/member/db", "golden", "golden")
    roots.add("var/lib/kubelet/config.yaml", "golden", "golden")
    (roots.folder / "golden/var/lib/etcd").chmod(0o700)
    roots.add("var/lib/etcd/member/db", "broken", "node")
    roots.add("var/lib/etcd/member/more", "broken", "node")
    roots.add("var/lib/kubelet/pods/p", "stays", "node")
    roots.add("var/lib/cks-lab/saved/x", "stays", "node")
    assert roots.restore() == []
    roots.restore("/var")
    assert roots.node("var/lib/etcd/member/db").read_text() == "golden"
    assert not roots.node("var/lib/etcd/member/more").exists()
    assert roots.node("var/lib/etcd").stat().st_mode & 0o777 == 0o700
    assert roots.node("var/lib/kubelet/config.yaml").read_text() == "golden"
    assert roots.node("var/lib/kubelet/pods/p").exists()
    assert roots.node("var/lib/cks-lab/saved/x").exists()


def test_the_list_names_what_the_image_has_not(roots) -> None:
    roots.add("etc/timezone", "", "image")
    roots.add("etc/timezone", "abc", "node")
    roots.add("var/lib/x", "x", "node")
    assert roots.run("list").split("\0") == [
        "etc/kubernetes", "etc/kubernetes/pki", "etc/kubernetes/pki/ca.crt", "etc/timezone", ""
    ]  # fmt: skip


def test_what_cannot_be_put_back_is_named(roots) -> None:
    if subprocess.run(["chattr", "+i", roots.node("etc/passwd")], capture_output=True, check=False).returncode:
        pytest.skip("no file can be made immutable here")
    roots.add("etc/passwd", "other", "image")
    assert roots.restore() == ["restored /etc/passwd"]
    assert roots.node("etc/passwd").read_text() == "other"


def test_the_id_that_the_node_was_started_with_last_stays(roots) -> None:
    roots.add("etc/machine-id", "", "image")
    roots.add("etc/machine-id", "of the first start", "golden")
    roots.add("etc/machine-id", "of this start", "node")
    assert roots.restore() == []
    assert roots.node("etc/machine-id").read_text() == "of this start"
