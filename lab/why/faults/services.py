"""The kubelet and containerd, which run everything else."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lab.k8s import last_word
from lab.k8s.static_pods import DIRECTORY
from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.records import Line, Said

_KUBELET = "/var/lib/kubelet/config.yaml"
_FAILS = re.compile(r"failed to|\bError: |command failed|unable to|\bF\d{4} |cannot|invalid")
_STATIC = re.compile(r"(?m)^staticPodPath: *[\"']?([^\"'\s]*)")


@fault(
    "containerd-stopped",
    Rank.SERVICE,
    "containerd does not run, or does not come up with its configuration.",
    "crictl says `connection refused`; nothing is started any more.",
    "`systemctl start containerd`; where it fails, `journalctl -u containerd` says why.",
)
def containerd(seen: Evidence) -> Iterator[Finding]:
    """containerd, where systemd says that it is not active."""
    state = seen.services.get("containerd", {})
    if not state or state.get("ActiveState") == "active":
        return
    said, do = _state("containerd", state, seen.containerd_journal)
    lines = [*_state_lines("containerd", state), *_last(seen.containerd_journal, "containerd")]
    yield Finding("containerd-stopped", said, tuple(lines), do)


@fault(
    "kubelet-stopped",
    Rank.SERVICE,
    "The kubelet does not run: stopped, disabled or masked. Nothing else starts static pods.",
    "Edits have no effect, and what ends stays away. What runs still runs.",
    "`systemctl enable --now kubelet`, after `systemctl unmask kubelet` where it is masked.",
)
def kubelet(seen: Evidence) -> Iterator[Finding]:
    """The kubelet, where nobody tries to start it."""
    state = seen.services.get("kubelet", {})
    if state and state.get("ActiveState") in ("inactive", "deactivating", "failed") and not _fails(seen):
        said, do = _state("kubelet", state, ())
        yield Finding("kubelet-stopped", said, tuple(_state_lines("kubelet", state)), do)


@fault(
    "kubelet-fails",
    Rank.SERVICE,
    "The kubelet is started again and again, and ends: its configuration or its flags are wrong.",
    "Edits have no effect; `systemctl status kubelet` shows `activating (auto-restart)`.",
    "Correct what its last line names: /var/lib/kubelet/config.yaml, kubeadm-flags.env, /etc/default/kubelet.",
)
def kubelet_fails(seen: Evidence) -> Iterator[Finding]:
    """The kubelet, where it does not stay up, with its last line."""
    if not _fails(seen):
        return
    lines = list(_last(seen.journal, "kubelet"))
    why = lines[0].text if lines else "its journal does not say why"
    path = next((path for path in re.findall(r"/[\w./-]+", why) if path in seen.files), _KUBELET)
    changed = list(seen.difference(path))[:2]
    yield Finding("kubelet-fails", f"The kubelet does not stay up: {why}", (*lines, *changed), f"vi {path}")


@fault(
    "kubelet-reads-elsewhere",
    Rank.SERVICE,
    f"The kubelet reads static pods from another directory than {DIRECTORY}: staticPodPath in its configuration.",
    "All static pods are gone, or edits have no effect.",
    f"Set staticPodPath in {_KUBELET} to {DIRECTORY}, and restart the kubelet.",
)
def static_path(seen: Evidence) -> Iterator[Finding]:
    """A staticPodPath that leads elsewhere."""
    file = seen.files.get(_KUBELET)
    if file is None or file.kind != "file":
        return
    found = _STATIC.search(file.text)
    if (found[1].rstrip("/") if found else "") != DIRECTORY:
        now = found[1] if found else "not set"
        line = file.line_of("staticPodPath")
        said = f"The kubelet's staticPodPath is {now}; manifests lie in {DIRECTORY}."
        do = f"sed -i 's#^staticPodPath:.*#staticPodPath: {DIRECTORY}#' {_KUBELET}; systemctl restart kubelet"
        sure = Sure.CERTAIN if found else Sure.LIKELY
        yield Finding("kubelet-reads-elsewhere", said, (line,), do if found else f"vi {_KUBELET}", sure)


def _fails(seen: Evidence) -> bool:
    state = seen.services.get("kubelet", {})
    restarts = state.get("SubState") == "auto-restart" or state.get("ActiveState") == "activating"
    gone = state.get("ActiveState") == "failed" and state.get("Result") not in ("success", "signal", "")
    return bool(state) and (restarts or gone)


def _state(name: str, state: Mapping[str, str], journal: Sequence[Said]) -> tuple[str, str]:
    title = "The kubelet" if name == "kubelet" else name
    masked = state.get("LoadState") == "masked" or state.get("UnitFileState") == "masked"
    if masked:
        return (
            f"{title} does not run, and is masked: systemd may not start it.",
            f"systemctl unmask {name}; systemctl start {name}",
        )
    last = next(_last(journal, name), None)
    if last and state.get("Result") != "success":
        return f"{title} does not come up: {last.text}", f"journalctl -u {name} -n 20 --no-pager"
    do = "enable --now" if state.get("UnitFileState") == "disabled" else "start"
    return f"{title} does not run ({state.get('ActiveState')}, {state.get('SubState')}).", f"systemctl {do} {name}"


def _state_lines(name: str, state: Mapping[str, str]) -> Iterator[Line]:
    keys = ("ActiveState", "SubState", "UnitFileState", "Result", "NRestarts")
    yield Line(f"systemctl show {name}", " ".join(f"{key}={state.get(key, '')}" for key in keys))


def _last(journal: Sequence[Said], name: str) -> Iterator[Line]:
    """The last line in which a service says why it ends."""
    for said in reversed(journal):
        if said.text.startswith("systemd[") or not _FAILS.search(said.text):
            continue
        text = re.sub(rf"^{name}\[\d+\]: ", "", said.text)
        yield Line(f"{name}'s journal", (last_word.error_of(text) or text)[:500])
        return
