"""The reference webhook of a cluster, with the certificates that an exercise's start made."""

from lab import paths
from lab.errors import ClusterError
from lab.k8s import kept, webhook
from lab.k8s.cluster import Cluster
from lab.phases import Status


def start(cluster: Cluster, status: Status, exercise: str) -> None:
    """Start the webhook of a cluster, with the lab's policy and the certificates that an exercise's start made.

    Raises:
        LabError: there is no cluster, its exercise was not started, or the webhook does not start.
    """
    image = cluster.record().webhook_image
    if not image:
        raise ClusterError("This cluster was made without the webhook's image.", "Make it anew: lab down && lab up")
    with status.phase("Starting the webhook", 2):
        webhook.start(cluster.name, image, files_of(cluster, exercise))


def files_of(cluster: Cluster, exercise: str) -> dict[str, bytes]:
    """The webhook's certificates, as the start of an exercise made them, and the lab's policy.

    Raises:
        ClusterError: the exercise was not started on this cluster, or they are damaged.
    """
    folder = cluster.files.webhook
    if not folder.exists():
        message = "The webhook has no certificates yet: they are made when its exercise is started."
        raise ClusterError(message, f"Start it with: lab start {exercise}")
    files = kept.certificates(folder, f"They are made anew by: lab reset {exercise}")
    return files | {"policy.yaml": (paths.data("cluster") / "webhook" / "policy.yaml").read_bytes()}
