"""restore-manifests and restore-images: the control plane's manifests and images as `lab up` left them."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import golden, lifecycle, static_pods


@action("restore-manifests")
class RestoreManifests(Action[NoParams]):
    """Puts the saved manifests back, moves strange ones away, and waits for the API server."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs; nothing is restarted where nothing does."""
        static_pods.put(setting.cluster, golden.manifests(setting.cluster.files.golden), setting.status)


@action("restore-images")
class RestoreImages(Action[NoParams]):
    """Removes images that a learner added on the node, and brings back those that are gone."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs."""
        lifecycle.restore_images(setting.cluster, setting.cluster.record())
