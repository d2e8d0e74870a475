"""gatekeeper-resume: every constraint that was set aside says again what it said."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.actions.support.constraints import patch

_RESUME = """
    select(.metadata.annotations[$note])
    | (.metadata.annotations[$note] | fromjson) as $was
    | {metadata: {annotations: {($note): null}}, spec: $was}
"""


@action("gatekeeper-resume")
class GatekeeperResume(Action[NoParams]):
    """Lets every constraint that was set aside say again what it said."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Change them back."""
        with setting.status.phase("Putting the constraints into effect again", 4):
            patch(setting, _RESUME)
