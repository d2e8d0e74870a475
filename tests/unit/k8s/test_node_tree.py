"""node_tree.pl, with folders of the test as the node's root, the image's and the golden state's."""

import os
import subprocess
import sys
import time
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

    def drift(self) -> set[str]:
        return set(self.run("drift", "GOLDEN").split("\0")) - {""}

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
    left = ("usr/mounted/x", "proc/y", "run/w", "var/lib/other/v", "etc/hosts", "tmp/systemd-private-1/x")
    for path in left:
        roots.add(path, "x", "node")
    assert roots.restore() == []
    assert all(roots.node(path).exists() for path in left)


def test_what_lies_in_tmp_goes_and_what_the_helper_has_there_is_not_copied(roots) -> None:
    for path in ("tmp/z", "tmp/deep/y", "dev/shm/x", "dev/shm/LAB_SHELL=1"):
        roots.add(path, "x", "node")
    roots.add("tmp/of-the-helper", "x", "image")
    assert roots.drift() == {"added /tmp/z", "added /tmp/deep", "added /dev/shm/x"}
    assert set(roots.restore()) == {"removed /tmp/z", "removed /tmp/deep", "removed /dev/shm/x"}
    assert [path.name for path in roots.node("tmp").iterdir()] == []
    assert roots.drift() == set()


def test_of_an_older_golden_state_only_etcds_and_the_kubelets_own_of_var_are_put_back(roots) -> None:
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
    roots.add("var/lib/kubelet/config.yaml", "x", "node")
    for path in ("var/lib/kubelet/pods/p", "var/lib/etcd/member/db", "root/.kube/cache/x", "tmp/y"):
        roots.add(path, "x", "node")
    assert set(roots.run("list").split("\0")) == {
        "etc/kubernetes", "etc/kubernetes/pki", "etc/kubernetes/pki/ca.crt", "etc/timezone", "etc", "root",
        "root/.kube", "var", "var/lib", "var/lib/etcd", "var/lib/kubelet", "var/lib/kubelet/config.yaml", "",
    }  # fmt: skip


def test_drift_names_what_differs_and_changes_nothing(roots) -> None:
    roots.add("run/whole", "", "golden")
    roots.add("run/hosts", "127.0.0.1 localhost", "golden")
    roots.add("etc/hosts", "127.0.0.1 other", "node")
    for path in (
        "opt/own/deep/x",
        "var/lib/own",
        "var/lib/etcd/member/db",
        "var/lib/kubelet/pods/p",
        "root/.kube/cache/x",
    ):
        roots.add(path, "x", "node")
    for path in ("root/.kube", "opt", "var/lib/etcd", "var/lib/kubelet"):
        (roots.folder / "image" / path).mkdir(parents=True, exist_ok=True)
    time.sleep(1.1)  # the program sees whole seconds
    roots.add("etc/passwd", "toor", "node")
    roots.node("usr/bin/bash").unlink()
    expected = {
        "added /opt/own", "added /var/lib/own", "changed /etc/passwd", "changed /etc/hosts", "removed /usr/bin/bash",
    }  # fmt: skip
    assert roots.drift() == expected
    assert roots.drift() == expected


def test_the_helpers_own_kubeconfig_is_none_of_the_images(roots) -> None:
    roots.add("etc/cks-lab-kubeconfig", "x", "image")
    assert roots.drift() == set()
    roots.add("etc/cks-lab-kubeconfig", "x", "node")
    assert roots.drift() == {"added /etc/cks-lab-kubeconfig"}


def test_a_file_that_was_only_touched_does_not_differ(roots) -> None:
    roots.node("etc/passwd").touch()
    assert roots.drift() == set()
    assert roots.restore() == []


def test_a_changed_content_shows_under_the_old_size_and_time(roots) -> None:
    time.sleep(1.1)  # the program sees whole seconds
    roots.add("etc/passwd", "toor", "node")
    assert roots.drift() == {"changed /etc/passwd"}


def test_all_of_var_comes_back_where_the_golden_state_has_it(roots) -> None:
    roots.add("run/whole", "", "golden")
    roots.add("var/lib/kubelet/config.yaml", "golden", "golden")
    roots.add("var/lib/dpkg/status", "x", "image")
    for path in ("var/spool/cron/root", "var/lib/kubelet/own", "var/lib/cks-lab/saved/x", "var/lib/containerd/c"):
        roots.add(path, "x", "node")
    roots.restore("/var")
    assert roots.node("var/lib/dpkg/status").read_text() == "x"
    assert roots.node("var/lib/containerd/c").exists()
    assert not any(roots.node(f"var/{path}").exists() for path in ("spool", "lib/kubelet/own", "lib/cks-lab"))


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
