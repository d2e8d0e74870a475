"""unseen-static-pod: a forbidden image runs on the node, because the constraint only ever sees the mirror pod."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from lab.checks.asks import ApiAsk, Ask, CouldNotTell, NodeAsk, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import constraint_probes, gatekeeper, probes, refusals
from lab.checks.support.api_objects import items
from lab.checks.support.gatekeeper import Policy
from lab.k8s.static_pods import DIRECTORY

_JOURNAL = "journalctl -u kubelet -o cat --no-pager"


@dataclass(frozen=True)
class Params(Policy):
    """`pod`: its name without the node's, in `namespace`. `trusted`: what the names of trusted images begin with."""

    namespace: str
    pod: str
    trusted: tuple[str, ...]


@dataclass(frozen=True)
class Container:
    """A running container of a static pod: the pod's whole name, and the image as the manifest has it."""

    pod: str
    image: str


@check("unseen-static-pod")
class UnseenStaticPod(Check[Params]):
    """The container runtime says what runs, the API what is known, and a dry run who refuses the mirror pod."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """Containers and sandboxes on the node and the namespace's pods; then a dry run of the mirror pod."""
        node = self._running(params), self._sandboxes(params)
        yield from (*params.policy_asks, refusals.BEFORE, self._pods(params), *node)
        if containers := self._static(params, seen):
            yield from constraint_probes.asks(_mirror(params, containers), seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge the constraint, what runs, and what the API server knows of it."""
        expected = f"the static pod {params.pod} runs an image, and {params.constraint} refuses its mirror pod"
        fault = gatekeeper.absent(params, seen) or self._wrong(params, facts, seen)
        if fault:
            return fault.fail(expected)
        observed = f"the static pod runs, {params.constraint} refused its mirror pod, and the API server has none"
        return passed(expected, observed, f"crictl ps; kubectl -n {params.namespace} get pods")

    def _wrong(self, params: Params, facts: Facts, seen: Observation) -> Fault | None:
        containers = self._static(params, seen)
        if not containers:
            observed = f"no static pod {params.pod} in the namespace {params.namespace} runs on the node"
            return Fault("not-running", observed, f"crictl ps -a; ls {DIRECTORY}; {_JOURNAL} | tail")
        images = [container.image for container in containers]
        if all(image.startswith(params.trusted) for image in images):
            observed = f"the static pod runs {', '.join(images)}, which the constraint admits"
            return Fault("trusted-image", observed, "crictl ps")
        mirror = _mirror(params, containers)
        if fault := constraint_probes.fault(params, facts, seen, mirror, params.namespace):
            return fault
        known = {str(pod["metadata"]["name"]) for pod in items(seen[self._pods(params)])}
        if mirrors := sorted({container.pod for container in containers} & known):
            observed = f"the API server has the pod {mirrors[0]}, so its mirror was not refused: move the manifest away"
            command = f"kubectl -n {params.namespace} get pod {mirrors[0]}"
            return Fault("mirror-exists", f"{observed} and back", command)
        return None

    def _static(self, params: Params, seen: Observation) -> list[Container]:
        """The running containers of the pod, where the kubelet read the pod from a file."""
        static = {
            pod["id"]
            for pod in _listed(seen[self._sandboxes(params)].text, "items")
            if (pod.get("annotations") or {}).get("kubernetes.io/config.source") == "file"
        }
        return [
            Container(
                container["labels"]["io.kubernetes.pod.name"],
                container["image"].get("userSpecifiedImage") or container["image"]["image"],
            )
            for container in _listed(seen[self._running(params)].text, "containers")
            if container["podSandboxId"] in static
            and container["labels"]["io.kubernetes.pod.name"].startswith(f"{params.pod}-")
        ]

    @staticmethod
    def _running(params: Params) -> NodeAsk:
        label = quote(f"io.kubernetes.pod.namespace={params.namespace}")
        return NodeAsk(f"crictl ps --state Running --label {label} -o json")

    @staticmethod
    def _sandboxes(params: Params) -> NodeAsk:
        return NodeAsk(f"crictl pods --namespace {quote(params.namespace)} -o json")

    @staticmethod
    def _pods(params: Params) -> ApiAsk:
        return ApiAsk(f"/api/v1/namespaces/{params.namespace}/pods", order=-1)


def _mirror(params: Params, containers: Sequence[Container]) -> dict[str, ApiAsk]:
    """A dry run of the pod by which the kubelet would tell the API server of the static pod, by the pod's images."""
    name = containers[0].pod
    metadata = {
        "name": name,
        "annotations": {"kubernetes.io/config.mirror": "0", "kubernetes.io/config.source": "file"},
    }
    listed = [{"name": f"app-{number}", "image": container.image} for number, container in enumerate(containers)]
    spec = {"nodeName": name.removeprefix(f"{params.pod}-"), "containers": listed}
    images = ", ".join(container.image for container in containers)
    return {images: probes.as_dry_run(params.namespace, metadata, spec)}


def _listed(text: str, key: str) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = json.loads(text)[key] or []
    except ValueError as error:
        raise CouldNotTell(f"the container runtime does not answer: {text.strip()[-200:]}") from error
    return entries
