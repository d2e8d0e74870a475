"""admission-table: which images are refused by the constraint, and which are admitted, found out by dry runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from lab.checks import enforcement, gatekeeper, probes, refusals
from lab.checks.audits import last_change
from lab.checks.base import ApiAsk, Ask, Check, CouldNotTell, Facts, Judgement, NotYet, Observation, check
from lab.checks.causes import Cause, found
from lab.checks.gatekeeper import Policy
from lab.checks.refusals import ADMITTED, OTHERS, REFUSED
from lab.model import Verdict

SETTLE = timedelta(seconds=10)
HOLES = {probes.INIT: "init-containers", probes.EPHEMERAL: "ephemeral-containers"}


@dataclass(frozen=True)
class Params(Policy):
    """The policy, and what it has to do.

    `namespaces`: all images are tried in the first, one of each sort in the others. `containers`: the list that the
    image is in; `ephemeralContainers` are tried in the pod `pod` of the first namespace. `refused`, `admitted`:
    images. `trusted`: what the names of trusted images begin with, to say what is wrong with a policy.
    """

    namespaces: tuple[str, ...]
    pod: str
    containers: str
    trusted: tuple[str, ...]
    refused: tuple[str, ...] = ()
    admitted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.containers not in probes.LISTS:
            raise ValueError(f'"containers" must be one of {", ".join(probes.LISTS)}')
        if not self.namespaces or not self.trusted or not self.refused:
            raise ValueError('"namespaces", "trusted" and "refused" must not be empty')
        if self.containers != probes.CONTAINERS and not self.admitted:
            raise ValueError('"admitted" must not be empty: the probe has another container, with a trusted image')


@dataclass(frozen=True)
class Row:
    """An image that is tried, where, and what has to become of it."""

    namespace: str
    image: str
    wanted: str
    ask: ApiAsk
    beside: bool = False  # the image is in the second container, after a trusted one


@dataclass(frozen=True)
class Seen:
    """A row, and what became of it."""

    row: Row
    outcome: refusals.Outcome

    @property
    def wrong(self) -> bool:
        """Whether something else was to become of it."""
        return self.outcome.what != self.row.wanted


@check("admission-table")
class AdmissionTable(Check[Params]):
    """Only behaviour counts; what the objects say is used to explain it."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """A dry run for each row, and what explains its outcome."""
        pod = (_pod(params),) if params.containers == probes.EPHEMERAL else ()
        state = *params.policy_asks, refusals.binding_of(params), refusals.BEFORE, refusals.AFTER
        return *state, *pod, *(row.ask for row in rows(params))

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge what became of the probes."""
        what = {probes.CONTAINERS: "a pod", probes.INIT: "an init container"}.get(
            params.containers, "a debug container"
        )
        admitted = f"; admitted is {what} with {', '.join(params.admitted)}" if params.admitted else ""
        expected = f"{params.constraint} refuses {what} with {', '.join(params.refused)}{admitted}"
        if cause := gatekeeper.absent(params, seen):
            return cause.fail(expected)
        if params.containers == probes.EPHEMERAL:
            _check_pod(params, seen)
        table = [Seen(row, refusals.outcome(seen[row.ask], params, seen)) for row in rows(params)]
        if cause := _Table(params, seen, table).cause():
            _raise_if_just_changed(params, facts, seen)
            return cause.fail(expected)
        if params.admitted:
            refusals.raise_if_failed_open(seen)
        return Judgement(Verdict.PASS, expected, f"so it is, in {len(table)} dry runs", _command(params, table[0].row))


def _raise_if_just_changed(params: Params, facts: Facts, seen: Observation) -> None:
    """Gatekeeper reports a change as taken in some seconds before its webhook decides by it: seen with a template and a
    constraint that were changed together. A clock that is not the cluster's tells nothing.
    """
    objects = [found(seen[ask]) for ask in (params.template_ask, params.constraint_ask)]
    for entry in objects:
        if entry and facts.now and timedelta() <= facts.now - last_change(entry) < SETTLE:
            raise NotYet("the policy was changed a moment ago, and Gatekeeper may not decide by it yet")


def rows(params: Params) -> list[Row]:
    """The table, as it is tried."""
    ephemeral = params.containers == probes.EPHEMERAL
    result = []
    for number, namespace in enumerate(params.namespaces[:1] if ephemeral else params.namespaces):
        upto = 1 if number else None
        wanted = [(image, REFUSED) for image in params.refused[:upto]]
        wanted += [(image, ADMITTED) for image in params.admitted[:upto]]
        result += [Row(namespace, image, what, _probe(params, namespace, image)) for image, what in wanted]
    if params.containers == probes.CONTAINERS:
        namespace, image = params.namespaces[0], params.refused[0]
        ask = probes.create_beside(namespace, image, f"{params.trusted[0]}nginx")
        result.append(Row(namespace, image, REFUSED, ask, beside=True))
    return result


class _Table:
    """What became of every row, and why that is wrong."""

    def __init__(self, params: Params, seen: Observation, table: Sequence[Seen]) -> None:
        self._params = params
        self._seen = seen
        self._table = table

    def cause(self) -> Cause | None:
        """Why the table is wrong, None when it is right.

        Raises:
            NotYet: what is wrong may be because Gatekeeper has not taken in the change, or did not answer.
        """
        wrong = [entry for entry in self._table if entry.wrong]
        if not wrong:
            return None
        for entry in wrong:
            if entry.outcome.what in OTHERS:
                return self._by_others(entry)
        let_in = [entry for entry in wrong if entry.row.wanted == REFUSED]
        if let_in and (open_in := self._open_namespaces):
            # everything gets in there: rather the state of Gatekeeper or the constraint than the policy
            if cause := enforcement.in_force(self._params, self._seen, open_in):
                return cause
        elif cause := self._error():
            return cause
        gatekeeper.await_taken_in(self._params, self._seen)
        if let_in:
            refusals.raise_if_failed_open(self._seen)
        return self._too_little(let_in) if let_in else self._too_much(wrong)

    def _error(self) -> Cause | None:
        template = found(self._seen[self._params.template_ask]) or {}
        constraint = found(self._seen[self._params.constraint_ask]) or {}
        error = gatekeeper.template_error(self._params, template)
        return error or gatekeeper.constraint_error(self._params, constraint)

    @cached_property
    def _open_namespaces(self) -> list[str]:
        rows = [entry for entry in self._table if entry.row.wanted == REFUSED]
        shut = {entry.row.namespace for entry in rows if not entry.wrong}
        return list(dict.fromkeys(entry.row.namespace for entry in rows if entry.row.namespace not in shut))

    def _by_others(self, entry: Seen) -> Cause:
        observed = f"{entry.row.image} was not refused by {self._params.constraint}, but by {entry.outcome.said}"
        if entry.outcome.what == "same-name":
            observed = f"{entry.row.image} was refused by a constraint {entry.outcome.said}: give that one another name"
        return Cause(entry.outcome.what, observed, _command(self._params, entry.row))

    def _too_much(self, wrong: Sequence[Seen]) -> Cause:
        """Trusted images are refused."""
        command = _command(self._params, wrong[0].row)
        names = ", ".join(dict.fromkeys(entry.row.image for entry in wrong))
        if len(wrong) > 1 and len(wrong) == sum(entry.row.wanted == ADMITTED for entry in self._table):
            observed = f"everything is refused, trusted images too: {names}"
            return Cause("refuses-everything", observed, command)
        observed = f"{names} was refused: {wrong[0].outcome.said}"
        return Cause("refuses-trusted", observed, command)

    def _too_little(self, let_in: Sequence[Seen]) -> Cause:
        """Images that are not trusted get in; everything that explains it but the policy has been ruled out."""
        params = self._params
        images = list(dict.fromkeys(entry.row.image for entry in let_in))
        names, command = ", ".join(images), _command(params, let_in[0].row)
        here = [entry for entry in self._table if entry.row.wanted == REFUSED]
        if len(let_in) == len(here):
            if hole := HOLES.get(params.containers):
                observed = f"every image is admitted in {params.containers}: {names}"
                return Cause(hole, observed, f"kubectl get constrainttemplate {params.template} -o yaml")
            return Cause("admits-everything", f"no image is refused, not even {names}", command)
        if all(entry.row.beside for entry in let_in):
            observed = f"a pod with {names} was admitted, because a container before it has a trusted image"
            template = f"kubectl get constrainttemplate {params.template} -o yaml"
            return Cause("other-containers", observed, template)
        if not any(entry.row.namespace == let_in[0].row.namespace and not entry.wrong for entry in here):
            place = let_in[0].row.namespace
            return Cause("scope", f"in the namespace {place} {names} was admitted, elsewhere it is refused", command)
        if all(self._begins(image) for image in images):
            observed = f"{names} was admitted: its host only begins with a trusted name; end the prefix with a slash"
            return Cause("prefix-without-slash", observed, command)
        if all(self._begins(image) or self._has(image) for image in images):
            observed = f"{names} was admitted: it has a trusted name in it, but does not begin with it"
            return Cause("contains", observed, command)
        return Cause("admits-untrusted", f"{names} was admitted", command)

    def _begins(self, image: str) -> bool:
        return any(image.startswith(prefix.rstrip("/")) for prefix in self._params.trusted)

    def _has(self, image: str) -> bool:
        return any(prefix.rstrip("/") in image for prefix in self._params.trusted)


def _probe(params: Params, namespace: str, image: str) -> ApiAsk:
    if params.containers == probes.CONTAINERS:
        return probes.create(namespace, image)
    if params.containers == probes.INIT:
        return probes.create_with_init(namespace, image, params.admitted[0])
    return probes.debug(namespace, params.pod, image)


def _pod(params: Params) -> ApiAsk:
    return ApiAsk(f"/api/v1/namespaces/{params.namespaces[0]}/pods/{params.pod}", order=-1)


def _check_pod(params: Params, seen: Observation) -> None:
    """The pod that ephemeral containers are tried in must be there, and itself be one that is admitted.

    Raises:
        CouldNotTell: it is not.
    """
    namespace, pod = params.namespaces[0], found(seen[_pod(params)])
    make = f"kubectl -n {namespace} run {params.pod} --image={params.trusted[0]}nginx"
    if pod is None:
        raise CouldNotTell(f"the pod {params.pod} in {namespace} is gone; make it again: {make}")
    for image in probes.images(pod["spec"]):
        if not image.startswith(params.trusted):
            why = f"the pod {params.pod} in {namespace} itself has a container with {image} by now"
            raise CouldNotTell(f"{why}; make it again: kubectl -n {namespace} delete pod {params.pod}; {make}")


def _command(params: Params, row: Row) -> str:
    run = f"kubectl -n {row.namespace} run probe --dry-run=server --image="
    if params.containers == probes.CONTAINERS:
        return run + row.image
    if params.containers == probes.INIT:
        containers = f'[{{"name":"init","image":"{row.image}"}}]'
        return f'{run}{params.admitted[0]} --overrides=\'{{"spec":{{"initContainers":{containers}}}}}\''
    return f"kubectl get constrainttemplate {params.template} -o yaml"
