"""keep-manifest, restore-kept-manifest, manifest-aside, manifest-resume: a manifest around an exercise.

What another exercise made of the manifest so outlives this one: what was there before, and the image that the
kube-apiserver runs from, which may have been pinned, or put back, since.
"""

from dataclasses import dataclass

from lab.actions.base import Action, NoParams, Setting, action
from lab.actions.restore import MANIFESTS
from lab.errors import ClusterError
from lab.k8s import golden, kept, node_files, static_pods
from lab.k8s.cluster import READY_TIMEOUT, Cluster

_NAME = "kube-apiserver.yaml"
_PATH = f"{static_pods.DIRECTORY}/{_NAME}"


@dataclass(frozen=True)
class Folder:
    """`folder`: where on the node the learner's manifest is kept meanwhile."""

    folder: str

    @property
    def file(self) -> str:
        """The file that keeps it."""
        return f"{self.folder}/.kube-apiserver.set-aside"


@action("keep-manifest")
class KeepManifest(Action[NoParams]):
    """Keeps the manifest as it is now, on the host, for the exercise's reset."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Keep it, once the API server was seen to be ready with it."""
        cluster = setting.cluster
        cluster.api.wait_ready(READY_TIMEOUT)
        content = node_files.read(cluster.helper, _PATH)
        if content is None:
            raise ClusterError(f"There is no {_PATH} on the node.", "Put the control plane back: lab reset --all")
        kept.keep_manifest(cluster.files, content)


@action("restore-kept-manifest")
class RestoreKeptManifest(Action[NoParams]):
    """Puts back the manifest that was kept, or that of the golden state where none was; the others too."""

    takes = NoParams
    shared = MANIFESTS

    def check(self, params: NoParams, setting: Setting) -> None:
        """The golden state is needed, and what the start kept."""
        _check(setting)

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs."""
        static_pods.put(setting.cluster, _manifests(setting.cluster), setting.status, setting.exercise)


@action("manifest-aside")
class ManifestAside(Action[Folder]):
    """Takes the learner's manifest out of effect, keeping it on the node."""

    takes = Folder
    shared = MANIFESTS

    def check(self, params: Folder, setting: Setting) -> None:
        """The golden state is needed, and what the start kept."""
        _check(setting)

    def run(self, params: Folder, setting: Setting) -> None:
        """Save it, then put back the one from before the exercise."""
        helper = setting.cluster.helper
        if learners := node_files.read(helper, _PATH):
            node_files.write(helper, params.file, learners)
        static_pods.put(setting.cluster, _manifests(setting.cluster), setting.status, setting.exercise)


@action("manifest-resume")
class ManifestResume(Action[Folder]):
    """Puts the learner's manifest into effect again."""

    takes = Folder
    shared = MANIFESTS

    def check(self, params: Folder, setting: Setting) -> None:
        """The golden state is needed, and what the start kept."""
        _check(setting)

    def run(self, params: Folder, setting: Setting) -> None:
        """Move it back, and wait for the API server."""
        content = node_files.read(setting.cluster.helper, params.file)
        if content:
            static_pods.put(setting.cluster, _manifests(setting.cluster, content), setting.status, setting.exercise)
            node_files.remove(setting.cluster.helper, params.file)


def _check(setting: Setting) -> None:
    kept.golden(setting.cluster.files, setting.cluster.record())
    kept.manifest(setting.cluster.files, needed=setting.started)


def _manifests(cluster: Cluster, learners: bytes | None = None) -> dict[str, bytes]:
    """All manifests: that of the kube-apiserver is the learner's, or else what was kept, with the image that runs."""
    saved = golden.manifests(cluster.files.golden)
    chosen = learners or kept.manifest(cluster.files) or saved[_NAME]
    running = static_pods.running_image(cluster)
    repository = static_pods.image_of(saved[_NAME]).rpartition(":")[0]
    if running.startswith((f"{repository}:", f"{repository}@")):
        chosen = static_pods.with_image(chosen, running)
    return {**saved, _NAME: chosen}
