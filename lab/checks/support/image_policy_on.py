"""Tells whether the API server was started with ImagePolicyWebhook and its configuration. Pure."""

from collections.abc import Sequence
from difflib import get_close_matches

from lab.checks.base import Fault
from lab.checks.support import (
    api_server_arguments,
    api_server_process,
)
from lab.checks.support.admission_configuration import PLUGIN
from lab.checks.support.api_server_process import COMPONENT, CONFIG_FLAG, ApiServer
from lab.k8s.static_pods import DIRECTORY

RESTART = f"move its manifest out of {DIRECTORY}, wait until it has stopped, and move it back"
SHOW_ARGUMENTS = f"tr '\\0' '\\n' <\"/proc/$(pgrep -o -x {COMPONENT})/cmdline\" | grep admission"


def not_running_with_plugin(server: ApiServer) -> Fault | None:
    """Whether the process that runs does without the plugin, or without its configuration."""
    return missing(server.argv, "the running API server", SHOW_ARGUMENTS) if server.running else None


def missing(argv: Sequence[str], who: str, command: str) -> Fault | None:
    """What of the plugin and its configuration is not among some arguments; `who` has them, and `command` shows."""
    line = api_server_process.command_line(argv)
    on, config = api_server_arguments.plugins(line), line.text(CONFIG_FLAG)
    if PLUGIN in on and config:
        return None
    if PLUGIN in on:
        return Fault("plugin-without-config", f"{who} has {PLUGIN} on, but no --{CONFIG_FLAG}", command)
    plugins = f"its list of plugins is {','.join(on) or 'empty'}"
    if near := get_close_matches(PLUGIN.casefold(), {name.casefold(): name for name in on}, n=1, cutoff=0.8):
        name = next(name for name in on if name.casefold() == near[0])
        plugins = f'"{name}" is no plugin; did you mean {PLUGIN}?'
    if config:
        return Fault("config-without-plugin", f"{who} has --{CONFIG_FLAG}, but {PLUGIN} is not on: {plugins}", command)
    return Fault("not-enabled", f"{who} has neither {PLUGIN} on nor --{CONFIG_FLAG}: {plugins}", command)
