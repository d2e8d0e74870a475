"""The rows of an admission table: which image is tried, in which place of which pod and namespace. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.checks.asks import ApiAsk, CouldNotTell, CreateAsk, Observation
from lab.checks.base import Facts
from lab.checks.support import gatekeeper, lookalike_images, pod_metadata, probes
from lab.checks.support.api_objects import Object, found, items
from lab.checks.support.gatekeeper import Policy
from lab.checks.support.matching import SYSTEM
from lab.checks.support.pod_metadata import PLAIN, Look, texts
from lab.checks.support.probes import FIRST, Place
from lab.checks.support.refusals import ADMITTED, REFUSED

IMAGE, NAMESPACE, PLACE, LOOK, REALLY = "image", "namespace", "place", "look", "really"
"""What a pod differs in from a plain one in the first namespace. Those of the last are no dry runs."""
MOST_NAMESPACES = 5
"""How many namespaces that the exercise does not know of are tried, at most."""


@dataclass(frozen=True)
class Params(Policy):
    """The policy, and what it has to do.

    `namespaces`: all images are tried in the first, one of each sort in the others. `containers`: the list that the
    image is in; `ephemeralContainers` are tried in the pod `pod` of the first namespace. `refused`, `admitted`:
    images. `trusted`: what the names of trusted images begin with. `varied`: of which of those two lists it tries also
    what the policy cannot know: for `refused` names like the trusted ones, registries never heard of, every place in
    the list, pods as controllers make them, other namespaces, and a pod that is really to be made; for `admitted` other
    images of the trusted registries, among other containers, in pods as controllers make them. `tolerated`: as
    `trusted`, of what a policy may let in or not.
    """

    namespaces: tuple[str, ...]
    pod: str
    containers: str
    trusted: tuple[str, ...]
    refused: tuple[str, ...] = ()
    admitted: tuple[str, ...] = ()
    varied: tuple[str, ...] = ()
    tolerated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.containers not in probes.LISTS:
            raise ValueError(f'"containers" must be one of {", ".join(probes.LISTS)}')
        if ADMITTED in self.varied and not self.admitted:
            raise ValueError('"admitted" must not be empty where it is varied')
        if not self.namespaces or not self.trusted or not self.refused:
            raise ValueError('"namespaces", "trusted" and "refused" must not be empty')
        if unknown := set(self.varied) - {REFUSED, ADMITTED}:
            raise ValueError(f'"varied" can have {REFUSED} and {ADMITTED}, not {", ".join(sorted(unknown))}')

    @property
    def of_pods(self) -> bool:
        """Whether it is about the containers that every pod has."""
        return self.containers == probes.CONTAINERS

    @property
    def welcome(self) -> str:
        """A trusted image, for the containers that are not tried."""
        return f"{self.trusted[0]}nginx"


@dataclass(frozen=True)
class Row:
    """A pod that is tried, and what has to become of it.

    `sort`: what it differs in from a plain one, and `said` in which words. `spare`: counts only where it is admitted.
    """

    namespace: str
    image: str
    wanted: str
    ask: ApiAsk | CreateAsk
    sort: str = IMAGE
    said: str = ""
    look: Look = PLAIN
    place: Place = FIRST
    spare: bool = False


def rows(params: Params, facts: Facts, seen: Observation) -> list[Row]:
    """The table, as it is tried on what there is.

    Raises:
        CouldNotTell: there is no pod whose name a creation could take.
    """
    table = [
        *_images(params, facts),
        *_named(params, facts, seen),
        *_namespaces(params, facts, seen),
        *_places(params, facts),
    ]
    if not params.of_pods:
        return table
    table += _looks(params, facts, seen)
    return [*table, _really(params, facts, seen)] if REFUSED in params.varied else table


def trusted_ask(params: Params, facts: Facts) -> ApiAsk:
    """A plain pod with a trusted image."""
    return _ask(params, facts, params.namespaces[0], params.welcome)


def pods_ask(params: Params) -> ApiAsk:
    """The pods of the first namespace."""
    return ApiAsk(f"/api/v1/namespaces/{params.namespaces[0]}/pods", order=-1)


def _images(params: Params, facts: Facts) -> Iterator[Row]:
    images = {REFUSED: [*params.refused], ADMITTED: [*params.admitted]}
    if REFUSED in params.varied:
        made = lookalike_images.lookalikes if params.of_pods else lookalike_images.few_lookalikes
        images[REFUSED] += [
            *made(params.trusted, facts.nonce),
            *lookalike_images.unheard(facts.nonce)[: None if params.of_pods else 1],
        ]
    if ADMITTED in params.varied:
        images[ADMITTED] += lookalike_images.welcome(params.trusted, facts.nonce)
    for wanted, names in images.items():
        for image in names:
            yield _row(params, facts, params.namespaces[0], image, wanted)


def _named(params: Params, facts: Facts, seen: Observation) -> Iterator[Row]:
    """Images of other registries that the policy itself names."""
    if REFUSED in params.varied and params.of_pods:
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        policy = texts([template["spec"].get("targets"), (constraint.get("spec") or {}).get("parameters")])
        for image in lookalike_images.named_in(policy, (*params.trusted, *params.tolerated), facts.nonce):
            yield _row(params, facts, params.namespaces[0], image, REFUSED, spare=True)


def _namespaces(params: Params, facts: Facts, seen: Observation) -> Iterator[Row]:
    if params.containers == probes.EPHEMERAL:
        return
    known = [*params.namespaces[1:], *([facts.namespace] if facts.namespace else [])]
    for namespace in known:
        yield _row(params, facts, namespace, params.refused[0], REFUSED, NAMESPACE)
        for image in params.admitted[:1]:
            yield _row(params, facts, namespace, image, ADMITTED, NAMESPACE)
    if REFUSED in params.varied and params.of_pods:
        every = [
            entry for entry in items(seen[gatekeeper.NAMESPACES]) if not entry["metadata"].get("deletionTimestamp")
        ]
        others = {str(entry["metadata"]["name"]) for entry in every} - {*known, params.namespaces[0], *SYSTEM}
        for namespace in sorted(others)[:MOST_NAMESPACES]:
            yield _row(params, facts, namespace, params.refused[0], REFUSED, NAMESPACE, spare=True)


def _places(params: Params, facts: Facts) -> Iterator[Row]:
    for wanted, images, indices in ((REFUSED, params.refused, (0, 1, 3)), (ADMITTED, params.admitted, (1,))):
        if wanted in params.varied:
            for index in indices:
                place = Place(params.containers, index, 4, params.welcome)
                yield _row(params, facts, params.namespaces[0], images[0], wanted, PLACE, place.said, place=place)
            if params.containers == probes.INIT:
                place = Place(params.containers, trusted=params.welcome, sidecar=True)
                yield _row(params, facts, params.namespaces[0], images[0], wanted, PLACE, place.said, place=place)


def _looks(params: Params, facts: Facts, seen: Observation) -> Iterator[Row]:
    namespace = params.namespaces[0]
    for wanted, images in ((REFUSED, params.refused), (ADMITTED, params.admitted)):
        if wanted in params.varied:
            for look in pod_metadata.usual(facts.nonce):
                yield _row(params, facts, namespace, images[0], wanted, LOOK, look.said, look)
    if REFUSED in params.varied:
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        for look in pod_metadata.named_in(template, constraint):
            yield _row(params, facts, namespace, params.refused[0], REFUSED, LOOK, look.said, look, spare=True)


def _really(params: Params, facts: Facts, seen: Observation) -> Row:
    running = [pod for pod in items(seen[pods_ask(params)]) if _runs(pod)]
    namespace = params.namespaces[0]
    if not running:
        make = f"kubectl -n {namespace} run {params.pod} --image={params.welcome}"
        raise CouldNotTell(f"no pod runs in {namespace} any more; make one again: {make}")
    name = str(running[0]["metadata"]["name"])
    ask = probes.create_really(namespace, name, params.refused[0], facts.nonce)
    return Row(namespace, params.refused[0], REFUSED, ask, REALLY)


def _runs(pod: Object) -> bool:
    return (pod.get("status") or {}).get("phase") == "Running" and not pod["metadata"].get("deletionTimestamp")


def _row(
    params: Params, facts: Facts, namespace: str, image: str, wanted: str, sort: str = IMAGE, said: str = "",
    look: Look = PLAIN, place: Place | None = None, spare: bool = False,
) -> Row:  # fmt: skip
    ask = _ask(params, facts, namespace, image, look, place)
    return Row(namespace, image, wanted, ask, sort, said, look, place or Place(params.containers), spare)


def _ask(
    params: Params, facts: Facts, namespace: str, image: str, look: Look = PLAIN, place: Place | None = None
) -> ApiAsk:
    place = place or Place(params.containers, trusted=params.welcome)
    if params.containers == probes.EPHEMERAL:
        return probes.debug(namespace, params.pod, image, facts.nonce, place)
    if params.of_pods and place.among == 1:
        place = FIRST
    return probes.create(namespace, image, facts.nonce, place, look)
