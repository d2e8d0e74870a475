"""node-restriction: a guard that NodeRestriction is still among the API server's plugins."""

from collections.abc import Iterable

from lab.checks.asks import Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, NoParams, check, passed
from lab.checks.support import (
    api_server_arguments,
    api_server_down,
    api_server_process,
)
from lab.checks.support.api_server_process import PLUGINS_FLAG
from lab.checks.support.image_policy_on import SHOW_ARGUMENTS


@check("node-restriction")
class NodeRestriction(Check[NoParams]):
    """A guard: the list of plugins is replaced easily, and NodeRestriction is on only where it is in it."""

    takes = NoParams

    def asks(self, params: NoParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process, and while none runs the manifests, and why."""
        return api_server_down.asks(seen)

    def judge(self, params: NoParams, facts: Facts, seen: Observation) -> Judgement:
        """Look for it among the arguments."""
        server, written = api_server_process.read(seen), api_server_down.written(seen)
        argv = server.argv if server.running or not written else written
        expected = f"the API server has NodeRestriction among --{PLUGINS_FLAG}"
        if not argv:
            raise api_server_down.could_not_tell(seen)
        on = api_server_arguments.plugins(api_server_process.command_line(argv))
        command = SHOW_ARGUMENTS if server.running else api_server_down.SHOW_MANIFEST
        observed = f"the list of --{PLUGINS_FLAG} is {','.join(on) or 'empty'}"
        if "NodeRestriction" in on:
            return passed(expected, observed, command)
        fault = None if server.running else api_server_arguments.fault(argv)
        observed = fault.observed if fault else f"{observed}: kubelets may now change what belongs to other nodes"
        return Fault("node-restriction-off", observed, command).fail(expected)
