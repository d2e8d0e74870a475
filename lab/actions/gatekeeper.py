"""registry, gatekeeper, gatekeeper-reset, gatekeeper-aside, gatekeeper-resume: what opa-whitelist stands on."""

from dataclasses import dataclass
from shlex import quote

from lab.actions.base import Action, NoParams, Setting, action
from lab.engine import docker
from lab.errors import ClusterError, CommandError
from lab.images import gatekeeper as release
from lab.images import pins
from lab.images.workshop import Workshop
from lab.k8s import gatekeeper, gatekeeper_state, registry
from lab.k8s.cluster import READY_TIMEOUT

_SAVE = """
set -euo pipefail
mkdir -p {folder}
constraints=$(kubectl api-resources --api-group=constraints.gatekeeper.sh -o name | sort | paste -sd,)
{{ kubectl get constrainttemplates -o json
   [ -z "$constraints" ] || kubectl get "$constraints" -o json
}} | jq -s '{{apiVersion: "v1", kind: "List", items: [.[].items[]
    | {{apiVersion, kind, metadata: {{name: .metadata.name, labels: .metadata.labels}}, spec}}]}}' >{file}
"""
_RESUME = """
set -euo pipefail
[ -e {file} ] || exit 0
jq '.items |= map(select(.kind == "ConstraintTemplate"))' {file} | kubectl apply -f - >/dev/null
for _ in $(seq 60); do
    jq '.items |= map(select(.kind != "ConstraintTemplate"))' {file} | kubectl apply -f - >/dev/null 2>&1 && break
    sleep 0.5
done
rm -f {file}
"""


@dataclass(frozen=True)
class Folder:
    """`folder`: where on the node the learner's templates and constraints are kept meanwhile."""

    folder: str

    @property
    def file(self) -> str:
        """The file that keeps them."""
        return quote(f"{self.folder}/.set-aside.json")


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

    def run(self, params: NoParams, setting: Setting) -> None:
        """Put back what differs."""
        setting.cluster.api.wait_ready(READY_TIMEOUT)
        if gatekeeper_state.recorded(setting.cluster):
            gatekeeper_state.put_back(setting.cluster, setting.status)
            gatekeeper_state.remove_what_came_later(setting.cluster, setting.status)


@action("gatekeeper-aside")
class GatekeeperAside(Action[Folder]):
    """Takes the learner's templates and constraints off the cluster and keeps them on the node."""

    takes = Folder

    def run(self, params: Folder, setting: Setting) -> None:
        """Save, then remove."""
        with setting.status.phase("Setting the learner's constraints aside", 4):
            _script(setting, _SAVE.format(folder=quote(params.folder), file=params.file))
            gatekeeper_state.remove_policies(setting.cluster, setting.status)


@action("gatekeeper-resume")
class GatekeeperResume(Action[Folder]):
    """Puts the templates and constraints that were set aside into effect again."""

    takes = Folder

    def run(self, params: Folder, setting: Setting) -> None:
        """Apply what was saved."""
        with setting.status.phase("Putting the constraints into effect again", 4):
            _script(setting, _RESUME.format(file=params.file))


def _script(setting: Setting, script: str) -> None:
    try:
        setting.cluster.node.run(script, timeout=120)
    except CommandError as error:
        said = "\n".join(error.output.strip().splitlines()[-4:])
        raise ClusterError(f"The constraints could not be moved: {said}", "lab status") from error
