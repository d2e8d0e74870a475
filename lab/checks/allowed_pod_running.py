"""allowed-pod-running: a pod that the webhook was asked about runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lab.checks.asks import ApiAsk, Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import admission_configuration, api_server_process, probes
from lab.checks.support.admission_configuration import PLUGIN, read_settings, show
from lab.checks.support.api_objects import Object, found
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.image_policy_on import not_running_with_plugin
from lab.checks.support.pod_running import not_running
from lab.webhook.reference import BadReference, parse

UID = "uid"
"""What is remembered of a pod that was seen to be decided about."""


@dataclass(frozen=True)
class Params:
    """`pod` in `namespace`; `image`: what it has to run, by any name that means the same."""

    namespace: str
    pod: str
    image: str

    @property
    def get(self) -> str:
        """A command that shows the namespace's pods, or the one whose name follows."""
        return f"kubectl -n {self.namespace} get pod"


@check("allowed-pod-running")
class AllowedPodRunning(Check[Params]):
    """A pod that runs, and was made while the plugin was on and failed closed: so the webhook allowed it.

    Nothing asks about it again after a restart of the API server; so its uid is remembered.
    """

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The pod, and the process with its files."""
        yield self._pod(params)
        yield from admission_configuration.asks(seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge the plugin, the image, whether the webhook was asked, and whether the pod is ready."""
        made = f"made while {PLUGIN} is on and fails closed"
        expected = f"the pod {params.pod} in {params.namespace} runs {params.image}, {made}"
        server, pod = api_server_process.read(seen), found(seen[self._pod(params)])
        if pod is None:
            return Fault("no-pod", f"there is no pod {params.pod} in {params.namespace}", params.get).fail(expected)
        uid = str(pod["metadata"]["uid"])
        fault = not_running_with_plugin(server) or self._other_image(params, pod)
        if fault is None and facts.remembered.get(UID) != uid:
            fault = self._undecided(params, pod, server)
        if fault := fault or not_running(pod):
            return fault.fail(expected)
        observed = f"the pod {params.pod} is ready, and was made while {PLUGIN} was on and failed closed"
        return passed(expected, observed, f"{params.get} {params.pod}", remember={UID: uid})

    @staticmethod
    def _other_image(params: Params, pod: Object) -> Fault | None:
        for image in probes.images(pod["spec"]):
            if _whole(image) != _whole(params.image):
                command = f"{params.get} {params.pod} -o jsonpath='{{.spec.containers[*].image}}'"
                return Fault("other-image", f"the pod has a container with {image}, not {params.image}", command)
        return None

    @staticmethod
    def _undecided(params: Params, pod: Object, server: ApiServer) -> Fault | None:
        """Whether the webhook was perhaps not asked when the pod was made."""
        again = f"make it again: kubectl -n {params.namespace} delete pod {params.pod} --now; then run it as before"
        made = f"{params.get} {params.pod} -o jsonpath='{{.metadata.creationTimestamp}}'"
        if datetime.fromisoformat(pod["metadata"]["creationTimestamp"]).timestamp() + 1 < server.started:
            observed = f"the pod {params.pod} is older than the API server's process, which did not ask about it"
            return Fault(
                "not-decided", f"{observed}; {again}", f"{made}; ps -o lstart= -C {api_server_process.COMPONENT}"
            )
        try:
            settings = read_settings(server)
        except Fault as fault:
            return fault.within("", show(server, server.config_path))
        if settings.default_allow:
            observed = f"defaultAllow is true, so the pod {params.pod} may be there although nobody was asked"
            return Fault("default-allow", observed, show(server, server.config_path))
        return None

    @staticmethod
    def _pod(params: Params) -> ApiAsk:
        return ApiAsk(f"/api/v1/namespaces/{params.namespace}/pods/{params.pod}")


def _whole(image: str) -> str:
    try:
        return str(parse(image))
    except BadReference:
        return image
