"""webhook-up: the reference webhook, beside the node."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.actions.support.webhook import files_of, start


@action("webhook-up")
class WebhookUp(Action[NoParams]):
    """Starts the reference webhook under the name external-service; one that runs is made anew."""

    takes = NoParams

    def check(self, params: NoParams, setting: Setting) -> None:
        """Its certificates are needed."""
        files_of(setting.cluster, setting.exercise)

    def run(self, params: NoParams, setting: Setting) -> None:
        """Start it with the exercise's certificates and the lab's policy."""
        start(setting.cluster, setting.status, setting.exercise)
