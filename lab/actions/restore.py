"""restore-manifests and restore-images: the control plane's manifests and images as `lab up` left them."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import golden, kept, lifecycle, static_pods

MANIFESTS = "manifests"
"""What `shared` says of actions that change the static pods' manifests."""


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
        setting.cluster.files.kept_manifest.unlink(missing_ok=True)  # it may have what is undone here
        static_pods.put(
            setting.cluster, golden.manifests(setting.cluster.files.golden), setting.status, setting.exercise
        )


@action("restore-images")
class RestoreImages(Action[NoParams]):
    """Removes images that came to the node and that no pod there has, and brings back those that are gone."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs."""
        lifecycle.restore_images(setting.cluster, setting.cluster.record(), keep_used=True)
