"""audit-answer: a file on the node names the pods of a namespace that the audit found to violate the constraint."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lab.checks.asks import ApiAsk, Ask, FileAsk, NotYet, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import enforcement, gatekeeper, gatekeeper_audit, gatekeeper_health, image_digests, probes
from lab.checks.support.api_objects import Object, found, items
from lab.checks.support.gatekeeper import Policy
from lab.k8s import gatekeeper_status


@dataclass(frozen=True)
class Params(Policy):
    """`file`: path on the node. `namespace`: whose pods are asked for. `trusted`: beginnings of trusted images.

    `planted`: the pods that the exercise made there, as a name, which may end in `*`, with an image of each.
    """

    namespace: str
    file: str
    trusted: tuple[str, ...]
    planted: Mapping[str, str]


@check("audit-answer")
class AuditAnswer(Check[Params]):
    """What is written must be what the audit found, and that must be what is there: a claim alone never earns."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The file, the constraint's status, and the pods."""
        return *params.policy_asks, self._file(params), _pods(params)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge the audit first, then the file."""
        expected = f"{params.file} names the pods in {params.namespace} that the audit of {params.constraint} lists"
        fault = gatekeeper.absent(params, seen) or self._nothing_written(params, seen)
        fault = fault or self._unplanted(params, seen) or gatekeeper_health.stopped(gatekeeper_status.AUDIT, seen)
        if fault:
            return fault.fail(expected)
        try:
            audited = self._audited(params, seen)
        except Fault as wrong:
            return wrong.fail(expected)
        if fault := self._compare(params, seen, audited):
            return fault.fail(expected)
        return passed(expected, f"the file names {', '.join(sorted(audited))}", f"cat {params.file}")

    def _nothing_written(self, params: Params, seen: Observation) -> Fault | None:
        command = f"cat {params.file}"
        if seen[self._file(params)].kind != "file":
            return Fault("no-answer", f"there is no file {params.file}", command)
        if not self._written(params, seen):
            return Fault("empty-answer", "the file names no pod", command)
        return None

    @staticmethod
    def _unplanted(params: Params, seen: Observation) -> Fault | None:
        """Whether pods of the exercise are gone, or have other images: the audit would have nothing to tell of."""
        pods = [(entry["metadata"]["name"], probes.images(entry["spec"])) for entry in items(seen[_pods(params)])]
        gone = [
            name.removesuffix("-*")
            for name, image in params.planted.items()
            if not any(fnmatchcase(pod, name) and image in images for pod, images in pods)
        ]
        if not gone:
            return None
        observed = f"what the exercise planted in {params.namespace} is no longer there as it was: {', '.join(gone)}"
        return Fault("planted-gone", f"{observed}; {gatekeeper.PUT_BACK}", f"kubectl -n {params.namespace} get pods")

    def _audited(self, params: Params, seen: Observation) -> set[str]:
        """The pods that the audit found; raises Fault where the policy is wrong."""
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        pods = items(seen[_pods(params)])
        if fault := gatekeeper.template_error(params, template) or gatekeeper.constraint_error(params, constraint):
            raise fault
        config = found(seen[gatekeeper.CONFIG])
        audit = gatekeeper_audit.audit_of(constraint, (template, *pods, *([config] if config else [])))
        audited = audit.pods(params.namespace)
        live = {str(pod["metadata"]["name"]) for pod in pods}
        if audited - live:
            raise NotYet(f"the last audit lists pods that are gone by now; {gatekeeper_audit.NEXT}")
        fault = self._unlike_the_pods(params, seen, pods, audited)
        if fault and not audit.settled:
            raise NotYet(f"the last audit began right after a change; {gatekeeper_audit.NEXT}")
        if fault:
            raise fault
        return audited

    @staticmethod
    def _unlike_the_pods(params: Params, seen: Observation, pods: Iterable[Object], audited: set[str]) -> Fault | None:
        """Whether the audit lists what it should not, or the other way round: then the policy is wrong.

        A pod with untrusted images in init or ephemeral containers only may be listed: that depends on the step.
        """
        must: set[str] = set()
        may: set[str] = set()
        for pod in pods:
            containers = {str(container["image"]) for container in pod["spec"]["containers"]}
            sort = must if not _all_trusted(params, containers) else may
            if not _all_trusted(params, probes.images(pod["spec"])):
                sort.add(str(pod["metadata"]["name"]))
        command = f"kubectl describe {params.kind.lower()} {params.constraint}"
        if few := must - audited:
            # how many, not which: naming them would give the answer away
            observed = f"the audit does not list {len(few)} of the {len(must)} pods whose images are not trusted"
            unseen = None if must & audited else _unlooked(params, seen)
            return unseen or Fault("audit-too-few", f"{observed}: correct the policy first", command)
        if many := audited - must - may:
            observed = f"the audit lists {_names(many)}, though all their images are trusted"
            return Fault("audit-too-many", f"{observed}: correct the policy first", command)
        return None

    def _compare(self, params: Params, seen: Observation, audited: set[str]) -> Fault | None:
        written = self._written(params, seen)
        command = f"cat {params.file}; kubectl describe {params.kind.lower()} {params.constraint}"
        if extra := written - audited:
            return Fault("extra-pods", f"the audit does not list {_names(extra)} in {params.namespace}", command)
        if missing := audited - written:
            observed = f"{len(missing)} of the {len(audited)} pods that the audit lists are missing in the file"
            return Fault("missing-pods", observed, command)
        return None

    def _written(self, params: Params, seen: Observation) -> set[str]:
        """The names in the file; a name of another namespace keeps its `namespace/`."""
        text = seen[self._file(params)].content.decode(errors="replace")
        words = [word for line in image_digests.lines_of(text) for word in re.split(r"[\s,;]+", line)]
        return {re.sub(rf"^(?:{re.escape(params.namespace)}|pods?)/", "", word) for word in words if word}

    @staticmethod
    def _file(params: Params) -> FileAsk:
        return FileAsk(params.file, limit=16384)


def _pods(params: Params) -> ApiAsk:
    return ApiAsk(f"/api/v1/namespaces/{params.namespace}/pods", order=-1)


def _unlooked(params: Params, seen: Observation) -> Fault | None:
    """Why the audit does not look at the pods at all."""
    audit = enforcement.excluded(seen, [params.namespace], "audit")
    return enforcement.unmatched(params, seen, [params.namespace]) or audit


def _all_trusted(params: Params, names: Iterable[str]) -> bool:
    return all(name.startswith(params.trusted) for name in names)


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:5]) + (" and others" if len(set(names)) > 5 else "")
