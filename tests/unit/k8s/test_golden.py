import io
import tarfile

import pytest
from stand_in import StandIn

from lab.errors import ClusterError, CommandError
from lab.k8s import golden
from lab.shell import Completed


def archive(**files: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name in ("etc/kubernetes/manifests", "var/lib/etcd/member"):
            folder = tarfile.TarInfo(name)
            folder.type = tarfile.DIRTYPE
            tar.addfile(folder)
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content.encode()))
        link = tarfile.TarInfo("etc/kubernetes/manifests/link.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return stream.getvalue()


WHOLE = archive(
    **{
        "etc/kubernetes/manifests/kube-apiserver.yaml": "api",
        "etc/kubernetes/manifests/etcd.yaml": "etcd",
        "etc/kubernetes/manifests/deep/x.yaml": "deep",
        "etc/kubernetes/admin.conf": "secret",
        "root/kube-apiserver.yaml": "a copy",
    }
)


class Helper(StandIn):
    def __init__(self, stdout: bytes = b"", error: Exception | None = None) -> None:
        self.stdout, self.error, self.given = stdout, error, None

    def run(self, script, *, input=None, timeout=60):
        self.given = input
        if self.error:
            raise self.error
        return Completed((), 0, self.stdout, b"")


def test_the_manifests_of_the_golden_state(tmp_path) -> None:
    file = tmp_path / "golden.tar.gz"
    file.write_bytes(WHOLE)
    assert golden.manifests(file) == {"kube-apiserver.yaml": b"api", "etcd.yaml": b"etcd"}


def test_without_a_golden_state(tmp_path) -> None:
    for act in (lambda: golden.manifests(tmp_path / "none"), lambda: golden.restore(Helper(), tmp_path / "none")):
        with pytest.raises(ClusterError, match="no golden state") as raised:
            act()
        assert "lab up" in raised.value.hint


def test_saving_keeps_it_to_its_owner(tmp_path) -> None:
    file = tmp_path / "new" / "golden.tar.gz"
    golden.save(Helper(WHOLE), file)
    assert file.read_bytes() == WHOLE
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"words", WHOLE[:100], archive(other="x")], ids=["empty", "words", "cut", "other"]
)
def test_what_is_not_whole_is_not_saved(tmp_path, content) -> None:
    with pytest.raises(ClusterError, match="incomplete"):
        golden.save(Helper(content), tmp_path / "golden.tar.gz")
    assert list(tmp_path.iterdir()) == []


def test_a_node_that_fails(tmp_path) -> None:
    file = tmp_path / "golden.tar.gz"
    file.write_bytes(WHOLE)
    failing = Helper(error=CommandError(["docker"], 1, "etcd does not run"))
    for act in (golden.save, golden.restore):
        with pytest.raises(ClusterError, match="etcd does not run"):
            act(failing, file)
    assert file.read_bytes() == WHOLE


def test_restoring_gives_the_node_the_archive(tmp_path) -> None:
    file = tmp_path / "golden.tar.gz"
    file.write_bytes(WHOLE)
    helper = Helper()
    golden.restore(helper, file)
    assert helper.given == WHOLE
