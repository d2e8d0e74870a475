"""The golden state: what the cluster was right after `lab up`, and putting it back.

It is one archive, kept on the host where a learner who is root on the node cannot change it: the files that
make the control plane what it is, and etcd's data as `etcdutl snapshot restore` lays it out from a snapshot.
"""

import io
import tarfile
from pathlib import Path

from lab import paths
from lab.errors import ClusterError, CommandError
from lab.k8s import saved
from lab.k8s.node import Node

_WORK = "/var/lib/cks-lab"
_FILES = (
    "etc/kubernetes etc/containerd etc/cni etc/default/kubelet etc/systemd/system etc/hosts.lab etc/vim "
    "etc/cks-lab kind root var/lib/kubelet/config.yaml var/lib/kubelet/kubeadm-flags.env var/lib/kubelet/pki"
)
MANIFESTS = "etc/kubernetes/manifests"

# The snapshot is taken and laid out by the tools in etcd's own container: the node has none. The data folder is
# laid out inside /var/lib/etcd, which is the one writable mount of that container.
_SAVE = f"""
set -euo pipefail
running=$(ctr -n k8s.io tasks ls | awk '$3 == "RUNNING" {{print $1}}')
etcd=$(ctr -n k8s.io containers ls -q 'labels."io.kubernetes.container.name"==etcd' | grep -xF "$running" | head -n 1)
[ -n "$etcd" ] || {{ echo 'etcd does not run' >&2; exit 1; }}
in_etcd() {{ ctr -n k8s.io tasks exec --exec-id "golden-$RANDOM" "$etcd" "$@"; }}
flag() {{ sed -n "s/^ *- --$1=//p" /etc/kubernetes/manifests/etcd.yaml | head -n 1; }}
pki=/etc/kubernetes/pki/etcd
work=/var/lib/etcd/.golden
rm -rf "$work"; mkdir -m 0700 "$work"
in_etcd etcdctl --endpoints=https://127.0.0.1:2379 --cacert=$pki/ca.crt --cert=$pki/server.crt \\
    --key=$pki/server.key snapshot save "$work/snapshot.db" >&2
in_etcd etcdutl snapshot restore "$work/snapshot.db" --data-dir "$work/data" --name "$(flag name)" \\
    --initial-cluster "$(flag initial-cluster)" \\
    --initial-advertise-peer-urls "$(flag initial-advertise-peer-urls)" >&2
mkdir -p {_WORK}
cp /etc/hosts /etc/hosts.lab
files=$(cd / && ls -d {_FILES} 2>/dev/null || true)
tar --sparse -C / -cf - $files --transform "s#^var/lib/etcd/.golden/data/member#var/lib/etcd/member#" \\
    var/lib/etcd/.golden/data/member | gzip -1
rm -rf "$work" /etc/hosts.lab
"""

# The archive is unpacked aside first: it brings the configuration without which containerd cannot stop what runs.
# What the learner had is kept beside, never deleted.
_RESTORE = f"""{saved.SHELL}
set -euo pipefail
systemctl unmask kubelet containerd >/dev/null 2>&1 || true
systemctl stop kubelet || true
stage={_WORK}/stage
rm -rf "$stage"; mkdir -p "$stage"
tar --sparse -C "$stage" -xzf -
before=$(cat /etc/containerd/*.toml 2>/dev/null | sha256sum)
for part in etc/containerd etc/systemd; do mkdir -p /$part; cp -a "$stage/$part/." "/$part/"; done
systemctl daemon-reload
if [ "$before" != "$(cat /etc/containerd/*.toml | sha256sum)" ] || ! systemctl is-active --quiet containerd; then
    systemctl restart containerd
fi
for task in $(ctr -n k8s.io tasks ls -q); do ctr -n k8s.io tasks kill -s KILL "$task" >/dev/null 2>&1 || true; done
mkdir -p "$saved"
[ ! -d /etc/kubernetes ] || cp -a /etc/kubernetes "$saved/"
cp -a /root "$saved/"
for old in $(ls -1d {saved.FOLDER}/* | head -n -5); do rm -rf "$old"; done
find /etc/kubernetes -mindepth 1 -delete 2>/dev/null || true
find /root -mindepth 1 -delete
for _ in $(seq 50); do pgrep -x etcd >/dev/null || break; sleep 0.1; done
rm -rf /var/lib/etcd/member /var/lib/etcd/.golden
cp -a "$stage/." /
rm -rf "$stage"
cat /etc/hosts.lab >/etc/hosts; rm -f /etc/hosts.lab
systemctl enable kubelet containerd >/dev/null 2>&1
systemctl start kubelet
echo "$saved"
"""


def save(node: Node, archive: Path) -> None:
    """Save the golden state of a node whose control plane runs, without stopping it.

    Raises:
        ClusterError: it could not be taken.
    """
    try:
        completed = node.run(_SAVE, timeout=120)
    except CommandError as error:
        raise ClusterError(f"The golden state could not be saved: {error.message}", "Try again: lab up") from error
    if not _members(completed.stdout) >= {f"{MANIFESTS}/kube-apiserver.yaml", "var/lib/etcd/member"}:
        raise ClusterError("The golden state that was read from the node is incomplete.", "Try again: lab up")
    paths.write_private(archive, completed.stdout)


def restore(node: Node, archive: Path) -> str:
    """Put the golden state back; gives the node's folder that keeps what was there. Returns when the kubelet
    was started: the API server comes back some seconds later.

    Raises:
        ClusterError: there is no golden state, or the node could not be written.
    """
    if not archive.exists():
        raise ClusterError("There is no golden state to put back.", "Make the cluster anew: lab down && lab up")
    try:
        return node.run(_RESTORE, input=archive.read_bytes(), timeout=180).text.strip()
    except CommandError as error:
        message = f"The golden state could not be put back: {error.message}"
        raise ClusterError(message, "Make the cluster anew: lab down && lab up") from error


def manifests(archive: Path) -> dict[str, bytes]:
    """The static-pod manifests of the golden state, by file name.

    Raises:
        ClusterError: there is no golden state.
    """
    if not archive.exists():
        raise ClusterError("There is no golden state of this cluster.", "Make the cluster anew: lab down && lab up")
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for entry in tar:
            folder, _, name = entry.name.rpartition("/")
            if found and folder != MANIFESTS:
                break  # etcd's data, much longer, comes after them
            content = tar.extractfile(entry) if folder == MANIFESTS and entry.isfile() else None
            if content:
                found[name] = content.read()
    return found


def _members(archive: bytes) -> set[str]:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            return set(tar.getnames())
    except (tarfile.TarError, EOFError, OSError):  # the last two from gzip
        return set()
