"""namespace-clear: everything in a namespace that stays, removed."""

from dataclasses import dataclass

from lab.actions.base import Action, Setting, action
from lab.actions.support.namespaces import SYSTEM, emptying, see_a_name
from lab.k8s.kubectl import kubectl


@dataclass(frozen=True)
class Params:
    """`namespace`: one that stays; all objects in it are removed, and its Pod Security labels."""

    namespace: str

    def __post_init__(self) -> None:
        see_a_name(self.namespace)
        if self.namespace in SYSTEM[1:]:
            raise ValueError(f"{self.namespace} belongs to the cluster and cannot be cleared")


@action("namespace-clear")
class NamespaceClear(Action[Params]):
    """Removes everything from a namespace that stays but what every namespace has."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Remove it, and wait until no container of it is left."""
        with setting.status.phase(f"Clearing the namespace {params.namespace}", 3):
            # Pod Security would refuse what the exercise wants to run.
            labels = "pod-security.kubernetes.io/{enforce,warn,audit}-"
            unlabel = f"kubectl label namespace {params.namespace} {labels} >/dev/null"
            kubectl(setting.cluster, emptying(params.namespace) + unlabel)
