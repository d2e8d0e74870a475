"""probe-namespace-remove: removes the namespace whose name no policy can know."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import probe_namespace


@action("probe-namespace-remove")
class ProbeNamespaceRemove(Action[NoParams]):
    """Removes that namespace."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Remove it, and forget its name."""
        probe_namespace.remove(setting.cluster)
