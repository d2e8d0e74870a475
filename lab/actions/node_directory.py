"""node-directory: an empty directory on the node."""

from lab.actions.base import Action, Setting, action
from lab.actions.support.node_path import Params, set_aside
from lab.k8s import node_files


@action("node-directory")
class NodeDirectory(Action[Params]):
    """Makes an empty directory; what an earlier attempt left there is kept (see `lab.k8s.saved`)."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Make it."""
        set_aside(params.path, setting)
        node_files.make_folder(setting.cluster.helper, params.path)
