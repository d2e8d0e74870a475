"""cluster/pins.yaml and the Go module pin the same versions, and kubeadm asks for the images that are built."""

import os
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from lab import paths
from lab.errors import DataError
from lab.images import binaries, pins

PINS = pins.load()
GO_MOD = (paths.data("cluster") / "node-image" / "go.mod").read_text()
GO_SUM = (paths.data("cluster") / "node-image" / "go.sum").read_text()


def required() -> dict[str, str]:
    blocks = re.findall(r"^require \(\n(.*?)^\)", GO_MOD, re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"^\s+(\S+) (v\S+)", "".join(blocks), re.MULTILINE))


def replaced() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^replace (\S+) => (\S+) (v\S+)$", GO_MOD, re.MULTILINE)
    return {name: (other, version) for name, other, version in rows}


@pytest.mark.parametrize(
    ("module", "version"),
    [
        ("k8s.io/kubernetes", PINS.kubernetes),
        ("sigs.k8s.io/kind", PINS.kind),
        ("sigs.k8s.io/cri-tools", PINS.crictl),
        ("github.com/open-policy-agent/gatekeeper/v3", PINS.gatekeeper),
        ("github.com/coredns/coredns", PINS.coredns),
        *(
            (f"go.etcd.io/etcd/{part}/v3", f"v{PINS.etcd.partition('-')[0]}")
            for part in ("server", "etcdctl", "etcdutl")
        ),
    ],
)
def test_the_go_module_requires_the_pinned_version(module, version) -> None:
    assert required()[module] == version
    assert f"{module} {version} h1:" in GO_SUM


def test_every_staging_module_is_of_one_version() -> None:
    staging = PINS.kubernetes.replace("v1.", "v0.", 1)
    ours = {name: to for name, to in replaced().items() if name.startswith("k8s.io/")}
    assert len(ours) > 25
    assert {name: to for name, to in ours.items() if to != (name, staging)} == {}
    for name in re.findall(r"^\s+(k8s\.io/[a-z0-9-]+) v0\.\d+\.\d+", GO_MOD, re.MULTILINE):
        assert name in ours or required()[name].startswith("v0.0.0-"), name


def test_crictl_lifts_nothing_that_kubernetes_is_compiled_with() -> None:
    file = module_cache() / f"cache/download/k8s.io/kubernetes/@v/{PINS.kubernetes}.mod"
    if not file.exists():
        pytest.skip(f"Go's module cache has no k8s.io/kubernetes {PINS.kubernetes}: nothing was built here")
    asked = dict(re.findall(r"^\s+(\S+) (v\S+)", file.read_text(), re.MULTILINE))
    for name in ("k8s.io/kube-openapi", "k8s.io/utils"):
        assert required()[name] == asked[name]
        assert name not in replaced()


def test_the_go_that_the_lab_asks_for_is_the_one_that_its_module_needs() -> None:
    wanted = re.search(r"^go (\S+)$", GO_MOD, re.MULTILINE)
    assert wanted
    assert wanted[1] == ".".join(map(str, binaries.GO_NEEDED))


def test_the_node_image_is_of_the_pinned_kubernetes_and_by_digest() -> None:
    assert re.fullmatch(rf"kindest/node:{re.escape(PINS.kubernetes)}@sha256:[0-9a-f]{{64}}", PINS.node_image)


def module_cache() -> Path:
    gopath = os.environ.get("GOPATH", "").partition(os.pathsep)[0] or Path.home() / "go"
    return Path(os.environ.get("GOMODCACHE") or Path(gopath) / "pkg" / "mod")


def test_kubeadm_asks_for_the_same_images() -> None:
    file = module_cache() / f"k8s.io/kubernetes@{PINS.kubernetes}/cmd/kubeadm/app/constants/constants.go"
    if not file.exists():
        pytest.skip(f"Go's module cache has no k8s.io/kubernetes {PINS.kubernetes}: nothing was built here")
    said = dict(re.findall(r'^\s*(\w+) += "([^"]+)"', file.read_text(), re.MULTILINE))
    assert (said["DefaultEtcdVersion"], said["CoreDNSVersion"], said["PauseVersion"]) == (
        PINS.etcd,
        PINS.coredns,
        PINS.pause,
    )


def test_the_names_of_the_components() -> None:
    names = PINS.component_images
    assert len(names) == len(set(names.values())) == 7
    assert names["kube-apiserver"] == f"registry.k8s.io/kube-apiserver:{PINS.kubernetes}"
    assert names["coredns"] == f"registry.k8s.io/coredns/coredns:{PINS.coredns}"


@pytest.mark.parametrize("change", ["", "- a list\n", "extra: 1\n", "just words", "without"])
def test_pins_that_are_not_whole(tmp_path, change) -> None:
    lines = [f"{key}: {value}\n" for key, value in asdict(PINS).items()]
    file = tmp_path / "pins.yaml"
    file.write_text(
        "".join(lines) + change if change == "extra: 1\n" else "".join(lines[1:]) if change == "without" else change
    )
    with pytest.raises(DataError, match=str(file)):
        pins.load(file)


def test_versions_are_text(tmp_path) -> None:
    file = tmp_path / "pins.yaml"
    file.write_text("".join(f"{key}: {value}\n" for key, value in {**asdict(PINS), "pause": 3.1}.items()))
    assert pins.load(file).pause == "3.1"
