"""admission-table: which images are refused by the constraint, and which are admitted, found out by probes."""

from collections.abc import Iterable

from lab.checks.asks import ApiAsk, Ask, CouldNotTell, NotYet, Observation
from lab.checks.base import Check, Facts, Judgement, check, passed
from lab.checks.support import enforcement, gatekeeper, mutations, probes, refusals
from lab.checks.support.admission_table_causes import Seen, Table, command_of
from lab.checks.support.admission_table_rows import Params, Row, pods_ask, rows, trusted_ask
from lab.checks.support.api_objects import found

WORDS = {probes.CONTAINERS: "a pod", probes.INIT: "an init container", probes.EPHEMERAL: "a debug container"}


@check("admission-table")
class AdmissionTable(Check[Params]):
    """Only behaviour counts; what the objects say is used to explain it."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """First what there is, then a probe for each row, then what explains that images were changed on their way."""
        pods = pods_ask(params) if params.containers != probes.EPHEMERAL else _pod(params)
        yield from (*params.policy_asks, refusals.BEFORE, pods)
        if gatekeeper.absent(params, seen):
            return
        table = rows(params, facts, seen)
        yield from (*(row.ask for row in table), trusted_ask(params, facts), refusals.AFTER)
        if any(mutations.changed(row.ask, seen) for row in table):
            yield from mutations.MUTATORS

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge what became of the probes."""
        what = WORDS[params.containers]
        admitted = f"; admitted is {what} with {', '.join(params.admitted)}" if params.admitted else ""
        others = f" or anything else that does not begin with {' or '.join(params.trusted)}"
        refused = ", ".join(params.refused) + (others if refusals.REFUSED in params.varied else "")
        expected = f"{params.constraint} refuses {what} with {refused}{admitted}"
        if fault := gatekeeper.absent(params, seen):
            return fault.fail(expected)
        if params.containers == probes.EPHEMERAL:
            _check_pod(params, seen)
        table = [entry for row in rows(params, facts, seen) if (entry := _outcome(row, params, seen))]
        if fault := Table(params, facts, seen, table).fault():
            enforcement.raise_if_just_changed(params, facts, seen)
            return fault.fail(expected)
        if any(entry.row.wanted == refusals.ADMITTED for entry in table):
            refusals.raise_if_failed_open(seen)
        if refusals.REFUSED in params.varied and (fault := enforcement.open_names(params, seen)):
            return fault.fail(expected)
        return passed(expected, _told(params, table), command_of(params, table[0].row))


def _told(params: Params, table: list[Seen]) -> str:
    refused = sum(entry.row.wanted == refusals.REFUSED for entry in table)
    told = f"of the pods that the lab tried, {params.constraint} refused {refused} with images that are not trusted"
    admitted = len(table) - refused
    return f"{told}, and {admitted} with trusted ones were admitted" if admitted else told


def _outcome(row: Row, params: Params, seen: Observation) -> Seen | None:
    """What became of a row; None where it is a spare one of which nothing can be told."""
    try:
        return Seen(row, refusals.outcome(seen[row.ask], params, seen), seen[row.ask])
    except NotYet:
        raise
    except CouldNotTell:
        if row.spare:
            return None
        raise


def _pod(params: Params) -> ApiAsk:
    return ApiAsk(f"/api/v1/namespaces/{params.namespaces[0]}/pods/{params.pod}", order=-1)


def _check_pod(params: Params, seen: Observation) -> None:
    """The pod that ephemeral containers are tried in must be there, and itself be one that is admitted.

    Raises:
        CouldNotTell: it is not.
    """
    namespace, pod = params.namespaces[0], found(seen[_pod(params)])
    make = f"kubectl -n {namespace} run {params.pod} --image={params.welcome}"
    if pod is None:
        raise CouldNotTell(f"the pod {params.pod} in {namespace} is gone; make it again: {make}")
    for image in probes.images(pod["spec"]):
        if not image.startswith(params.trusted):
            why = f"the pod {params.pod} in {namespace} itself has a container with {image} by now"
            raise CouldNotTell(f"{why}; make it again: kubectl -n {namespace} delete pod {params.pod}; {make}")
