import io
import tarfile

import pytest
from rescue_scene import ADMISSION, API_SERVER, FILES, Cluster, Helper, pod

from lab import paths
from lab.errors import ClusterError
from lab.k8s.record import Record
from lab.rescue import last_good

RECORD = Record("rescue", address="172.18.0.2")


@pytest.fixture(autouse=True)
def _state(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))


def kept(cluster: Cluster) -> dict[str, bytes] | None:
    found = last_good.load(cluster.files)
    return dict(found.contents) if found else None


def test_files_are_kept_with_which_the_api_server_was_ready_for_long() -> None:
    cluster = Cluster(Helper())
    last_good.keep(cluster)
    assert kept(cluster) == FILES
    found = last_good.good(cluster, RECORD)
    assert (found.address, found.started, found.kept_at > 0) == ("172.18.0.2", 900, True)


@pytest.mark.parametrize(
    "helper",
    [
        Helper(started=980),
        Helper(started=0),
        Helper(changed=950),
        Helper({**FILES, f"{API_SERVER}.bak": FILES[API_SERVER]}),
        Helper(changed=950.0),
    ],
    ids=["too young", "none runs", "edited since", "a backup copy", "a file is newer than the process"],
)
def test_files_that_are_not_proved_are_not_kept(helper) -> None:
    cluster = Cluster(helper)
    last_good.keep(cluster)
    assert kept(cluster) is None


def test_what_the_lab_itself_put_there_is_kept_at_once() -> None:
    cluster = Cluster(Helper(started=990))
    last_good.keep(cluster, at_once=True)
    assert kept(cluster) == FILES


def test_it_moves_on_with_another_process_alone() -> None:
    cluster, edited = Cluster(Helper()), {**FILES, ADMISSION: b"plugins: [x]\n"}
    last_good.keep(cluster)
    cluster.helper = Helper(edited)
    last_good.keep(cluster)
    assert kept(cluster) == FILES
    cluster.helper = Helper(edited, started=940)
    last_good.keep(cluster)
    assert kept(cluster) == edited
    last_good.forget(cluster.files)
    assert kept(cluster) is None


def test_one_that_is_damaged_counts_as_none() -> None:
    cluster = Cluster(Helper())
    last_good.keep(cluster)
    file = cluster.files.last_good
    file.write_bytes(file.read_bytes().replace(b"172", b"173"))
    assert kept(cluster) is None
    with pytest.raises(ClusterError, match="golden"):
        last_good.good(cluster, RECORD)


def test_where_none_were_kept_they_are_the_golden_states() -> None:
    cluster, stream = Cluster(Helper()), io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for path, content in {
            **FILES,
            "/etc/kubernetes/notes": b"",
            "/root/x": b"",
            "/var/lib/etcd/member/x": b"",
        }.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    paths.write_private(cluster.files.golden, stream.getvalue())
    found = last_good.good(cluster, RECORD)
    assert (found.contents, found.kept_at) == (FILES, 0)


def test_a_node_with_another_address_gets_files_with_that() -> None:
    served = {
        **FILES,
        "/etc/kubernetes/pki/apiserver.crt": b"",
        API_SERVER: pod("kube-apiserver", "172.18.0.2:6443 /etc/kubernetes/pki/apiserver.crt"),
    }
    cluster = Cluster(Helper(served))
    last_good.keep(cluster)
    moved = last_good.good(Cluster(Helper(), "172.18.0.9"), RECORD).contents
    assert moved["/etc/kubernetes/kubelet.conf"] == b"server: https://172.18.0.9:6443\n"
    assert "/etc/kubernetes/pki/apiserver.crt" not in moved
    assert b"172.18.0.2" not in b"".join(moved.values())
