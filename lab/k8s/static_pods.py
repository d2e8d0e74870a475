"""The control plane's static-pod manifests, put on the node whole and seen to run."""

import base64
import re
from collections.abc import Mapping
from shlex import quote

import yaml

from lab.errors import ClusterError
from lab.k8s import saved
from lab.k8s.cluster import READY_TIMEOUT, Cluster
from lab.status import Status

DIRECTORY = "/etc/kubernetes/manifests"

# A manifest that changes under a running API server takes effect only after the kubelet's back-off of 10 to 15 s:
# so the old one is taken out first, its process ends, and then the saved one is put in. When the script is ended
# meanwhile, the manifest comes back all the same.
_PUT = r"""
set -euo pipefail
manifests=/etc/kubernetes/manifests
work=$(mktemp -d)
while read -r name content; do base64 -d <<<"$content" >"$work/$name"; done
in_place() { in_node "$manifests/" sh -c '[ -f "./$1" ] && [ ! -L "./$1" ] && cmp -s "$2" "./$1"' sh "$1" "$work/$1"; }
settle() {
    trap - EXIT
    for file in "$work"/*; do
        name=$(basename "$file")
        in_place "$name" || { put "$manifests/$name" 0600 <"$file"; echo "wrote $name"; }
    done
    rm -rf "$work"
    systemctl unmask kubelet containerd >/dev/null 2>&1 || true
    systemctl is-active --quiet containerd || systemctl restart containerd
    systemctl is-active --quiet kubelet || { systemctl start kubelet; echo "started kubelet"; }
}
trap settle EXIT

in_node / sh -c '[ -d "./$1" ] && [ ! -L "./$1" ]' sh "${manifests#/}" || aside "$manifests"
in_node -p "$manifests" true
while read -r -d "" name; do
    if [ ! -f "$work/$name" ]; then aside "$manifests/$name"; fi
done < <(in_node "$manifests" sh -c 'for name in [!.]*; do printf "%s\0" "$name"; done')
if ! in_place kube-apiserver.yaml; then
    aside "$manifests/kube-apiserver.yaml"
    if systemctl is-active --quiet kubelet; then
        for _ in $(seq 100); do pgrep -x kube-apiserver >/dev/null || break; sleep 0.2; done
    fi
fi
settle
"""

_RUNNING = """
for id in $(crictl ps -q --state Running --name '^kube-apiserver$' 2>/dev/null); do
    crictl inspect "$id" | jq -r .info.config.image.user_specified_image
done
"""

_RUNS = """
for _ in $(seq 240); do
    for id in $(crictl ps -q --state Running --name '^kube-apiserver$' 2>/dev/null); do
        asked=$(crictl inspect "$id" | jq -r .info.config.image.user_specified_image)
        [ "$asked" != "$1" ] || exit 0
    done
    sleep 0.5
done
exit 1
"""


# What `kubectl apply` made of a manifest: a pod of the component's own name, neither a mirror nor a controller's.
_COPIES = r"""
set -euo pipefail
copies=$(kubectl get pods -n kube-system -o json | jq -r --args '.items[].metadata
    | select(.ownerReferences == null and .annotations["kubernetes.io/config.mirror"] == null) | .name
    | select(IN($ARGS.positional[]))' "$@")
[ -n "$copies" ] || exit 0
kubectl delete pods -n kube-system --force --grace-period=0 --wait=false $copies >/dev/null 2>&1
crictl pods -o json | jq -r --args '.items[] | select(.annotations["kubernetes.io/config.source"] == "api"
    and .metadata.namespace == "kube-system" and (.metadata.name | IN($ARGS.positional[]))) | .id' $copies \
    | xargs -r crictl rmp -f >/dev/null
"""


def put(cluster: Cluster, manifests: Mapping[str, bytes], status: Status, owner: str) -> None:
    """Put these manifests in place where they differ, move all others away, and wait for the API server. Pods that a
    learner created from such a manifest are removed.

    Nothing is restarted where nothing differs. What is moved away is kept for the exercise `owner` (`lab.k8s.saved`).

    Raises:
        ClusterError: the kube-apiserver does not start from its manifest.
    """
    rows = "".join(f"{name} {base64.b64encode(content).decode()}\n" for name, content in manifests.items())
    with status.phase("Putting the static pods' manifests back", 12):
        cluster.helper.run(saved.shell(owner) + _PUT, input=rows.encode(), timeout=120)
        _wait(cluster, image_of(manifests["kube-apiserver.yaml"]))
        names = " ".join(quote(name.removesuffix(".yaml")) for name in manifests)
        cluster.helper.run(f"set -- {names}\n{_COPIES}")


def image_of(manifest: bytes) -> str:
    """The image of a manifest's first container; empty where it is no manifest of a pod."""
    try:
        return str(yaml.load(manifest, yaml.BaseLoader)["spec"]["containers"][0]["image"])
    except (yaml.YAMLError, LookupError, TypeError):
        return ""


def with_image(manifest: bytes, image: str) -> bytes:
    """A manifest with another image of its first container, else as it was; unchanged where that is not to be told."""
    old = re.escape(image_of(manifest)).encode()
    named = re.compile(rb"""(?m)^([ -]*image: *)(["']?)""" + old + rb"\2(?= *(?:#.*)?\r?$)")
    changed, count = named.subn(rb"\g<1>" + image.encode(), manifest)
    return changed if count == 1 and image_of(changed) == image else manifest


def running_image(cluster: Cluster) -> str:
    """The image that the running kube-apiserver was started from, as its manifest named it; empty when none runs."""
    return cluster.helper.run(_RUNNING, check=False).text.strip().rpartition("\n")[2]


def _wait(cluster: Cluster, image: str) -> None:
    """The old container may still answer /readyz: wait for one of the manifest's image."""
    if not image or cluster.helper.run(f"set -- {quote(image)}\n{_RUNS}", timeout=150, check=False).returncode:
        raise ClusterError("The kube-apiserver did not start from the saved manifest.", "lab reset --all")
    cluster.api.wait_ready(READY_TIMEOUT)
