"""Names of namespaces that an exercise may name, and emptying one."""

import re

from lab.k8s.bash import program

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SYSTEM = ("default", "kube-system", "kube-public", "kube-node-lease", "gatekeeper-system")


def see_a_name(namespace: str) -> None:
    """See that a namespace can have this name; raises ValueError where it cannot."""
    if not _NAME.fullmatch(namespace):
        raise ValueError(f"{namespace} is not the name of a namespace")


def emptying(namespace: str) -> str:
    """A script with kubectl that removes all from a namespace but what every namespace has."""
    return program(__file__, "empty_namespace.sh", namespace)
