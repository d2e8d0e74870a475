"""restore-images: the node's images as `lab up` left them."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import node_images


@action("restore-images")
class RestoreImages(Action[NoParams]):
    """Removes images that came to the node and that no pod there has, and brings back those that are gone."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Restore what differs."""
        node_images.restore(setting.cluster, setting.cluster.record(), keep_used=True)
