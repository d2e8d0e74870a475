"""What an exercise's data may ask for: never a part of the system."""

import subprocess

import pytest

from lab.actions import hosts_remove, namespace_clear, namespace_remove, objects
from lab.actions.support import node_path
from lab.k8s.bash import program


@pytest.mark.parametrize(
    "path",
    [
        "/root/x",
        "/opt/a/b",
        "/srv/x",
        "/etc/kubernetes/manifests/static-shop.yaml",
        "/etc/kubernetes/admission",
        "/etc/kubernetes/admission/kubeconf",
    ],
)
def test_paths_of_an_exercise(path) -> None:
    assert node_path.Params(path).path == path


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/root",
        "/root/",
        "/root/../etc",
        "root/x",
        "/etc/kubernetes/manifests/kube-apiserver.yaml",
        "/etc/kubernetes/manifests/etcd.yaml",
        "/etc/kubernetes/manifests",
        "/etc/kubernetes/pki/ca.crt",
        "/etc/kubernetes",
        "/etc/kubernetes/admissions",
    ],
)
def test_paths_of_the_system(path) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        node_path.Params(path)


@pytest.mark.parametrize("name", ["default", "kube-system", "gatekeeper-system", "A", "a b", "", "-a"])
def test_namespaces_that_no_exercise_may_remove(name) -> None:
    with pytest.raises(ValueError, match=r"namespace|belongs to the cluster"):
        namespace_remove.Params(name)


def test_default_may_be_cleared_and_the_systems_may_not() -> None:
    assert namespace_clear.Params("default").namespace == "default"
    with pytest.raises(ValueError, match="cannot be cleared"):
        namespace_clear.Params("kube-system")


@pytest.mark.parametrize("file", ["../pods.yaml", "a/b.yaml", "/etc/passwd"])
def test_a_manifest_lies_in_the_exercise(file) -> None:
    with pytest.raises(ValueError, match="not the name of a file"):
        objects.Params(file, "supply-chain")


HOSTS = """\
127.0.0.1\tlocalhost
10.0.0.1 external-service
10.0.0.2 other External-Service. # why
10.0.0.3 external-service.example.com # external-service
# 10.0.0.4 external-service
external-service
"""


def test_the_lines_of_a_host_are_removed(tmp_path) -> None:
    (tmp_path / "hosts").write_text(HOSTS)
    here = (
        f'in_node() {{ cd {tmp_path}; shift; if [ "$1" = \'<\' ]; then cat "$2"; else "$@"; fi; }}\nunlock() {{ :; }}\n'
    )
    script = here + program(hosts_remove.__file__, "hosts_remove.sh", "external-service")
    for _ in range(2):
        subprocess.run(["bash", "-c", script], check=True)
        lines = HOSTS.splitlines(keepends=True)
        assert (tmp_path / "hosts").read_text() == "".join([lines[0], *lines[3:]])


@pytest.mark.parametrize("host", ["a b", "", "x;y", "a\nb"])
def test_a_host_is_one_name(host) -> None:
    with pytest.raises(ValueError, match="not a host"):
        hosts_remove.Params(host)
