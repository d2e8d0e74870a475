"""webhook-files: the certificates of a webhook and of the API server, and two files for the learner to complete."""

import re
from dataclasses import dataclass

from lab import certs, paths
from lab.actions.base import Action, Setting, action
from lab.k8s import node_files

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
_CLIENT = "kube-apiserver"


@dataclass(frozen=True)
class Files:
    """`folder`: where on the node. `service`: the name that the API server asks for, and the certificate's."""

    folder: str
    service: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.service):
            raise ValueError(f"{self.service} is not a host's name")


@action("webhook-files")
class WebhookFiles(Action[Files]):
    """Makes the certificates anew and puts the six files of the exercise on the node."""

    takes = Files

    def run(self, params: Files, setting: Setting) -> None:
        """Write the two incomplete files and the four of certificates; the webhook's own are kept on the host."""
        server, client = certs.server_pair([params.service]), certs.client_pair(_CLIENT)
        files = {
            "admission_config.yaml": (setting.files / "admission_config.yaml").read_bytes(),
            "kubeconf": (setting.files / "kubeconf").read_bytes(),
            "external-cert.pem": server.certificate,
            "external-key.pem": server.key,
            "apiserver-client-cert.pem": client.certificate,
            "apiserver-client-key.pem": client.key,
        }
        for name, content in files.items():
            mode = "0600" if "key" in name else "0644"
            node_files.write(setting.cluster.helper, f"{params.folder}/{name}", content, mode)
        kept = {"cert.pem": server.certificate, "key.pem": server.key, "client-ca.pem": client.certificate}
        for name, content in kept.items():
            paths.write_private(setting.cluster.files.webhook / name, content)
