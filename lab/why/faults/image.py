"""An image that the node does not have and cannot pull."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from lab.k8s import image_reference
from lab.k8s.static_pods import image_of
from lab.why.evidence import Evidence, kubelet_line
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.static_pod import StaticPod

_SAYS = r"ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError|RegistryUnavailable"


@fault(
    "image-not-there",
    Rank.IMAGE,
    "The image that a manifest names is not on the node and cannot be pulled: a wrong registry, tag or digest.",
    "The pod has no container; the kubelet's journal has ErrImagePull or ImagePullBackOff.",
    "Name the image as it was: by its tag, or by the digest that `crictl images --digests` shows.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """Every manifest whose image the node does not have."""
    for pod in seen.pods:
        image = str(pod.container.get("image") or "")
        if not image or seen.images is None or _there(image, seen.images):
            continue
        if seen.process(pod.component) and seen.newest(pod.component):
            continue
        lines = [pod.file.line_of(image)]
        said = next(seen.kubelet_said(rf"(?:{_SAYS}).*{re.escape(pod.component)}", pod.changed), None)
        lines += [kubelet_line(said[0])] if said else []
        good = _good(pod, seen)
        what = _what(image, good, seen.images)
        edit = f"sed -i 's#{image}#{good}#' {pod.file.path}" if good else f"vi {pod.file.path}"
        sentence = f"The image of {pod.component}, {image}, is not on the node and cannot be pulled{what}."
        yield Finding("image-not-there", sentence, tuple(lines), edit, Sure.CERTAIN if said else Sure.LIKELY)


def _there(image: str, images: frozenset[str]) -> bool:
    """Whether a name with a digest or a tag is known, whichever of the two counts."""
    reference = image_reference.parse(image)
    if reference.digest:
        return f"{reference.repository}@{reference.digest}" in images
    return image in images


def _good(pod: StaticPod, seen: Evidence) -> str:
    """The image of the golden state; one of that name on the node where that is not known."""
    golden = seen.golden.get(f"/etc/kubernetes/manifests/{pod.component}.yaml")
    if golden:
        return image_of(golden)
    return next((name for name in sorted(seen.images or ()) if f"/{pod.component}:" in name), "")


def _what(image: str, good: str, images: frozenset[str]) -> str:
    """Which part of the name is wrong, where that can be told."""
    mine, theirs = image_reference.parse(image), image_reference.parse(good) if good else None
    if theirs is None:
        return ""
    if mine.repository != theirs.repository:
        return f": the node has {theirs.repository}, not {mine.repository}"
    if mine.digest:
        near = get_close_matches(image, [each for each in images if "@" in each], n=1, cutoff=0.0)
        return f": its digest is not the one of the image on the node, {near[0].partition('@')[2]}" if near else ""
    return f": the node has the tag {theirs.tag}, not {mine.tag or 'latest'}"
