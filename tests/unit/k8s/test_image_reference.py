import pytest

from lab.k8s.image_reference import Reference, parse


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("nginx", ("nginx", "", "")),
        ("nginx:1.29", ("nginx", "1.29", "")),
        ("localhost:5000/nginx", ("localhost:5000/nginx", "", "")),
        ("localhost:5000/a/nginx:1@sha256:aa", ("localhost:5000/a/nginx", "1", "sha256:aa")),
        (" registry.k8s.io/kube-apiserver@sha256:bb\n", ("registry.k8s.io/kube-apiserver", "", "sha256:bb")),
        ("", ("", "", "")),
        ("@", ("", "", "")),
    ],
)
def test_a_reference_is_taken_apart(text, reference) -> None:
    assert parse(text) == Reference(*reference)
