"""gatekeeper-reset: Gatekeeper as it was installed, without any policy."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import gatekeeper_state
from lab.k8s.cluster import READY_TIMEOUT


@action("gatekeeper-reset")
class GatekeeperReset(Action[NoParams]):
    """Puts Gatekeeper back as it was installed, and removes every policy; does nothing where it is not installed."""

    takes = NoParams

    def check(self, params: NoParams, setting: Setting) -> None:
        """What was recorded when it was installed is needed, if it was."""
        gatekeeper_state.kept(setting.cluster, needed=setting.started)

    def run(self, params: NoParams, setting: Setting) -> None:
        """Put back what differs."""
        setting.cluster.api.wait_ready(READY_TIMEOUT)
        if gatekeeper_state.recorded(setting.cluster):
            gatekeeper_state.put_back(setting.cluster, setting.status)
            gatekeeper_state.remove_what_came_later(setting.cluster, setting.status)
