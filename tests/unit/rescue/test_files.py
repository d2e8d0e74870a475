import pytest
from rescue_scene import ADMISSION, API_SERVER, FILES, MANIFESTS, Helper, pod
from stand_in import StandIn

from lab.errors import ClusterError
from lab.rescue import files
from lab.rescue.files import File
from lab.shell import Completed


def test_the_nodes_files_with_when_they_were_changed() -> None:
    found = files.read(Helper(changed=12.5))
    assert found == {path: File(content, 12.5) for path, content in FILES.items()}


def test_a_node_without_any() -> None:
    assert files.read(Helper({})) == {}


def test_an_archive_that_is_none() -> None:
    class Damaged(StandIn):
        def run(self, script, **_):
            return Completed((), 0, b"1 etc/x\n\nno archive", b"")

    with pytest.raises(ClusterError, match="could not be read"):
        files.read(Damaged())


def test_manifests_are_what_the_kubelet_reads() -> None:
    paths = (f"{MANIFESTS}/b", f"{MANIFESTS}/.a.yaml.swp", f"{MANIFESTS}/deep/c", "/etc/kubernetes/x", API_SERVER)
    assert files.manifests(paths) == [f"{MANIFESTS}/b", API_SERVER]


def test_needed_is_what_a_manifest_names_and_no_more() -> None:
    notes = {"/etc/kubernetes/notes.txt": b"", "/etc/kubernetes/admission2/x": b"", "/etc/kubernetes/pki/ca.key": b""}
    assert set(files.needed({**FILES, **notes})) == set(FILES)
    mounts = FILES | {API_SERVER: pod("kube-apiserver") + b"    hostPath:\n      path: /etc/kubernetes/pki\n"}
    assert set(files.needed({**mounts, **notes})) == set(FILES) - {ADMISSION} | {"/etc/kubernetes/pki/ca.key"}


@pytest.mark.parametrize(
    "changed",
    [
        {API_SERVER: b"spec: ["},
        {API_SERVER: b"kind: Pod\n"},
        {f"{API_SERVER}.bak": FILES[API_SERVER]},
        {f"{MANIFESTS}/notes": b"remember"},
    ],
    ids=["no YAML", "no name", "a backup copy", "no pod"],
)
def test_manifests_that_are_not_sound(changed) -> None:
    assert files.sound(FILES)
    assert not files.sound({**FILES, **changed})
    for gone in files.manifests(FILES):
        assert not files.sound({path: content for path, content in FILES.items() if path != gone})


def test_a_process_has_read_what_was_there_when_it_began() -> None:
    found = {path: File(content, 100.0) for path, content in FILES.items()}
    assert files.in_effect(found, 100.5)
    assert not files.in_effect(found, 99.0)
    assert not files.in_effect(found, 0.0)
    assert not files.in_effect({**found, ADMISSION: File(b"", 101.0)}, 100.5)
    kubelets = {"/etc/kubernetes/kubelet.conf": File(b"", 101.0), "/etc/kubernetes/notes": File(b"", 101.0)}
    assert files.in_effect({**found, **kubelets}, 100.5)
