"""namespace-remove: a namespace of the exercise's own, removed."""

from dataclasses import dataclass

from lab.actions.base import Action, Setting, action
from lab.actions.support.namespaces import SYSTEM, emptying, see_a_name
from lab.k8s.kubectl import kubectl


@dataclass(frozen=True)
class Params:
    """`namespace`: one of the exercise's own, never one of the system's."""

    namespace: str

    def __post_init__(self) -> None:
        see_a_name(self.namespace)
        if self.namespace in SYSTEM:
            raise ValueError(f"{self.namespace} belongs to the cluster and cannot be removed")


@action("namespace-remove")
class NamespaceRemove(Action[Params]):
    """Removes a namespace with everything in it."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Remove it and wait until it is gone."""
        with setting.status.phase(f"Removing the namespace {params.namespace}", 8):
            # An empty namespace is gone at once; one with pods in it is looked at again only after several seconds.
            there = f"kubectl get namespace {params.namespace} >/dev/null 2>&1 || exit 0\n"
            delete = f"kubectl delete namespace {params.namespace} --ignore-not-found --wait --timeout=120s >/dev/null"
            kubectl(setting.cluster, there + emptying(params.namespace) + delete)
