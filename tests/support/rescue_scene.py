"""The control plane's files in little, and a node that has them."""

import io
import json
import tarfile

from stand_in import StandIn

from lab.paths import ClusterPaths
from lab.shell import Completed

MANIFESTS = "/etc/kubernetes/manifests"
API_SERVER = f"{MANIFESTS}/kube-apiserver.yaml"
ADMISSION = "/etc/kubernetes/admission/config.yaml"


def pod(name: str, *words: str) -> bytes:
    """The manifest of a static pod, with these words in its command."""
    command = "".join(f"    - {word}\n" for word in words)
    text = f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec:\n  containers:\n  - command:\n    - {name}\n"
    return f"{text}{command}    image: registry.k8s.io/{name}:v1\n".encode()


FILES = {
    API_SERVER: pod("kube-apiserver", "--admission-control-config-file=/etc/kubernetes/admission/config.yaml"),
    f"{MANIFESTS}/etcd.yaml": pod("etcd", "--cert-file=/etc/kubernetes/pki/etcd/server.crt"),
    f"{MANIFESTS}/kube-controller-manager.yaml": pod("kube-controller-manager"),
    f"{MANIFESTS}/kube-scheduler.yaml": pod("kube-scheduler"),
    ADMISSION: b"plugins: []\n",
    "/etc/kubernetes/pki/etcd/server.crt": b"-----BEGIN CERTIFICATE-----\n",
    "/etc/kubernetes/kubelet.conf": b"server: https://172.18.0.2:6443\n",
}


class Helper(StandIn):  # type: ignore[misc]
    """Says how the node is, and has files that were changed at a second each."""

    def __init__(self, files: dict[str, bytes] = FILES, changed: float = 10.0, **restart: float) -> None:
        self.files, self.changed = files, changed
        self.restart = {"now": 1000, "kubelet": True, "containerd": True, "changed": 10, "started": 900} | restart

    def run(self, script: str, **_: object) -> Completed:
        if "/proc/uptime" in script:
            return Completed((), 0, json.dumps(self.restart).encode(), b"")
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as tar:
            for path, content in self.files.items():
                entry = tarfile.TarInfo(path.lstrip("/"))
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        listing = "".join(f"{self.changed} {path.lstrip('/')}\n" for path in self.files)
        return Completed((), 0, f"{listing}\n".encode() + stream.getvalue(), b"")


class Cluster(StandIn):  # type: ignore[misc]
    """A cluster with such a node."""

    def __init__(self, helper: Helper, address: str = "172.18.0.2") -> None:
        self.helper, self.files, self._address = helper, ClusterPaths("rescue"), address

    def address(self) -> str:
        return self._address
