"""running-digest: a component's container was started from the digest, and is what serves at the component's port."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import Ask, CouldNotTell, NodeAsk, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import image_digests, manifests
from lab.k8s import image_reference
from lab.k8s.bash import program


@dataclass(frozen=True)
class Params:
    """`component`: the container's name, such as `kube-apiserver`."""

    component: str


@dataclass(frozen=True)
class Container:
    """A running container as the container runtime tells of it."""

    asked_image: str  # as the pod's spec had it when the container was made
    image_id: str  # the digest of the configuration of the image that it was made from
    pid: int


@check("running-digest")
class RunningDigest(Check[Params]):
    """Asks the container runtime, never the mirror pod: that one shows the manifest, not what runs."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The running container, the manifests (to tell an old container), the images, and the port's process."""
        yield from (self._inspect(params), manifests.MANIFESTS, image_digests.LISTING)
        if port := _port(params.component, facts):
            yield _listener(port)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge what runs."""
        component = params.component
        right = facts.image_of(component)
        expected = f"the running {component} container was started from {right.repository} by its digest"
        command = f"crictl inspect $(crictl ps -q --name '^{component}$') | jq '.status.image, .status.imageId'"
        containers = self._containers(params, seen)
        faults = (self._wrong(container, params, facts, seen) for container in containers)
        if fault := next(filter(None, faults), None) or self._not_serving(containers, params, facts, seen):
            return fault.fail(expected, command)
        return passed(expected, f"the container was started from {containers[0].asked_image}", command)

    def _not_serving(
        self, containers: list[Container], params: Params, facts: Facts, seen: Observation
    ) -> Fault | None:
        if not containers:
            return Fault("not-running", f"no container {params.component} is running (it may be on its way)")
        port = _port(params.component, facts)
        listener = self._listener(port, seen) if port else 0
        if listener and listener not in [container.pid for container in containers]:
            observed = f"another process (pid {listener}) listens on port {port}, not this container"
            return Fault("impostor", observed)
        return None

    def _wrong(self, container: Container, params: Params, facts: Facts, seen: Observation) -> Fault | None:
        component, right = params.component, facts.image_of(params.component)
        reference = image_reference.parse(container.asked_image)
        started = f"the container was started from {container.asked_image}"
        if not reference.digest:
            manifest = manifests.of(component, seen)
            if manifest and image_reference.parse(manifest[-1].image(component)).digest:
                advice = "the manifest names a digest by now, so the kubelet has not acted on it"
                return Fault("old-container", f"{started}; {advice}")
            return Fault("tag-only", f"{started}, so by no digest")
        if wrong := image_digests.wrong_digest(reference.digest, component, facts, image_digests.names_of(seen)):
            return wrong.within(f"{started}; ")
        if reference.repository != right.repository:
            return Fault("other-repository", f"{started}, and not from {right.repository}")
        if container.image_id != right.config_digest:
            observed = f"{started}, a name that stands for another image by now, with the id {container.image_id}"
            return Fault("relabelled-copy", observed)
        return None

    @staticmethod
    def _inspect(params: Params) -> NodeAsk:
        return NodeAsk(program(__file__, "running_digest.sh", params.component))

    def _containers(self, params: Params, seen: Observation) -> list[Container]:
        answer = seen[self._inspect(params)]
        if answer.code:
            raise CouldNotTell(f"the container runtime does not answer: {answer.text.strip()[-200:]}")
        rows = [json.loads(line) for line in answer.text.splitlines() if line.strip()]
        if not all(row["asked"] and row["id"] for row in rows):
            raise CouldNotTell("the container runtime does not say which image the container was started from")
        return [Container(str(row["asked"]), str(row["id"]), int(row["pid"] or 0)) for row in rows]

    @staticmethod
    def _listener(port: int, seen: Observation) -> int:
        """The process on the port; 0 when there is none, which is for the check of readiness to say."""
        answer = seen[_listener(port)]
        said = answer.text.strip()
        if answer.code:
            raise CouldNotTell(f"who listens on port {port} could not be looked up: {said[-200:]}")
        if not said:
            return 0
        found = re.search(r"\bpid=(\d+)", said)
        if not found:
            raise CouldNotTell(f"the node does not say which process listens on port {port}: {said[-200:]}")
        return int(found[1])


def _listener(port: int) -> NodeAsk:
    """The processes that listen on a port of the node."""
    return NodeAsk(f"ss -ltnpH 'sport = :{port}'")


def _port(component: str, facts: Facts) -> int:
    """The first port that a component's manifest named right after `lab up`; 0 when it named none."""
    for name, content in facts.manifests.items():
        manifest = manifests.parse(content, name)
        if manifest.is_of(component):
            ports = [port for container in manifest.containers for port in container.get("ports") or ()]
            return int(ports[0]["containerPort"]) if ports else 0
    return 0
