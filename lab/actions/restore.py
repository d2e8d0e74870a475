"""restore-manifests and restore-images: the control plane's manifests and images as `lab up` left them."""

import base64

from lab.actions.base import Action, NoParams, Setting, action
from lab.errors import ClusterError
from lab.k8s import golden, lifecycle
from lab.k8s.cluster import READY_TIMEOUT, Cluster

_DIRECTORY = "/etc/kubernetes/manifests"

# A manifest that changes under a running API server takes effect only after the kubelet's back-off of 10 to 15 s:
# so the old one is taken out first, its process ends, and then the saved one is put in. All in one script on the
# node: if the caller is killed meanwhile, the manifest comes back all the same.
_PUT = """
set -euo pipefail
work=$(mktemp -d /var/lib/cks-lab-manifests.XXXXXX)
trap 'rm -rf "$work"' EXIT
while read -r name content; do base64 -d <<<"$content" >"$work/$name"; done
mkdir -p {directory}; cd {directory}
saved=/var/lib/cks-lab/saved/$(date +%Y%m%dT%H%M%S)
aside() {{ mkdir -p "$saved"; mv -f -- "$1" "$saved/"; echo "moved $1"; }}
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


@action("restore-manifests")
class RestoreManifests(Action[NoParams]):
    """Puts the saved manifests back, moves strange ones away, and waits for the API server."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs; nothing is restarted where nothing does."""
        cluster = setting.cluster
        saved = golden.manifests(cluster.files.golden)
        rows = "".join(f"{name} {base64.b64encode(content).decode()}\n" for name, content in saved.items())
        with setting.status.phase("Putting the static pods' manifests back", 12):
            cluster.node.run(_PUT.format(directory=_DIRECTORY), input=rows.encode(), timeout=120)
            self._wait(cluster)

    @staticmethod
    def _wait(cluster: Cluster) -> None:
        """The old container may still answer /readyz: wait for the one of the saved image."""
        record = cluster.record()
        image = next(image.name for image in record.images if "/kube-apiserver:" in image.name)
        script = f"set -- {image}\n{_RUNS}"
        if cluster.node.run(script, timeout=150, check=False).returncode:
            raise ClusterError("The kube-apiserver did not start from the saved manifest.", "lab reset --all")
        cluster.api.wait_ready(READY_TIMEOUT)


@action("restore-images")
class RestoreImages(Action[NoParams]):
    """Removes images that a learner added on the node, and brings back those that are gone."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs."""
        lifecycle.restore_images(setting.cluster, setting.cluster.record())
