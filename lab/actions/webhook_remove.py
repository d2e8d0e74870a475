"""webhook-remove: the reference webhook, taken away."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import webhook


@action("webhook-remove")
class WebhookRemove(Action[NoParams]):
    """Removes the webhook from the cluster's network."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Remove it, if it is there."""
        webhook.remove(setting.cluster.name)
