"""The kube-apiserver's manifest from before an exercise, which outlives it: what was kept, with the image that runs.

That image may have been pinned, or put back, by another exercise since.
"""

from dataclasses import dataclass

from lab.actions.base import Setting
from lab.k8s import golden, image_reference, kept, static_pods

_NAME = "kube-apiserver.yaml"
PATH = f"{static_pods.DIRECTORY}/{_NAME}"


@dataclass(frozen=True)
class Folder:
    """`folder`: where on the node the learner's manifest is kept meanwhile."""

    folder: str

    @property
    def file(self) -> str:
        """The file that keeps it."""
        return f"{self.folder}/.kube-apiserver.set-aside"


def check(setting: Setting) -> None:
    """See that the golden state is whole, and what the exercise's start kept.

    Raises:
        ClusterError: it is not.
    """
    kept.golden(setting.cluster.files, setting.cluster.record())
    kept.manifest(setting.cluster.files, setting.exercise, needed=setting.started)


def manifests(setting: Setting, learners: bytes | None = None) -> dict[str, bytes]:
    """All manifests: that of the kube-apiserver is the learner's, or else what was kept, with the image that runs.

    Raises:
        ClusterError: what was kept is damaged.
    """
    files = setting.cluster.files
    saved = golden.manifests(files.golden)
    chosen = learners or kept.manifest(files, setting.exercise) or saved[_NAME]
    running = static_pods.running_image(setting.cluster)
    own = image_reference.parse(static_pods.image_of(saved[_NAME])).repository
    if image_reference.parse(running).repository == own:
        chosen = static_pods.with_image(chosen, running)
    return {**saved, _NAME: chosen}
