"""probe-namespace: a namespace of which no policy can know."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import probe_namespace


@action("probe-namespace")
class ProbeNamespace(Action[NoParams]):
    """Makes a namespace under a name that is drawn anew, in which checks try pods."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Make it, unless it is there."""
        probe_namespace.ensure(setting.cluster)
