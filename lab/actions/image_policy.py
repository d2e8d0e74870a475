"""webhook-files, webhook-up, webhook-remove: what image-policy-webhook stands on beside the API server's manifest."""

import re
from dataclasses import dataclass

from lab import certs, paths
from lab.actions.base import Action, NoParams, Setting, action
from lab.errors import ClusterError
from lab.k8s import kept, node_files, webhook
from lab.k8s.cluster import Cluster
from lab.phases import Status

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


@action("webhook-up")
class WebhookUp(Action[NoParams]):
    """Starts the reference webhook under the name external-service; one that runs is made anew."""

    takes = NoParams

    def check(self, params: NoParams, setting: Setting) -> None:
        """Its certificates are needed."""
        files_of(setting.cluster)

    def run(self, params: NoParams, setting: Setting) -> None:
        """Start it with the exercise's certificates and the lab's policy."""
        start(setting.cluster, setting.status)


@action("webhook-remove")
class WebhookRemove(Action[NoParams]):
    """Removes the webhook from the cluster's network."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Remove it, if it is there."""
        webhook.remove(setting.cluster.name)


def start(cluster: Cluster, status: Status) -> None:
    """Start the webhook of a cluster, with the certificates of its exercise and the lab's policy.

    Raises:
        LabError: there is no cluster, its exercise was not started, or the webhook does not start.
    """
    image = cluster.record().webhook_image
    if not image:
        raise ClusterError("This cluster was made without the webhook's image.", "Make it anew: lab down && lab up")
    with status.phase("Starting the webhook", 2):
        webhook.start(cluster.name, image, files_of(cluster))


def files_of(cluster: Cluster) -> dict[str, bytes]:
    """The webhook's certificates, as the start of its exercise made them, and the lab's policy.

    Raises:
        ClusterError: the exercise was not started on this cluster, or they are damaged.
    """
    folder = cluster.files.webhook
    if not folder.exists():
        message = "The webhook has no certificates yet: they are made when its exercise is started."
        raise ClusterError(message, "Start it with: lab start image-policy-webhook")
    files = kept.certificates(folder, "They are made anew by: lab reset image-policy-webhook")
    return files | {"policy.yaml": (paths.data("cluster") / "webhook" / "policy.yaml").read_bytes()}
