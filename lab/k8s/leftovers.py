"""Ends and removes what a learner left on the node beside files and API objects, for `lab reset --all`."""

from collections import Counter
from pathlib import Path
from shlex import join, quote

from lab.errors import CommandError
from lab.k8s import firewall
from lab.k8s.helper import Helper
from lab.k8s.inventory import Inventory
from lab.k8s.node_state import NodeState

_UNMOUNT = Path(__file__).with_name("unmount.pl")


def remove(helper: Helper, golden: Inventory, state: NodeState) -> None:
    """End and remove them; what cannot be is left to the comparison that follows a reset.

    Args:
        helper: of the cluster.
        golden: what belongs on the node.
        state: what is there now.

    Raises:
        LabError: the node cannot be entered.
    """
    try:
        helper.run(script(golden, state), check=False, timeout=60)
    except CommandError:  # it took too long: what is left shows in the comparison
        return


def script(golden: Inventory, state: NodeState) -> str:
    """The script for the helper that does so: mounts, units, processes, packet filter rules, network settings."""
    lines = []
    if places := list((Counter(state.mounts) - Counter(golden.mounts)).elements()):
        lines.append(join(["perl", "-e", _UNMOUNT.read_text(), *places]))
    for unit in sorted({*state.units} - {*golden.units}):
        lines += [f"timeout 5 systemctl kill -s KILL {quote(unit)}", f"timeout 10 systemctl stop {quote(unit)}"]
    if state.processes:
        lines.append(f"kill -KILL {' '.join(map(str, state.processes))}")
    for table in sorted({*state.tables} - {*golden.tables}):
        if table.split()[-1] not in firewall.TABLES:
            lines.append(join(["nft", "delete", "table", *table.split()]))
    for tool, rules in golden.rules.items():
        tables = [table.split()[1] for table in state.tables if table.split()[0] == ("ip6" if "6" in tool else "ip")]
        text = firewall.restoring(rules, tables, state.listening)
        lines.append(f"printf %s {quote(text)} | {tool}-restore")
    for path, value in golden.settings.items():
        if path in state.settings and state.settings[path] != value:
            lines.append(f"printf '%s\\n' {quote(value)} >/proc/sys/{path}")
    return "".join(f"{line} || true\n" for line in lines)
