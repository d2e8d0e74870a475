"""The golden state: what the cluster was right after `lab up`, and putting it back.

It is one archive, kept on the host where a learner who is root on the node cannot change it: the files that
make the control plane what it is, and etcd's data as `etcdutl snapshot restore` lays it out from a snapshot.
"""

import io
import tarfile
import zlib
from pathlib import Path
from shlex import quote

from lab import paths
from lab.errors import ClusterError, CommandError
from lab.k8s import saved
from lab.k8s.helper import Helper

MANIFESTS = "etc/kubernetes/manifests"
_TREE = Path(__file__).with_name("node_tree.pl")

# The snapshot is taken and laid out by the tools in etcd's own container: the node has none. The data folder is
# laid out inside /var/lib/etcd, which is the one writable mount of that container. Beside it are kept the files that
# differ from those of the image, and what Docker has mounted at /etc.
_SAVE = r"""
set -euo pipefail
cd /proc/1/root
running=$(ctr -n k8s.io tasks ls | awk '$3 == "RUNNING" {print $1}')
etcd=$(ctr -n k8s.io containers ls -q 'labels."io.kubernetes.container.name"==etcd' | grep -xF "$running" | head -n 1)
[ -n "$etcd" ] || { echo 'etcd does not run' >&2; exit 1; }
in_etcd() { ctr -n k8s.io tasks exec --exec-id "golden-$RANDOM" "$etcd" "$@"; }
flag() { sed -n "s/^ *- --$1=//p" etc/kubernetes/manifests/etcd.yaml | head -n 1; }
pki=/etc/kubernetes/pki/etcd
work=var/lib/etcd/.golden
rm -rf "$work"; mkdir -m 0700 "$work"
in_etcd etcdctl --endpoints=https://127.0.0.1:2379 --cacert=$pki/ca.crt --cert=$pki/server.crt \
    --key=$pki/server.key snapshot save "/$work/snapshot.db" >&2
in_etcd etcdutl snapshot restore "/$work/snapshot.db" --data-dir "/$work/data" --name "$(flag name)" \
    --initial-cluster "$(flag initial-cluster)" \
    --initial-advertise-peer-urls "$(flag initial-advertise-peer-urls)" >&2
list=$(mktemp)
perl -e "$TREE" "$PWD" "" list >"$list"
tar --sparse -cf - --transform "s#^$work/data/member#var/lib/etcd/member#" \
    --transform 's#^etc/\(hosts\|resolv.conf\)$#run/\1#' \
    --null --no-recursion -T "$list" etc/hosts etc/resolv.conf var var/lib var/lib/etcd var/lib/kubelet \
    --recursion var/lib/kubelet/config.yaml var/lib/kubelet/kubeadm-flags.env var/lib/kubelet/pki "$work/data/member" \
    | gzip -1
rm -rf "$work" "$list"
"""

# The archive is unpacked in the helper first: while it is not whole, nothing is changed. Then the node's files are
# made as they were, whatever programs or settings a learner gave it; what was in /etc/kubernetes and /root is kept.
_RESTORE = r"""
set -euo pipefail
golden=/run/golden node=/proc/1/root
rm -rf "$golden"; mkdir -p "$golden"
tar --sparse -C "$golden" -xzf -
systemctl unmask kubelet containerd >/dev/null 2>&1 || true
systemctl stop kubelet || true
trap 'systemctl start --no-block kubelet' EXIT
keep() { in_node / test -d "./$1" || return 0; in_node / tar -cf - "./$1" | in_node -p "$saved" tar -xf -; }
keep etc/kubernetes; keep root
changed=$(perl -e "$TREE" "$node" "" restore "$golden" "")
for name in hosts resolv.conf; do
    unlock "/etc/$name"
    [ ! -f "$golden/run/$name" ] || cat "$golden/run/$name" >"$node/etc/$name"
done
if grep -qE ' /(etc/(containerd|systemd|cni|ld[.]so)|usr/)' <<<"$changed"; then
    systemctl daemon-reload
    systemctl restart containerd
fi
systemctl is-active --quiet containerd || systemctl restart containerd
for task in $(ctr -n k8s.io tasks ls -q); do ctr -n k8s.io tasks kill -s KILL "$task" >/dev/null 2>&1 || true; done
for _ in $(seq 50); do pgrep -x etcd >/dev/null || break; sleep 0.1; done
perl -e "$TREE" "$node" "" restore "$golden" /var >/dev/null
rm -rf "$golden"
systemctl enable kubelet containerd >/dev/null 2>&1
trap - EXIT
systemctl start kubelet
echo "$saved"
"""


def save(helper: Helper, archive: Path) -> None:
    """Save the golden state of a node whose control plane runs, without stopping it.

    Raises:
        ClusterError: it could not be taken.
    """
    try:
        completed = helper.run(_tree() + _SAVE, timeout=120)
    except CommandError as error:
        raise ClusterError(f"The golden state could not be saved: {error.message}", "Try again: lab up") from error
    if not _members(completed.stdout) >= {f"{MANIFESTS}/kube-apiserver.yaml", "var/lib/etcd/member"}:
        raise ClusterError("The golden state that was read from the node is incomplete.", "Try again: lab up")
    paths.write_private(archive, completed.stdout)


def restore(helper: Helper, archive: Path) -> str:
    """Put the golden state back; gives the node's folder that keeps what was there. Returns when the kubelet
    was started: the API server comes back some seconds later.

    Raises:
        ClusterError: there is no golden state, or the node could not be written.
    """
    if not archive.exists():
        raise ClusterError("There is no golden state to put back.", "Make the cluster anew: lab down && lab up")
    try:
        script = saved.shell(saved.ALL) + _tree() + _RESTORE
        return helper.run(script, input=archive.read_bytes(), timeout=180).text.strip()
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
    try:
        with tarfile.open(archive) as tar:
            for entry in tar:
                folder, _, name = entry.name.rpartition("/")
                if found and folder != MANIFESTS:
                    break  # etcd's data, much longer, comes after them
                content = tar.extractfile(entry) if folder == MANIFESTS and entry.isfile() else None
                if content:
                    found[name] = content.read()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:  # the last three from gzip
        message = f"{archive} is damaged: {error}"
        raise ClusterError(message, "Make the cluster anew: lab down && lab up") from error
    return found


def _tree() -> str:
    return f"TREE={quote(_TREE.read_text())}\n"


def _members(archive: bytes) -> set[str]:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            return set(tar.getnames())
    except (tarfile.TarError, EOFError, OSError):  # the last two from gzip
        return set()
