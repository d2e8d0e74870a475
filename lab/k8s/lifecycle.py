"""Makes a whole cluster, finds it again after a restart, puts it back, and removes it."""

import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace

from lab import paths
from lab.engine.docker import docker
from lab.errors import ClusterError, CommandError
from lab.images.beside_node import Shelf
from lab.images.node import NodeImage
from lab.k8s import golden, image_reference, kept, kind, kubeconfig, owner, registry
from lab.k8s.bash import program
from lab.k8s.cluster import IMAGE_LISTING, READY_TIMEOUT, Cluster
from lab.k8s.record import Record, load
from lab.phases import Status

ESTIMATE = 35.0
"""Seconds that making a cluster takes once its images are there: the sum of the phases."""


def make(cluster: Cluster, kind_tool: str, image: NodeImage, shelf: Shelf, version: str, status: Status) -> Record:
    """Make the cluster with its registry, wait for all of it, save the golden state.

    Raises:
        ClusterError: a part of it failed; names the log.
    """
    status.ahead(ESTIMATE)
    log = paths.log_file("kind")
    clear(cluster)
    Record(cluster.name, node_image=image.reference, kubernetes_version=version).save(cluster.files.record)
    with status.phase("Creating the control plane with kind", 12):
        kind.create(kind_tool, cluster.files, image, log)
        registry.ensure(cluster.name, shelf.registry)  # after the node, which so has the same address every time
        cluster.helper.ensure()
        cluster.__dict__.pop("api", None)  # a client of an earlier cluster of this name knows another CA
        cluster.api.wait_ready(READY_TIMEOUT)
    with status.phase("Waiting until every system pod is Running", 20):
        cluster.wait_for_pods()
    with status.phase("Saving the golden state", 3):
        golden.save(cluster.helper, cluster.files.golden)
        record = Record(
            cluster.name,
            complete=True,
            uid=cluster.uid(),
            kubernetes_version=version,
            node_image=image.reference,
            address=cluster.address(),
            origin=image.origin,
            registry_image=shelf.registry,
            webhook_image=shelf.webhook,
            images=cluster.images(),
            journal_key=secrets.token_hex(32),
            golden=kept.digest_of(cluster.files.golden),
        )
        kubeconfig.merge(cluster.files.kubeconfig, kubeconfig.users_file(), kind.context(cluster.name))
        record.save(cluster.files.record)
    return record


def adopt(cluster: Cluster, kind_tool: Callable[[], str], status: Status) -> Record | None:
    """The record of a cluster that is there, running again when it had stopped; None when there is none, or
    only a half-made one.

    Args:
        cluster: which.
        kind_tool: gives the kind program; asked where the kubeconfig has to be written anew.
        status: shows the phases of the work.

    Raises:
        ClusterError: a cluster of that name is there that this lab did not make.
    """
    state, record = cluster.node.state(), load(cluster.files.record)
    if not state:
        return None
    owner.refuse_other(cluster.files)
    if record is None:
        raise owner.without_record(cluster.files)
    if not record.complete:
        status.note("An earlier `lab up` was interrupted; the half-made cluster is made anew.")
        return None
    status.ahead(20)
    wake(cluster, status)
    if not cluster.has_kubeconfig():
        kind.write_kubeconfig(kind_tool(), cluster.files)
    cluster.helper.ensure()
    with status.phase("Waiting for the API server", 5):
        cluster.api.wait_ready(READY_TIMEOUT)
    kubeconfig.merge(cluster.files.kubeconfig, kubeconfig.users_file(), kind.context(cluster.name))
    return record


def restock(cluster: Cluster, record: Record, shelf: Shelf) -> Record:
    """See that what runs beside the node runs, from images that may have been made anew; gives the record of it.

    Raises:
        EngineError: the registry does not start.
    """
    registry.ensure(cluster.name, shelf.registry)
    record = replace(record, registry_image=shelf.registry, webhook_image=shelf.webhook)
    record.save(cluster.files.record)
    return record


def wake(cluster: Cluster, status: Status) -> None:
    """Start or unpause the node's container when it does not run."""
    state = cluster.node.state()
    if state == "running":
        return
    with status.phase("Starting the node again", 15):
        docker("unpause" if state == "paused" else "start", cluster.node.container)


def put_back(cluster: Cluster, record: Record, status: Status) -> None:
    """Put the golden state back, from any state of the node, and wait for all of it.

    Raises:
        ClusterError: it did not come back.
    """
    wake(cluster, status)
    with status.phase("Putting the golden state back", 3):
        saved = golden.restore(cluster.helper, cluster.files.golden)
        _readdress(cluster, record)
        restore_images(cluster, record)
    with status.phase("Waiting until every system pod is Running", 20):
        cluster.api.wait_ready(READY_TIMEOUT)
        cluster.wait_for_pods()
    status.note(f"What was in /etc/kubernetes and /root is kept on the node in {saved}")


def restore_images(cluster: Cluster, record: Record, keep_used: bool = False) -> None:
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
    wanted: dict[str, str] = {}
    for image in record.images:
        repository = image_reference.parse(image.name).repository
        wanted |= {
            image.name: image.manifest_digest,
            f"{repository}@{image.manifest_digest}": image.manifest_digest,
        }
        if image.config_digest:
            wanted[image.config_digest] = image.manifest_digest
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


def _readdress(cluster: Cluster, record: Record) -> None:
    """After a restart of the engine the node may have another address than the golden state knows."""
    now = cluster.address()
    if not record.address or now == record.address:
        return
    old = record.address.replace(".", r"\.")
    cluster.helper.type(
        "systemctl stop kubelet\n"
        f"grep -rlE '\\b{old}\\b' /etc/kubernetes /kind /var/lib/kubelet/*.yaml /var/lib/kubelet/*.env "
        f"| xargs -r sed -i -E 's/\\b{old}\\b/{now}/g'\n"
        f"hosts=$(sed -E 's/\\b{old}\\b/{now}/g' /etc/hosts) && echo \"$hosts\" >/etc/hosts\n"
        "rm -f /etc/kubernetes/pki/apiserver.crt /etc/kubernetes/pki/apiserver.key\n"
        "kubeadm init phase certs apiserver --config /kind/kubeadm.conf >/dev/null\n"
        "systemctl start kubelet"
    )


def clear(cluster: Cluster) -> None:
    """Remove a cluster with all that the lab keeps for it, half-made ones included."""
    kind.delete(cluster.name, cluster.files)
    cluster.__dict__.pop("api", None)
    shutil.rmtree(cluster.files.folder, ignore_errors=True)
