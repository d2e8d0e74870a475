"""Whatever stands in a manifest, a diagnosis comes: a value of the wrong type is no fault of the lab's."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import why_scene as scene
import yaml

from lab.why.diagnosis import State, diagnose

POD = yaml.safe_load(scene.healthy().files[scene.MANIFEST].text)
ODD = (7, "word", None)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value of a manifest; of a list, to the first."""
    if way:
        yield way
    inside = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    for key, child in inside:
        yield from places(child, (*way, key))


@pytest.mark.parametrize("way", sorted(places(POD), key=str), ids=lambda way: ".".join(map(str, way)))
def test_a_value_of_another_type_is_no_crash(way: tuple[Any, ...]) -> None:
    for odd in ODD:
        pod = deepcopy(POD)
        inner = pod
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = odd
        seen = scene.with_file(scene.healthy(), scene.MANIFEST, yaml.safe_dump(pod).encode(), mtime=scene.healthy().now)
        assert diagnose(scene.away(seen)).state in State


@pytest.mark.parametrize(
    "content", [b"", b"\0\xff\xfe", b"- a\n- b\n", b"{", b"a: &a [*a]", b"---\n---\n", b"kind: Pod\n"]
)
def test_a_file_that_is_no_manifest_is_no_crash(content: bytes) -> None:
    assert diagnose(scene.away(scene.with_file(scene.healthy(), scene.MANIFEST, content))).state is State.FAULTY


def test_names_of_files_pods_and_volumes_are_taken_as_they_are() -> None:
    seen, text = scene.healthy(), scene.healthy().files[scene.MANIFEST].text
    odd = (
        text.replace("name: kube-apiserver", "name: '*('")
        .replace("name: ca-certs", "name: '[+'")
        .replace("v1.36", "v9")
    )
    odd = odd.replace("type: DirectoryOrCreate", "type: File")
    for name, content in (("*(.yaml", odd), ("[", "kind: Deployment"), ("+", "\t")):
        seen = scene.with_file(seen, f"/etc/kubernetes/manifests/{name}", content.encode())
    assert {"image-not-there", "manifest-not-a-pod", "manifest-not-yaml", "host-path"} <= set(scene.named(seen))
