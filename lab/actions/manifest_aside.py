"""manifest-aside: the learner's manifest, out of effect."""

from lab.actions.base import MANIFESTS, Action, Setting, action
from lab.actions.support.manifest_before import PATH, Folder, check, manifests
from lab.k8s import node_files, static_pods


@action("manifest-aside")
class ManifestAside(Action[Folder]):
    """Takes the learner's manifest out of effect, keeping it on the node."""

    takes = Folder
    shared = MANIFESTS

    def check(self, params: Folder, setting: Setting) -> None:
        """The golden state is needed, and what the start kept."""
        check(setting)

    def run(self, params: Folder, setting: Setting) -> None:
        """Save it, then put back the one from before the exercise."""
        helper = setting.cluster.helper
        if learners := node_files.read(helper, PATH):
            node_files.write(helper, params.file, learners)
        static_pods.put(setting.cluster, manifests(setting), setting.status, setting.exercise)
