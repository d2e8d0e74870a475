"""restore-kept-manifest: the manifest that the exercise's start kept, back in place."""

from lab.actions.base import MANIFESTS, Action, NoParams, Setting, action
from lab.actions.support.manifest_before import check, manifests
from lab.k8s import static_pods


@action("restore-kept-manifest")
class RestoreKeptManifest(Action[NoParams]):
    """Puts back the manifest that was kept, or that of the golden state where none was; the others too."""

    takes = NoParams
    shared = MANIFESTS

    def check(self, params: NoParams, setting: Setting) -> None:
        """The golden state is needed, and what the start kept."""
        check(setting)

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs."""
        static_pods.put(setting.cluster, manifests(setting), setting.status, setting.exercise)
