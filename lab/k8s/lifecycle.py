"""Makes a whole cluster, finds it again after a restart, puts it back, and removes it."""

import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from lab import paths
from lab.engine.docker import docker, image_id
from lab.errors import ClusterError
from lab.images.beside_node import Shelf
from lab.images.node import NodeImage
from lab.k8s import (
    golden,
    inventory,
    kept,
    kind,
    kubeconfig,
    leftovers,
    node_images,
    node_state,
    objects,
    owner,
    registry,
    saved,
)
from lab.k8s.cluster import READY_TIMEOUT, Cluster
from lab.k8s.inventory import Inventory
from lab.k8s.record import Record, load
from lab.phases import Status
from lab.retry import attempts

ESTIMATE = 35.0
"""Seconds that making a cluster takes once its images are there: the sum of the phases."""
_AGAIN_READY, _AGAIN_RUNNING, _SYSTEMD = 120.0, 180.0, 30.0
"""Seconds that a node has after its golden state was put back, before the cluster is made anew."""


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
        take_inventory(cluster)
        record = Record(
            cluster.name,
            complete=True,
            uid=cluster.uid(),
            kubernetes_version=version,
            node_image=image.reference,
            node_image_digest=image_id(image.reference),
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


def take_inventory(cluster: Cluster) -> None:
    """Keep what the golden state has beside its archive.

    Raises:
        LabError: the node or the API server does not answer.
    """
    inventory.take(objects.look(cluster.api), node_state.look(cluster.helper)).save(cluster.files.inventory)


def put_back(cluster: Cluster, record: Record, status: Status) -> None:
    """Put the golden state back, from any state of the node, and wait for all of it. What a learner changed is copied
    to this machine first, unless that was done already.

    Raises:
        ClusterError: it did not come back.
    """
    wake(cluster, status)
    docker("network", "connect", cluster.name, cluster.node.container, check=False)  # fails where it is connected
    with suppress(ClusterError):
        _wait_for_systemd(cluster)
    kept_inventory = None
    with suppress(ClusterError):  # a damaged one is made anew at the end
        kept_inventory = inventory.load(cluster.files.inventory)
    with status.phase("Putting the golden state back", 3):
        _take_away(cluster, record, kept_inventory, status)
        golden.restore(cluster.helper, cluster.files.golden)
        _readdress(cluster, record)
        node_images.restore(cluster, record)
    with status.phase("Waiting until every system pod is Running", 20):
        cluster.api.wait_ready(_AGAIN_READY)
        cluster.wait_for_pods(_AGAIN_RUNNING)
    if kept_inventory is None:
        take_inventory(cluster)


def _wait_for_systemd(cluster: Cluster) -> None:
    """Wait until the node's systemd answers, which it does some seconds after the container was started; one that does
    not, as after `kill -SEGV 1`, is started anew with the node.
    """
    for restarts in (1, 0):
        for _ in attempts(_SYSTEMD, pause=0.5):
            if not cluster.helper.run("timeout 3 systemctl show -p Version", check=False).returncode:
                return
        if restarts:
            docker("restart", "-t", "0", cluster.node.container)


def _take_away(cluster: Cluster, record: Record, golden_inventory: Inventory | None, status: Status) -> None:
    """Copy what a learner changed to this machine, and end and remove what is no file and no API object."""
    archive, files = cluster.files.golden.read_bytes(), cluster.files
    with suppress(ClusterError):  # a node that cannot be told about is put back all the same
        state = node_state.look(cluster.helper, archive, record.address, cluster.address())
        if not files.before_reset.exists():
            count = saved.fetch(
                cluster.helper, [path for change, path in state.files if change != "removed"], files.before_reset
            )
            if count:
                status.note(f"What you changed is copied to {files.before_reset}: {count} files")
        if golden_inventory:
            leftovers.remove(cluster.helper, golden_inventory, state)


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
