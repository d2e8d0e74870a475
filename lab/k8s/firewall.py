"""The node's packet filter rules, as `iptables-save` prints them: what is not Kubernetes' own, and how it is put back.

Chains of kube-proxy, the kubelet and the container network come and go with services and pods, and who made them makes
them again. Docker's lead to its name server, which listens on other ports after each start of the node.
"""

import re
from collections.abc import Iterable, Mapping

_OTHERS = re.compile(r"(?<![\w-])(KUBE-|CNI-|KIND-|FLANNEL-)")
_COUNTERS = re.compile(r" \[\d+:\d+\]$")
_PORT = re.compile(r"(?<=127\.0\.0\.11:)\d+|(?<=--sport )\d+")
_BUILT_IN = {
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "raw": ("PREROUTING", "OUTPUT"),
    "security": ("INPUT", "FORWARD", "OUTPUT"),
}
TABLES = tuple(_BUILT_IN)
"""The tables that iptables makes by itself."""

Rules = tuple[str, ...]
"""Lines of a table and the arguments of `iptables` that add the rule or set the policy: `filter -P INPUT DROP`."""


def parse(saved: str) -> Rules:
    """The rules and policies that are not Kubernetes' own; PORT stands for a port of Docker's name server."""
    found: list[str] = []
    table = ""
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif _OTHERS.search(line) or not line.startswith((":", "-A ")):
            continue
        elif line.startswith(":"):
            chain, policy = _COUNTERS.sub("", line[1:]).split(" ", 1)
            found += [f"{table} -N {chain}"] if policy == "-" else [f"{table} -P {chain} {policy}"]
        else:
            found.append(f"{table} {_PORT.sub('PORT', line) if '127.0.0.11' in line else line}")
    usual = {f"{name} -P {chain} ACCEPT" for name, chains in _BUILT_IN.items() for chain in chains}
    return tuple(rule for rule in found if rule not in usual)


def ports(listening: str) -> dict[str, str]:
    """The ports of Docker's name server on the node, by protocol, from lines of `ss -lntuH`."""
    rows = [line.split() for line in listening.splitlines()]
    return {row[0]: row[4].rpartition(":")[2] for row in rows if len(row) > 4 and row[4].startswith("127.0.0.11:")}


def restoring(golden: Iterable[str], tables: Iterable[str], listening: Mapping[str, str]) -> str:
    """Input of `iptables-restore` that leaves nothing but these rules in all of these tables.

    Args:
        golden: what `parse` gave.
        tables: the tables that are to be emptied; those of `golden` are, too.
        listening: what `ports` gave; a rule that needs a port that is not there is left out.
    """
    of: dict[str, list[str]] = {table: [] for table in tables if table in _BUILT_IN}
    for rule in golden:
        table, _, words = rule.partition(" ")
        protocol = "tcp" if "-p tcp" in words else "udp"
        if "PORT" not in words or protocol in listening:
            of.setdefault(table, []).append(words.replace("PORT", listening.get(protocol, "")))
    lines = []
    for table, rules in of.items():
        policies = {words.split()[1]: words.split()[2] for words in rules if words.startswith("-P ")}
        policies = {chain: policies.get(chain, "ACCEPT") for chain in _BUILT_IN[table]}
        policies |= {words.split()[1]: "-" for words in rules if words.startswith("-N ")}
        lines += [f"*{table}", *(f":{chain} {policy}" for chain, policy in policies.items())]
        lines += [words for words in rules if words.startswith("-A ")] + ["COMMIT"]
    return "".join(f"{line}\n" for line in lines)
