import tarfile
from pathlib import Path

import pytest

from lab.errors import BuildError
from lab.images import binaries


@pytest.mark.parametrize(
    ("said", "version"),
    [("go1.26.5", (1, 26, 5)), ("go1.26rc1", (1, 26)), ("go1.30", (1, 30)), ("devel go1.27-abc", ()), ("", ())],
)
def test_the_version_of_go(tmp_path, monkeypatch, said, version) -> None:
    go = tmp_path / "go"
    go.write_text(f"#!/bin/sh\necho '{said}'\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert binaries.go_version() == version


def test_go_is_needed_only_for_a_build(monkeypatch) -> None:
    monkeypatch.setattr(binaries, "go_version", tuple)
    for needed in (True, False):
        found = binaries.finding(needed)
        assert (found.ok, found.required, found.seen) == (False, needed, "not on PATH")
        assert "https://go.dev/dl/" in found.advice
    for version, enough in (((1, 25, 9), False), ((1, 26, 1), False), ((1, 26, 2), True), ((1, 27), True)):
        monkeypatch.setattr(binaries, "go_version", lambda version=version: version)
        assert binaries.finding(needed=True).ok == enough


def test_without_go_a_build_says_what_to_install(workshop, monkeypatch) -> None:
    monkeypatch.setattr(binaries, "go_version", tuple)
    monkeypatch.setattr(binaries, "image_exists", lambda name: False)
    with pytest.raises(BuildError, match="needs Go") as raised:
        binaries.ensure(workshop)
    assert "lab up" in raised.value.hint


def test_the_version_that_kubeadm_reads_is_linked_in(workshop) -> None:
    linker = next(flag for flag in binaries.flags(workshop) if flag.startswith("-ldflags="))
    assert f"-X k8s.io/component-base/version.gitVersion={workshop.pins.kubernetes}" in linker
    assert "-X k8s.io/component-base/version.gitMajor=1 " in linker
    assert f"-X sigs.k8s.io/cri-tools/pkg/version.Version={workshop.pins.crictl}" in linker


def test_the_archive_has_every_name_of_a_program(tmp_path) -> None:
    for program in ("pause", "coredns", "crictl", "kind", "gatekeeper", "kube", "etcd"):
        (tmp_path / program).write_text(program)
    archive: Path = tmp_path / "programs.tar"
    binaries._pack(tmp_path, archive)
    with tarfile.open(archive) as tar:
        assert {entry.uid for entry in tar} == {0}
        names = set(tar.getnames())
        assert tar.getmember("programs/node/kubelet").linkname == "kube"
        assert tar.getmember("programs/iptables-links/ip6tables-save").linkname == "ip6tables-nft-save"
        for name, source in (("kubernetes/kube-apiserver", "kube"), ("node/kubectl", "kube"), ("etcd/etcdutl", "etcd")):
            content = tar.extractfile(f"programs/{name}")  # follows links
            assert content
            assert content.read() == source.encode()
    assert {f"programs/kubernetes/kube-{name}" for name in ("apiserver", "scheduler", "proxy")} <= names
