"""gatekeeper-aside: every constraint says dryrun meanwhile."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.actions.support.constraints import patch

# A constraint that is set aside stays, with its age and its audit, but says dryrun: a pod that was made under it is
# still one that was made under it when it says deny again.
_ASIDE = """
    select((.spec.enforcementAction // "deny") != "dryrun")
    | (.spec | {enforcementAction, scopedEnforcementActions} | tojson) as $was
    | {metadata: {annotations: {($note): $was}}, spec: {enforcementAction: "dryrun", scopedEnforcementActions: null}}
"""


@action("gatekeeper-aside")
class GatekeeperAside(Action[NoParams]):
    """Lets every constraint say dryrun, and keeps on it what it said before."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Change each constraint that refuses or warns."""
        with setting.status.phase("Setting the constraints aside: they say dryrun meanwhile", 4):
            patch(setting, _ASIDE)
