"""Tells whose digest a wrong digest is. Pure."""

import re
from collections.abc import Iterable

from lab.checks.asks import CouldNotTell, NodeAsk, Observation
from lab.checks.base import Facts, Fault
from lab.k8s import image_reference
from lab.k8s.cluster import IMAGE_LISTING

LISTING = NodeAsk(IMAGE_LISTING)
"""Every image name that containerd knows on the node, with the manifest digest that it stands for."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def wrong_digest(digest: str, component: str, facts: Facts, names: dict[str, str]) -> Fault | None:
    """What is wrong with a digest that should be the manifest digest of a component's image.

    Args:
        digest: as the learner wrote it.
        component: such as `kube-apiserver`.
        facts: the images as the cluster was made with them.
        names: image names on the node and the manifest digest of each; may be empty.

    Returns:
        None when it is right.

    Raises:
        CouldNotTell: the component's image is not known.
    """
    right = facts.image_of(component)
    if digest == right.manifest_digest:
        return None
    return _malformed(digest, right.manifest_digest) or _of_another_kind(digest, component, facts, names)


def _malformed(digest: str, right: str) -> Fault | None:
    if _DIGEST.fullmatch(digest):
        return None
    bare = digest.removeprefix("sha256:")
    if bare == right.removeprefix("sha256:"):
        return Fault("no-algorithm", "the digest lacks its algorithm: it has to begin with sha256:")
    if len(bare) >= 6 and right.removeprefix("sha256:").startswith(bare):
        return Fault("truncated-digest", f"the digest is cut short: {len(bare)} of 64 hexadecimal digits")
    return Fault("not-a-digest", _no_digest(digest))


def _no_digest(text: str) -> str:
    """Why a text is no digest at all."""
    if _DIGEST.fullmatch(text.lower()):
        return "the digest has to be in lower case, sha256 and its digits"
    if _DIGEST.fullmatch("".join(text.split())):
        return "a blank stands inside the digest"
    if re.fullmatch(r"sha256:[0-9a-f]+", text):
        return f"the digest has {len(text) - len('sha256:')} hexadecimal digits, not 64"
    return f'"{text[:80]}" is not sha256: and 64 hexadecimal digits'


def _of_another_kind(digest: str, component: str, facts: Facts, names: dict[str, str]) -> Fault:
    right = facts.image_of(component)
    if digest == right.config_digest:
        return Fault(
            "config-digest",
            "that is the image id, the digest of its configuration; a reference takes the digest of the manifest",
        )
    for image in facts.images:
        if digest in (image.manifest_digest, image.config_digest):
            return Fault("other-component", f"that is the digest of another image: {image.name}")
    manifest = names.get(digest, digest)  # containerd also knows an image by its id, `sha256:...` as a name
    here = sorted(name for name, target in names.items() if target == manifest)
    if not here:
        return Fault("unknown-digest", "no image on this node has that digest: it was copied from somewhere else")
    what = "digest" if digest == manifest else "image id, the digest of the configuration,"
    named = [name for name in here if not name.startswith("sha256:")]
    if any(image_reference.parse(name).name == component for name in named):
        return Fault(
            "relabelled-copy",
            f"that is the {what} of a copy, {named[0]}, and not of the image that kubeadm set up",
        )
    return Fault(
        "other-image",
        f"that is the {what} of another image on this node: {named[0] if named else 'one without a name'}",
    )


def names_of(seen: Observation) -> dict[str, str]:
    """Image names and manifest digests on the node; empty when containerd did not tell."""
    try:
        answer = seen[LISTING]
    except CouldNotTell:
        return {}
    rows = (line.split() for line in answer.text.splitlines()) if answer.code == 0 else ()
    return {row[0]: row[1] for row in rows if len(row) == 2}


def lines_of(text: str) -> Iterable[str]:
    """The lines of an answer that are neither blank nor a comment."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
