"""The images of the node, by every name that containerd has for them, and how they are put back."""

from collections.abc import Iterable

from lab.engine.docker import docker
from lab.errors import ClusterError, CommandError
from lab.k8s import image_reference
from lab.k8s.bash import program
from lab.k8s.cluster import IMAGE_LISTING, Cluster
from lab.k8s.record import Image, Record


def names_of(images: Iterable[Image]) -> dict[str, str]:
    """The manifest digest that each name of these images stands for: by tag, by digest and by CRI's id."""
    names: dict[str, str] = {}
    for image in images:
        repository = image_reference.parse(image.name).repository
        names |= {image.name: image.manifest_digest, f"{repository}@{image.manifest_digest}": image.manifest_digest}
        if image.config_digest:
            names[image.config_digest] = image.manifest_digest
    return names


def restore(cluster: Cluster, record: Record, keep_used: bool = False) -> None:
    """Remove images that were not there, and bring back those that are gone, from the node image itself.

    Args:
        cluster: where.
        record: what images there were.
        keep_used: leave those that a pod on the node has, such as another exercise's.

    Raises:
        ClusterError: an image could not be brought back.
    """
    listing = cluster.helper.run(IMAGE_LISTING).text
    present = dict(line.split()[:2] for line in listing.splitlines())
    wanted = names_of(record.images)
    said = cluster.helper.run(program(__file__, "used_images.sh")).text if keep_used else ""
    used = {present[name] for name in said.split() if name in present}
    needed = used - set(wanted.values())
    strange = [name for name, target in present.items() if wanted.get(name) != target and target not in needed]
    if strange:
        cluster.helper.run("xargs -r -n 1 ctr -n k8s.io images rm >/dev/null", input="\n".join(strange).encode())
    missing = sorted(name for name, target in wanted.items() if present.get(name) != target)
    if missing:
        _bring_back(cluster, record, [name for name in missing if not name.startswith("sha256:")])


def _bring_back(cluster: Cluster, record: Record, names: list[str]) -> None:
    container = f"{cluster.name}-images"
    export = (
        "containerd >/dev/null 2>&1 & for _ in $(seq 100); do ctr version >/dev/null 2>&1 && break; sleep 0.1; done; "
        'exec ctr -n k8s.io images export - "$@"'
    )
    if not names:
        return
    try:
        docker("rm", "-f", container, check=False)
        archive = docker(
            "run", "--rm", "--privileged", "--name", container, "--entrypoint", "/bin/bash",
            record.node_image, "-c", export, "export", *names, timeout=180,
        ).stdout  # fmt: skip
        cluster.helper.run("ctr -n k8s.io images import --no-unpack - >/dev/null", input=archive, timeout=180)
    except CommandError as error:
        message = f"Images that were removed from the node could not be brought back: {error.message}"
        raise ClusterError(message, "Make the cluster anew: lab down && lab up") from error
