"""restore-manifests: the control plane's manifests as `lab up` left them."""

from lab.actions.base import MANIFESTS, Action, NoParams, Setting, action
from lab.k8s import golden, kept, static_pods


@action("restore-manifests")
class RestoreManifests(Action[NoParams]):
    """Puts the saved manifests back, moves strange ones away, and waits for the API server."""

    takes = NoParams
    shared = MANIFESTS

    def check(self, params: NoParams, setting: Setting) -> None:
        """The golden state is needed."""
        kept.golden(setting.cluster.files, setting.cluster.record())

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs; nothing is restarted where nothing does."""
        manifests = golden.manifests(setting.cluster.files.golden)
        # what other exercises kept may have what is undone here
        kept.keep_manifest_for_all(setting.cluster.files, manifests["kube-apiserver.yaml"])
        static_pods.put(setting.cluster, manifests, setting.status, setting.exercise)
