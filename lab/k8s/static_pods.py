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
# so the old one is taken out first, its process ends, and then the saved one is put in. All in one script on the
# node: if the caller is killed meanwhile, the manifest comes back all the same.
_PUT = """
set -euo pipefail
work=$(mktemp -d /var/lib/cks-lab-manifests.XXXXXX)
trap 'rm -rf "$work"' EXIT
while read -r name content; do base64 -d <<<"$content" >"$work/$name"; done
mkdir -p {directory}; cd {directory}
for file in [!.]*; do
    if [ -e "$file" ] || [ -L "$file" ]; then [ -f "$work/$file" ] || aside "$file"; fi
done
for file in "$work"/*; do
    name=$(basename "$file")
    cmp -s "$file" "$name" && continue
    if [ "$name" = kube-apiserver.yaml ]; then
        [ ! -e "$name" ] || aside "$name"
        if systemctl is-active --quiet kubelet; then
            for _ in $(seq 100); do pgrep -x kube-apiserver >/dev/null || break; sleep 0.2; done
        fi
    fi
    install -m 0600 "$file" ".$name.lab"
    mv -f ".$name.lab" "$name"
    echo "wrote $name"
done
systemctl unmask kubelet containerd >/dev/null 2>&1 || true
systemctl is-active --quiet containerd || systemctl restart containerd
systemctl is-active --quiet kubelet || {{ systemctl start kubelet; echo "started kubelet"; }}
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


def put(cluster: Cluster, manifests: Mapping[str, bytes], status: Status) -> None:
    """Put these manifests in place where they differ, move all others away, and wait for the API server.

    Nothing is restarted where nothing differs. What is moved away is kept (see `lab.k8s.saved`).

    Raises:
        ClusterError: the kube-apiserver does not start from its manifest.
    """
    rows = "".join(f"{name} {base64.b64encode(content).decode()}\n" for name, content in manifests.items())
    with status.phase("Putting the static pods' manifests back", 12):
        cluster.node.run(saved.SHELL + _PUT.format(directory=DIRECTORY), input=rows.encode(), timeout=120)
        _wait(cluster, image_of(manifests["kube-apiserver.yaml"]))


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
    return cluster.node.run(_RUNNING, check=False).text.strip().rpartition("\n")[2]


def _wait(cluster: Cluster, image: str) -> None:
    """The old container may still answer /readyz: wait for one of the manifest's image."""
    if not image or cluster.node.run(f"set -- {quote(image)}\n{_RUNS}", timeout=150, check=False).returncode:
        raise ClusterError("The kube-apiserver did not start from the saved manifest.", "lab reset --all")
    cluster.api.wait_ready(READY_TIMEOUT)
