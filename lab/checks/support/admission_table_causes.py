"""Explains why probes of an admission table were wrongly admitted or refused. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lab.checks.asks import Answer, Observation
from lab.checks.base import Facts, Fault
from lab.checks.support import enforcement, gatekeeper, matching, mutations, probes, refusals
from lab.checks.support.admission_table_rows import IMAGE, LOOK, NAMESPACE, PLACE, REALLY, Params, Row, trusted_ask
from lab.checks.support.api_objects import found
from lab.checks.support.lookalike_images import BEGINS, DOT, HAS, likeness, unheard
from lab.checks.support.refusals import ADMITTED, BROKEN, OTHERS, REFUSED

HOLES = {probes.INIT: "init-containers", probes.EPHEMERAL: "ephemeral-containers"}


@dataclass(frozen=True)
class Seen:
    """A row, what became of it, and the API server's answer."""

    row: Row
    outcome: refusals.Outcome
    answer: Answer

    @property
    def wrong(self) -> bool:
        """Whether something else was to become of it."""
        return self.outcome.what == ADMITTED if self.row.spare else self.outcome.what != self.row.wanted

    @property
    def changed(self) -> dict[str, str]:
        """The images that were changed on the way in, and what they became."""
        return probes.changed(self.row.ask, self.answer.text) if self.outcome.what == ADMITTED else {}


class Table:
    """What became of every row, and why that is wrong."""

    def __init__(self, params: Params, facts: Facts, seen: Observation, table: Sequence[Seen]) -> None:
        self._params = params
        self._facts = facts
        self._seen = seen
        self._table = table
        self._template = f"kubectl get constrainttemplate {params.template} -o yaml"

    def fault(self) -> Fault | None:
        """The cause of what is wrong in the table; None when it is right.

        Raises:
            NotYet: Gatekeeper may not have taken in the last change yet, or did not answer.
        """
        wrong = [entry for entry in self._table if entry.wrong]
        for entry in wrong:
            if entry.outcome.what in (*OTHERS, BROKEN):
                return self._by_others(entry)
        let_in = [entry for entry in wrong if entry.row.wanted == REFUSED]
        dry = [entry for entry in let_in if entry.row.sort != REALLY]
        if dry and all(entry.changed for entry in dry):
            return mutations.fault(dry[0].changed, self._seen)
        if let_in and (open_in := self._open_namespaces):
            # everything gets in there: rather the state of Gatekeeper or the constraint than the policy
            if fault := enforcement.in_force(self._params, self._seen, open_in):
                return fault
        elif wrong and (fault := self._error()):
            return fault
        if not wrong:
            return None
        gatekeeper.await_taken_in(self._params, self._seen)
        if let_in:
            refusals.raise_if_failed_open(self._seen)
        return self._too_little(let_in) if let_in else self._too_much(wrong)

    def _error(self) -> Fault | None:
        template = found(self._seen[self._params.template_ask]) or {}
        constraint = found(self._seen[self._params.constraint_ask]) or {}
        error = gatekeeper.template_error(self._params, template)
        return error or gatekeeper.constraint_error(self._params, constraint)

    @cached_property
    def _open_namespaces(self) -> list[str]:
        plain = [entry for entry in self._table if entry.row.sort in (IMAGE, NAMESPACE)]
        rows = [entry for entry in plain if entry.row.wanted == REFUSED]
        shut = {entry.row.namespace for entry in rows if not entry.wrong}
        return list(dict.fromkeys(entry.row.namespace for entry in rows if entry.row.namespace not in shut))

    def _by_others(self, entry: Seen) -> Fault:
        params, image, said = self._params, entry.row.image, entry.outcome.said
        if entry.outcome.what == BROKEN:
            return refusals.broken(entry.outcome, params.template)
        observed = f"{image} was not refused by {params.constraint}, but by {said}"
        if entry.outcome.what == "same-name":
            observed = f"{image} was refused by a constraint {said}: give that one another name"
        return Fault(entry.outcome.what, observed, command_of(params, entry.row))

    def _too_much(self, wrong: Sequence[Seen]) -> Fault:
        """Trusted images are refused."""
        command = command_of(self._params, wrong[0].row)
        names = ", ".join(dict.fromkeys(entry.row.image for entry in wrong))
        if len(wrong) > 1 and len(wrong) == sum(entry.row.wanted == ADMITTED for entry in self._table):
            observed = f"everything is refused, trusted images too: {names}"
            return Fault("refuses-everything", observed, command)
        how = f" {wrong[0].row.said}" if all(entry.row.said for entry in wrong) else ""
        observed = f"a pod with {names}{how} was refused: {wrong[0].outcome.said}"
        return Fault("refuses-trusted", observed, command)

    def _too_little(self, let_in: Sequence[Seen]) -> Fault:
        """Images that are not trusted get in; everything that explains it but the policy has been ruled out."""
        params = self._params
        command = command_of(params, let_in[0].row)
        all_refused = [entry for entry in self._table if entry.row.wanted == REFUSED and not entry.row.spare]
        names = ", ".join(dict.fromkeys(entry.row.image for entry in let_in if entry.row.sort == IMAGE))
        if len([entry for entry in let_in if not entry.row.spare]) == len(all_refused):
            if hole := HOLES.get(params.containers):
                observed = f"every image is admitted in {params.containers}, {let_in[0].row.image} too"
                return Fault(hole, observed, self._template)
            if self._refuses_trusted:
                observed = f"the rule is the wrong way round: it refuses {params.welcome}, and admits {_few(names)}"
                return Fault("inverted", observed, command)
            return Fault("admits-everything", f"no image is refused, not even {let_in[0].row.image}", command)
        for sort, explain in (
            (IMAGE, self._images),
            (NAMESPACE, self._scope),
            (PLACE, self._place),
            (LOOK, self._look),
        ):
            if entries := [entry for entry in let_in if entry.row.sort == sort]:
                return explain(entries)
        row = let_in[0].row
        observed = f"a pod with {row.image} was refused as a dry run, and admitted when it was really to be made"
        return Fault("dry-run-only", f"{observed}: the policy must not look at dryRun", command)

    @property
    def _refuses_trusted(self) -> bool:
        answer = self._seen[trusted_ask(self._params, self._facts)]
        return refusals.outcome(answer, self._params, self._seen).what == REFUSED

    def _images(self, let_in: Sequence[Seen]) -> Fault:
        params, images = self._params, list(dict.fromkeys(entry.row.image for entry in let_in))
        names, command = _few(", ".join(images)), command_of(params, let_in[0].row)
        if unmatched := enforcement.unmatched(params, self._seen, params.namespaces):
            return unmatched
        alike = {likeness(image, params.trusted) for image in images}
        if alike == {DOT}:
            why = "a name that only looks like a trusted one; a dot of a regular expression is any character, write \\."
            return Fault("regex-dot", f"{names} got in, {why}", command)
        if alike <= {BEGINS, DOT}:
            why = "the host only begins with a trusted name; end the prefix with a slash"
            return Fault("prefix-without-slash", f"{names} got in: {why}", command)
        if alike <= {BEGINS, HAS, DOT}:
            why = "the name has a trusted one in it, but does not begin with it"
            return Fault("contains", f"{names} got in: {why}", command)
        strange = [image for image in unheard(self._facts.nonce) if image in images and image.count("/")]
        if len(strange) > 1:
            why = "nobody has heard of these; say what is trusted, and refuse all else"
            return Fault("admits-unknown", f"{strange[0]} got in, and {strange[1]}: {why}", command)
        return Fault("admits-untrusted", f"{names} got in", command)

    def _scope(self, let_in: Sequence[Seen]) -> Fault:
        places = ", ".join(dict.fromkeys(entry.row.namespace for entry in let_in))
        observed = f"in the namespace {places} {let_in[0].row.image} was admitted, elsewhere it is refused"
        return Fault("scope", observed, command_of(self._params, let_in[0].row))

    def _place(self, let_in: Sequence[Seen]) -> Fault:
        row, where = let_in[0].row, " and ".join(dict.fromkeys(entry.row.said for entry in let_in))
        observed = f"a pod with {row.image} {where} was admitted, where its other images are trusted"
        return Fault("other-containers", observed, self._template)

    def _look(self, let_in: Sequence[Seen]) -> Fault:
        row, constraint = let_in[0].row, found(self._seen[self._params.constraint_ask]) or {}
        observed = f"a pod with {row.image}, {row.said}, was admitted, and a plain one is refused"
        selector = ((constraint.get("spec") or {}).get("match") or {}).get("labelSelector")
        if not matching.selects(selector, row.look.labels):
            observed = f"{observed}: the constraint's labelSelector leaves it out"
        return Fault("exempt-pods", observed, command_of(self._params, row))


def command_of(params: Params, row: Row) -> str:
    """A command with which a learner sees what becomes of a row."""
    run = f"kubectl -n {row.namespace} run probe --dry-run=server --image="
    if row.place.list == probes.INIT:
        containers = json.dumps({"spec": {"initContainers": [{"name": "init", "image": row.image}]}})
        return f"{run}{params.welcome} --overrides='{containers}'"
    if row.place.list == probes.EPHEMERAL:
        return f"kubectl get constrainttemplate {params.template} -o yaml"
    if row.sort == REALLY:
        return f"kubectl -n {row.namespace} run probe --image={row.image}; kubectl -n {row.namespace} delete pod probe"
    if row.look.labels:
        return f"{run}{row.image} --labels={','.join(f'{key}={value}' for key, value in row.look.labels.items())}"
    return run + row.image


def _few(names: str) -> str:
    words = names.split(", ")
    return ", ".join(words[:4]) + (f" and {len(words) - 4} more" if len(words) > 4 else "")
