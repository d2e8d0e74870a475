"""registry, gatekeeper, gatekeeper-reset, gatekeeper-aside, gatekeeper-resume: what opa-whitelist stands on."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.engine import docker
from lab.images import gatekeeper as release
from lab.images import pins
from lab.images.build import Workshop
from lab.k8s import gatekeeper, gatekeeper_state, registry
from lab.k8s.bash import program
from lab.k8s.cluster import READY_TIMEOUT
from lab.k8s.kubectl import kubectl

# A constraint that is set aside stays, with its age and its audit, but says dryrun: a pod that was made under it is
# still one that was made under it when it says deny again.
_ASIDE = """
    select((.spec.enforcementAction // "deny") != "dryrun")
    | (.spec | {enforcementAction, scopedEnforcementActions} | tojson) as $was
    | {metadata: {annotations: {($note): $was}}, spec: {enforcementAction: "dryrun", scopedEnforcementActions: null}}
"""
_RESUME = """
    select(.metadata.annotations[$note])
    | (.metadata.annotations[$note] | fromjson) as $was
    | {metadata: {annotations: {($note): null}}, spec: $was}
"""


@action("registry")
class Registry(Action[NoParams]):
    """Sees that the registry of the exercise images runs on the cluster's network."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Start it, or make it again."""
        registry.ensure(setting.cluster.name, setting.cluster.record().registry_image)


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


@action("gatekeeper-aside")
class GatekeeperAside(Action[NoParams]):
    """Lets every constraint say dryrun, and keeps on it what it said before."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Change each constraint that refuses or warns."""
        with setting.status.phase("Setting the constraints aside: they say dryrun meanwhile", 4):
            _patch(setting, _ASIDE)


@action("gatekeeper-resume")
class GatekeeperResume(Action[NoParams]):
    """Lets every constraint that was set aside say again what it said."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Change them back."""
        with setting.status.phase("Putting the constraints into effect again", 4):
            _patch(setting, _RESUME)


def _patch(setting: Setting, change: str) -> None:
    kubectl(setting.cluster, program(__file__, "patch_constraints.sh", change))
    gatekeeper.until(lambda: gatekeeper.settled(setting.cluster), "a constraint is not taken in", timeout=60)
