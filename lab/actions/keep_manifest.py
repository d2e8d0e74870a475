"""keep-manifest: the kube-apiserver's manifest as it is, kept for the exercise's reset."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.actions.support.manifest_before import PATH
from lab.errors import ClusterError
from lab.k8s import kept, node_files
from lab.k8s.cluster import READY_TIMEOUT


@action("keep-manifest")
class KeepManifest(Action[NoParams]):
    """Keeps the manifest as it is now, on the host, for the exercise's reset."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Keep it, once the API server was seen to be ready with it."""
        cluster = setting.cluster
        cluster.api.wait_ready(READY_TIMEOUT)
        content = node_files.read(cluster.helper, PATH)
        if content is None:
            raise ClusterError(f"There is no {PATH} on the node.", "Put the control plane back: lab reset --all")
        kept.keep_manifest(cluster.files, setting.exercise, content)
