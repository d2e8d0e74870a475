"""A changed input makes the images that it goes into anew, and no others: a build takes ten minutes."""

from dataclasses import replace

import pytest

from lab.images import binaries, node, rootfs
from lab.images.build import key_of

PARTS = ("binaries", "rootfs-node", "rootfs-kube-proxy", "node")


def names(workshop) -> dict[str, str]:
    return {
        "binaries": binaries.tag(workshop),
        "rootfs-node": rootfs.tag("node", workshop),
        "rootfs-kube-proxy": rootfs.tag("kube_proxy", workshop),
        "node": node._built_name(workshop),
    }


def changed(before, after) -> set[str]:
    return {part for part in PARTS if before[part] != after[part]}


NODE = {"node"}
GO = {"binaries", "node"}


@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("learner/etc/systemd/system/kubelet.service.d/12-cks-lab.conf", NODE),
        ("learner/kind/patches/kube-apiserver0+strategic.yaml", NODE),
        ("learner.Dockerfile", NODE),
        ("preload.sh", NODE),
        ("base.Dockerfile", NODE),
        ("components.Dockerfile", NODE),
        ("base/etc/cni/net.d/10-ptp.conflist", NODE),
        ("go.mod", GO),
        ("go.sum", GO),
        ("cmd/kube/main.go", GO),
        ("cmd/pause/main.go", GO),
    ],
)
def test_a_changed_file(workshop, file, parts) -> None:
    before = names(workshop)
    path = workshop.sources / file
    path.write_text(path.read_text() + "\n")
    assert changed(before, names(workshop)) == parts


def test_a_new_file_and_a_changed_mode_count(workshop) -> None:
    before = names(workshop)
    extra = workshop.sources / "learner/usr/local/bin/extra"
    extra.write_text("")
    added = names(workshop)
    extra.chmod(0o755)
    executable = names(workshop)
    assert changed(before, added) == changed(added, executable) == NODE
    extra.unlink()
    assert names(workshop) == before


def test_what_is_beside_the_inputs_does_not_count(workshop) -> None:
    before = names(workshop)
    (workshop.sources / "README").write_text("x")
    (workshop.sources.parent / "kind.yaml").write_text("x")
    assert names(workshop) == before


@pytest.mark.parametrize(
    ("pin", "parts"),
    [
        ("kubernetes", GO),
        ("crictl", GO),
        ("debian", {"rootfs-node", "rootfs-kube-proxy", "node"}),
        ("pause", NODE),
        ("etcd", NODE),
    ],
)
def test_a_changed_pin(workshop, pin, parts) -> None:
    pins = replace(workshop.pins, **{pin: "v1.37.0"})
    assert changed(names(workshop), names(replace(workshop, pins=pins))) == parts


def test_a_changed_list_of_packages(workshop) -> None:
    before = names(workshop)
    file = workshop.sources / "packages.yaml"
    file.write_text(file.read_text().replace("node:\n", "node:\n  - hello\n", 1))
    assert changed(before, names(workshop)) == {"rootfs-node", "node"}


def test_another_go_and_other_capabilities(workshop, monkeypatch) -> None:
    before = names(workshop)
    monkeypatch.setattr(binaries, "go_version", lambda: (1, 27))
    assert changed(before, names(workshop)) == GO
    monkeypatch.setattr(binaries, "go_version", lambda: (1, 26, 9))
    monkeypatch.setattr("lab.engine.capabilities.missing_here", lambda: ("CAP_SYS_TIME",))
    assert changed(before, names(workshop)) == NODE


def test_another_architecture_has_names_of_its_own(workshop) -> None:
    arm = replace(workshop, engine=replace(workshop.engine, architecture="aarch64"))
    assert changed(names(workshop), names(arm)) == set(PARTS)
    assert (workshop.architecture, arm.architecture) == ("amd64", "arm64")
    assert names(arm)["binaries"].endswith("-arm64")


def test_the_name_says_which_kubernetes(workshop) -> None:
    assert node._built_name(workshop).startswith(f"cks-lab/node:{workshop.pins.kubernetes}-")
    official = node._final_name(workshop, workshop.pins.node_image)
    assert official.startswith(f"cks-lab/node:{workshop.pins.kubernetes}-")
    assert official != node._built_name(workshop)


def test_a_key_tells_its_inputs_apart(tmp_path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("1")
    keys = [key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of(tmp_path / "a"), key_of(tmp_path / "b")]
    assert len({*keys, key_of(), key_of("1"), key_of(tmp_path)}) == 8
    assert key_of("ab", "c") == keys[0]
    assert all(len(key) == 16 for key in keys)
