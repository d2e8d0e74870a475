"""Tells which pods a constraint's `match`, and a webhook's rules and selectors, apply to. Pure.

Semantics: Gatekeeper's pkg/mutation/match and admissionregistration.k8s.io/v1. A pod is assumed to have no label.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Labels = Mapping[str, str]
NAME_LABEL = "kubernetes.io/metadata.name"
SYSTEM = ("kube-system", "kube-public", "kube-node-lease", "gatekeeper-system", "local-path-storage")
"""The namespaces of the cluster itself, which a policy for what its users run may leave out."""


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector takes an object with these labels; an empty one takes everything."""
    selector = selector or {}
    plain = all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return plain and all(_holds(entry, labels) for entry in selector.get("matchExpressions") or [])


def kinds_without_pods(match: Mapping[str, Any]) -> str:
    """Why `match.kinds` takes no pods; empty when it does."""
    entries = match.get("kinds") or []
    if not entries or any(_takes(entry, "kinds", "Pod") and _takes(entry, "apiGroups", "") for entry in entries):
        return ""
    if any(_takes(entry, "kinds", "Pod") for entry in entries):
        groups = ", ".join(f'"{group}"' for entry in entries for group in entry.get("apiGroups") or [])
        return f'its match has Pod in the API group {groups}; pods are in the core group, which is written ""'
    kinds = ", ".join(str(kind) for entry in entries for kind in entry.get("kinds") or [])
    return f"its match has the kinds {kinds}, and not Pod"


def out_of_scope(match: Mapping[str, Any], namespaces: Mapping[str, Labels]) -> str:
    """Why `match` leaves out a pod of one of the namespaces, given with their labels; empty when it takes them all."""
    wanted, excluded = match.get("namespaces") or [], match.get("excludedNamespaces") or []
    for namespace, labels in namespaces.items():
        if wanted and not any(fnmatchcase(namespace, str(entry)) for entry in wanted):
            return f"its match has only the namespaces {', '.join(map(str, wanted))}, so pods in {namespace} get in"
        if any(fnmatchcase(namespace, str(entry)) for entry in excluded):
            return f"its match leaves out the namespace {namespace} (excludedNamespaces)"
        if not selects(match.get("namespaceSelector"), labels):
            return f"its match has a namespaceSelector that the labels of the namespace {namespace} do not fit"
    if not selects(match.get("labelSelector"), {}):
        return "its match has a labelSelector, so pods without those labels get in"
    if name := match.get("name"):
        return f"its match has only pods with the name {name}"
    if match.get("scope") == "Cluster":
        return "its match has the scope Cluster, and pods are in a namespace"
    if match.get("source") == "Generated":
        return "its match has the source Generated, which leaves out pods that somebody makes"
    return ""


def left_out_by_name(match: Mapping[str, Any]) -> list[str]:
    """The names of namespaces, perhaps of none that there is yet, that `match` leaves out and that are not SYSTEM."""
    names = [str(entry) for entry in match.get("excludedNamespaces") or []]
    for entry in (match.get("namespaceSelector") or {}).get("matchExpressions") or []:
        if (entry.get("key"), entry.get("operator")) == (NAME_LABEL, "NotIn"):
            names += map(str, entry.get("values") or [])
    return [name for name in names if not _systems(name)]


def excluded_by(config: Mapping[str, Any], process: str, namespaces: Sequence[str]) -> list[str]:
    """Which of the namespaces Gatekeeper's Config leaves out of a process, such as `webhook`."""
    entries = list(_excluded(config, process))
    return [name for name in namespaces if any(fnmatchcase(name, entry) for entry in entries)]


def excluded_by_name(config: Mapping[str, Any], process: str) -> list[str]:
    """As `left_out_by_name`, of Gatekeeper's Config."""
    return [name for name in _excluded(config, process) if not _systems(name)]


def unsent(webhook: Mapping[str, Any], namespaces: Mapping[str, Labels]) -> str:
    """Why the API server does not send pods of one of the namespaces, given with their labels, to a webhook."""
    rules = webhook.get("rules") or []
    if not any(sends(rule, "CREATE", "pods") for rule in rules):
        return "its rules have no pods that are created"
    if not any(sends(rule, "UPDATE", "pods/ephemeralcontainers") for rule in rules):
        return "its rules have no pods/ephemeralcontainers that are updated"
    for namespace, labels in namespaces.items():
        if not selects(webhook.get("namespaceSelector"), labels):
            return f"its namespaceSelector leaves out the namespace {namespace}"
    if not selects(webhook.get("objectSelector"), {}):
        return "its objectSelector leaves out pods without certain labels"
    return "it has matchConditions" if webhook.get("matchConditions") else ""


def _excluded(config: Mapping[str, Any], process: str) -> Iterator[str]:
    for entry in (config.get("spec") or {}).get("match") or []:
        if {"*", process} & set(entry.get("processes") or []):
            yield from map(str, entry.get("excludedNamespaces") or [])


def _systems(pattern: str) -> bool:
    """Whether a name, perhaps with a `*` at an end, is that of the system's namespaces."""
    return len(pattern.strip("*")) > 3 and any(fnmatchcase(name, pattern) for name in SYSTEM)


def sends(rule: Mapping[str, Any], operation: str, resource: str) -> bool:
    """Whether a rule of a webhook or a policy takes an operation on a resource of the core group, such as `pods`."""
    resources: Sequence[str] = rule.get("resources") or []
    wanted = {"apiGroups": {"", "*"}, "operations": {operation, "*"}, "apiVersions": {"v1", "*"}}
    if any(not any(value in values for value in rule.get(key) or []) for key, values in wanted.items()):
        return False
    named = any(entry in (resource, "*/*") or (entry == "*" and "/" not in resource) for entry in resources)
    return named and str(rule.get("scope")) != "Cluster"


def _takes(entry: Mapping[str, Any], key: str, wanted: str) -> bool:
    values = entry.get(key) or []
    return not values or wanted in values or "*" in values


def _holds(entry: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, operator = str(entry["key"]), entry["operator"]
    values: Sequence[str] = entry.get("values") or []
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) is (operator == "Exists")
