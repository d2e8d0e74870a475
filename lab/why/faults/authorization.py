"""Authorization that is weaker than kubeadm made it, or lets nobody do anything."""

from collections.abc import Iterator

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault

_FLAG = "authorization-mode"


@fault(
    "authorization-changed",
    Rank.SILENT,
    "--authorization-mode is not what kubeadm set: Node or RBAC is missing, or AlwaysAllow or AlwaysDeny is there.",
    "Nodes are `NotReady` and everything is forbidden, or everybody may do everything.",
    f"Set --{_FLAG}=Node,RBAC.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """Modes that are gone, and those that judge nothing."""
    pod = seen.api
    if pod is None or not pod.argv or "authorization-config" in pod.flags.flags:
        return
    modes = [mode for value in pod.flags.flags.get(_FLAG, ()) for mode in value.split(",")] or ["AlwaysAllow"]
    lost = [mode for mode in ("Node", "RBAC") if mode not in modes]
    blind = [mode for mode in modes if mode in ("AlwaysAllow", "AlwaysDeny")]
    if lost or blind:
        place = pod.line_of_flag(_FLAG)
        number = place.number
        do = f"sed -i '{number}s/--{_FLAG}=.*/--{_FLAG}=Node,RBAC/' {pod.file.path}"
        said = f"--{_FLAG} is {','.join(modes)}; kubeadm sets Node,RBAC."
        yield Finding("authorization-changed", said, (place,), do if number else f"vi {pod.file.path}", Sure.LIKELY)
