"""How long the API server is away after an edit of its manifest, by the ways people edit it."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shlex import quote

import pexpect

from bench.clusters import wait_for_pods
from bench.on_node import run_on
from lab.errors import ClusterError
from lab.k8s import static_pods
from lab.k8s.node import Node
from lab.phases import Status

MANIFEST = f"{static_pods.DIRECTORY}/kube-apiserver.yaml"
_DRAFT = "/root/kube-apiserver.yaml"
_OPTION = "--event-ttl"
_FIRST = 3600  # seconds that the API server keeps events, its own default; each edit sets one more
_SETTLE = 8.0  # seconds until the programs that talk to the API server have calmed down
_TIMEOUT = 240.0
_STOCK_GRACE = 30
_MIRROR = 120.0

# The same pod twice would have the same identity for the kubelet, so every edit sets another value.
_BACK = (Path(__file__).parent / "api_server_back.sh").read_text()
_GRACE = "kubectl -n kube-system get pods -l component=kube-apiserver -o jsonpath={..terminationGracePeriodSeconds}"

Edit = Callable[[Node, int], int]
"""Makes an edit that sets the option to a value; gives the node's clock just before, in nanoseconds."""


def prepare(node: Node, stock: bool) -> None:
    """Put the option into the manifest that the edits change; with `stock` also what kubeadm itself would write.

    Raises:
        ClusterError: the API server's grace period is not the stock one afterwards.
        CommandError: the API server did not come back.
    """
    script = rf"/^    - kube-apiserver$/a\    - {_option(_FIRST)}"
    drop = "-e '/^  terminationGracePeriodSeconds:/d'" if stock else ""
    old = run_on(node, "pgrep -ox kube-apiserver").text.strip()
    run_on(node, f"sed {drop} -e '{script}' {MANIFEST} >{_DRAFT} && mv {_DRAFT} {MANIFEST}")
    _wait(node, old, _FIRST)
    _rest(node)
    deadline = time.monotonic() + _MIRROR
    while stock and (grace := run_on(node, _GRACE).text.strip()) != str(_STOCK_GRACE):
        if time.monotonic() > deadline:
            raise ClusterError(f"The stock manifest is not in effect: the grace period is {grace} s.")
        time.sleep(1)  # it is the mirror pod that tells, and the kubelet makes that one anew only after a while


def measure(node: Node, repeat: int, status: Status) -> dict[str, tuple[float, ...]]:
    """Seconds from just before the write until the new API server is ready, `repeat` times for each way to edit.

    Raises:
        ClusterError: an editor did not do what was typed; CommandError: the API server did not come back.
    """
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    value = _FIRST
    _rest(node)
    for _ in range(repeat):
        for way, edit in WAYS.items():
            value += 1
            taken[way].append(_once(node, edit, value))
            status.note(f"{node.container}: back {taken[way][-1]:.1f} s after an edit with {way}")
    return {way: tuple(seconds) for way, seconds in taken.items()}


def _once(node: Node, edit: Edit, value: int) -> float:
    old = run_on(node, "pgrep -ox kube-apiserver").text.strip()
    begun = edit(node, value)
    ended = _wait(node, old, value)
    time.sleep(_SETTLE)
    return (ended - begun) / 1e9


def _wait(node: Node, old: str, value: int) -> int:
    """Wait for the new API server; gives the node's clock then, in nanoseconds."""
    return int(run_on(node, f"set -- {quote(old)} {_option(value)}\n{_BACK}", timeout=_TIMEOUT).text)


def _rest(node: Node) -> None:
    wait_for_pods(node)
    time.sleep(_SETTLE)


def _option(value: int) -> str:
    return f"{_OPTION}={value}s"


def _with(command: str, node: Node, value: int, before: str = "true") -> int:
    """Edit with one command; `$change` in it is the substitution, `before` is not part of what is timed."""
    substitution = f"s/{_OPTION}=.*/{_option(value)}/"
    script = f"change='{substitution}'; {before}; date +%s%N; {command} >/dev/null"
    return int(run_on(node, f"set -e; {script}").text)


def _with_nano(node: Node, value: int) -> int:
    line = run_on(node, f"grep -n -- '{_OPTION}=' {MANIFEST}").text.partition(":")[0]
    argv = ["exec", "-it", "-e", "TERM=xterm", node.container, "nano", f"+{line}", MANIFEST]
    nano: pexpect.spawn[str] = pexpect.spawn("docker", argv, dimensions=(24, 80), timeout=20, encoding="utf-8")
    try:
        nano.expect_exact("^X")
        nano.send("\x05" + "\x7f" * len(f"{value}s") + f"{value}s")
        time.sleep(0.5)
        nano.send("\x0f")
        nano.expect("Write to File|File Name to Write")  # newer versions, older ones
        begun = int(run_on(node, "date +%s%N").text)
        nano.send("\r")
        nano.expect_exact("Wrote")
        nano.send("\x18")
        nano.expect(pexpect.EOF)
    except pexpect.ExceptionPexpect as error:
        raise ClusterError(f"nano on {node.container} did not do what was typed: {nano.before}") from error
    finally:
        nano.close(force=True)
    return begun


WAYS: dict[str, Edit] = {
    "mv": partial(_with, f"mv {_DRAFT} {MANIFEST}", before=f'sed "$change" {MANIFEST} >{_DRAFT}'),
    "sed -i": partial(_with, f'sed -i "$change" {MANIFEST}'),
    "vi": partial(_with, f'vim.tiny -Nes -u /etc/vim/vimrc.tiny -c "%$change" -c wq {MANIFEST}'),
    "nano": _with_nano,
}
