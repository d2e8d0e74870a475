"""node-remove: a file or directory, taken off the node."""

from lab.actions.base import Action, Setting, action
from lab.actions.support.node_path import Params, set_aside


@action("node-remove")
class NodeRemove(Action[Params]):
    """Removes a file or directory; a copy is kept until the end of the reset (see `lab.k8s.saved`)."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Remove it."""
        set_aside(params.path, setting)
