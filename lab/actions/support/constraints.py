"""Changing every constraint of Gatekeeper that there is."""

from lab.actions.base import Setting
from lab.k8s import gatekeeper
from lab.k8s.bash import program
from lab.k8s.kubectl import kubectl


def patch(setting: Setting, change: str) -> None:
    """Patch each constraint with what a jq program makes of it, if anything, and wait until Gatekeeper has it.

    Raises:
        ClusterError: it could not be done, or is not taken in within 60 s.
    """
    kubectl(setting.cluster, program(__file__, "patch_constraints.sh", change))
    gatekeeper.until(lambda: gatekeeper.settled(setting.cluster), "a constraint is not taken in", timeout=60)
