from pathlib import Path

import pytest
from api_server_manifest import IMAGE, MANIFEST

from lab.k8s import static_pods


@pytest.mark.parametrize("text", ["", "spec: [", "spec: {}", "spec: {containers: []}", "\udcff", "- a"])
def test_no_manifest_of_a_pod_has_no_image(text: str) -> None:
    manifest = text.encode(errors="surrogateescape")
    assert static_pods.image_of(manifest) == ""
    assert static_pods.with_image(manifest, "b") == manifest


def test_another_image_leaves_the_rest_of_a_manifest_as_it_was() -> None:
    assert static_pods.image_of(MANIFEST.encode()) == f"{IMAGE}:v1"
    for quote in ("", "'", '"'):
        text = MANIFEST.replace(f"{IMAGE}:v1", f"{quote}{IMAGE}:v1{quote}").replace("\n", "\r\n")
        expected = MANIFEST.replace(f"{IMAGE}:v1", "b@c").replace("\n", "\r\n")
        assert static_pods.with_image(text.encode(), "b@c") == expected.encode()
    twice = f"{MANIFEST}  - image: {IMAGE}:v1\n".encode()
    assert static_pods.with_image(twice, "b@c") == twice
    assert Path(static_pods.DIRECTORY).name == "manifests"
