"""manifest-digest: the manifest of a static pod names its image by the right digest."""

from collections.abc import Iterable

from lab.checks.asks import Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import image_digests, manifests
from lab.checks.support.manifests import MANIFESTS, Manifest, Params
from lab.k8s import image_reference
from lab.k8s.static_pods import DIRECTORY

_CURLY = frozenset("\u2018\u2019\u201c\u201d")
"""Quotes as a text processor writes them."""


@check("manifest-digest")
class ManifestDigest(Check[Params]):
    """The manifest names the component's own image by digest; a tag beside the digest does no harm."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The manifests, and the images on the node to say what a wrong digest is."""
        return MANIFESTS, image_digests.LISTING

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge the manifest that wins."""
        right = facts.image_of(params.component)
        expected = f"image: {right.repository}@sha256:... with the digest of the running image"
        command = f"grep image: {DIRECTORY}/*"
        found = manifests.of(params.component, seen)
        if not found:
            return manifests.missing(params.component, seen).fail(expected, command)
        file, image = found[-1].file, found[-1].image(params.component)
        if not image:
            return Fault("tag-only", _without_image(found[-1], params.component)).fail(expected, command)
        says = f'{file} says image: "{image}"'
        if fault := self._wrong(image, params.component, facts, seen):
            return fault.within(says, command).fail(expected)
        return passed(expected, says, command)

    @staticmethod
    def _wrong(image: str, component: str, facts: Facts, seen: Observation) -> Fault | None:
        """What is wrong, in words that go on from what the manifest says."""
        repository, reference = facts.image_of(component).repository, image_reference.parse(image)
        if image != image.strip():
            return Fault("blank-in-image", ", with a blank before or behind it: the kubelet refuses such a name")
        if "://" in image:
            return Fault("scheme", f"; an image's name has no {image.partition('://')[0]}:// before it")
        if curly := sorted(set(image) & _CURLY):
            return Fault("curly-quotes", f"; {' and '.join(curly)} are no quotes in YAML, but part of the name")
        if not reference.digest:
            return Fault("tag-only", ", so no digest is named")
        if wrong := image_digests.wrong_digest(reference.digest, component, facts, image_digests.names_of(seen)):
            return wrong.within("; ")
        if not reference.valid:
            return Fault("bad-tag", ", in which the tag between : and @ is none")
        if reference.repository != repository:
            return Fault("other-repository", f"; the digest is right, but it belongs to {repository}")
        return None


def _without_image(manifest: Manifest, component: str) -> str:
    fields = [key for each in manifest.containers if each.get("name") == component for key in each]
    other = next((key for key in fields if key.lower() == "image" and key != "image"), "")
    if other:
        return f"{manifest.file} says {other}: where the kubelet reads image: alone, in lower case"
    return f"{manifest.file} names no image, so no digest is named"
