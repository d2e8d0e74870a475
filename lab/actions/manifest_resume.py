"""manifest-resume: the learner's manifest, in effect again."""

from lab.actions.base import MANIFESTS, Action, Setting, action
from lab.actions.support.manifest_before import Folder, check, manifests
from lab.k8s import node_files, static_pods


@action("manifest-resume")
class ManifestResume(Action[Folder]):
    """Puts the learner's manifest into effect again."""

    takes = Folder
    shared = MANIFESTS

    def check(self, params: Folder, setting: Setting) -> None:
        """The golden state is needed, and what the start kept."""
        check(setting)

    def run(self, params: Folder, setting: Setting) -> None:
        """Move it back, and wait for the API server."""
        content = node_files.read(setting.cluster.helper, params.file)
        if content:
            static_pods.put(setting.cluster, manifests(setting, content), setting.status, setting.exercise)
            node_files.remove(setting.cluster.helper, params.file)
