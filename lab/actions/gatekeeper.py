"""gatekeeper: Gatekeeper, installed at the pinned version, or put back, and seen to decide."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.engine import docker
from lab.images import gatekeeper as release
from lab.images import pins
from lab.images.build import Workshop
from lab.k8s import gatekeeper, gatekeeper_state
from lab.k8s.cluster import READY_TIMEOUT


@action("gatekeeper")
class Gatekeeper(Action[NoParams]):
    """Installs Gatekeeper at the pinned version and returns when it really decides."""

    takes = NoParams

    def check(self, params: NoParams, setting: Setting) -> None:
        """What was recorded when it was installed, if it was."""
        gatekeeper_state.kept(setting.cluster, needed=False)

    def run(self, params: NoParams, setting: Setting) -> None:
        """Install it, or see that it is there."""
        cluster, status = setting.cluster, setting.status
        cluster.api.wait_ready(READY_TIMEOUT)
        if gatekeeper_state.recorded(cluster):
            gatekeeper_state.put_back(cluster, status)
        else:
            manifest = release.manifest(Workshop(pins.load(), docker.find(), status))
            objects = gatekeeper.install(cluster, manifest, status)
            gatekeeper.wait_until_ready(cluster, status)
            gatekeeper_state.record(cluster, objects)
        gatekeeper.see_it_enforce(cluster, status)
