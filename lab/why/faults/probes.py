"""Probes that a healthy API server cannot pass, and addresses at which nobody looks for it."""

from collections.abc import Iterator, Mapping

from lab.why.evidence import Evidence, kubelet_line
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.static_pod import API_SERVER, COMPONENTS, ETCD, StaticPod, mappings

_PORTS = {
    API_SERVER: ("secure-port", "6443"),
    "kube-controller-manager": ("secure-port", "10257"),
    "kube-scheduler": ("secure-port", "10259"),
}
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_PATHS = ("/livez", "/readyz", "/healthz", "/health")


@fault(
    "probe-fails",
    Rank.PROBE,
    "A probe asks at a port, path, scheme or host where the program does not answer.",
    "The program works for a while, then the kubelet ends it: `failed liveness probe, will be restarted`.",
    "Put the probe back as it was: HTTPS, the program's own address and port, /livez or /readyz.",
)
def probe(seen: Evidence) -> Iterator[Finding]:
    """Probes that do not fit the program's flags."""
    for component in COMPONENTS:
        pod = seen.pod(component)
        wrong = {name: why for name in _PROBES if pod and (get := _get(pod, name)) and (why := _wrong(get, pod))}
        if pod is None or not wrong:
            continue
        said = [kubelet_line(each) for each, _ in seen.kubelet_said(rf"(?i)probe.*{component}", pod.changed)]
        lines = (*(pod.file.line_of(f"{name}:") for name in wrong), *said[:1])
        ends = ": the kubelet ends it again and again" if set(wrong) - {"readinessProbe"} else ""
        sentence = f"The {' and the '.join(wrong)} of {component} {next(iter(wrong.values()))}{ends}."
        yield Finding("probe-fails", sentence, lines, f"vi {pod.file.path}")


@fault(
    "probe-unauthorized",
    Rank.PROBE,
    "--anonymous-auth=false: the kubelet's probes, which have no name, are refused with 401.",
    "The API server works for a while, then the kubelet ends it, again and again.",
    "Take the flag out; who is anonymous may ask for the health alone.",
)
def anonymous(seen: Evidence) -> Iterator[Finding]:
    """The flag, together with a probe over HTTPS."""
    pod = seen.api
    off = pod.flags.text("anonymous-auth").lower() in ("false", "f", "0") if pod else False
    if pod and off and any(_get(pod, name) for name in _PROBES[:2]):
        said = [kubelet_line(each) for each, _ in seen.kubelet_said(r"(?i)probe.*kube-apiserver", pod.changed)]
        sentence = "--anonymous-auth=false refuses the kubelet's probes: it ends the API server again and again."
        lines = (pod.line_of_flag("anonymous-auth"), *said[:1])
        yield Finding("probe-unauthorized", sentence, lines, f"sed -i '/--anonymous-auth=/d' {pod.file.path}")


@fault(
    "port-changed",
    Rank.PROBE,
    "The API server listens at another port or address than all kubeconfigs name.",
    "kubectl is refused, while the API server runs.",
    "Put --secure-port and --bind-address back.",
)
def port(seen: Evidence) -> Iterator[Finding]:
    """A port or an address that is not that of the golden state."""
    pod = seen.api
    if pod is None or not pod.argv:
        return
    golden = seen.golden.get(pod.file.path, b"").decode(errors="replace")
    for flag, usual in (("secure-port", "6443"), ("bind-address", "0.0.0.0")):
        now = pod.flags.text(flag)
        known = now.isdecimal() or flag == "bind-address"
        if now and known and now not in (usual, "::") and f"--{flag}={now}" not in golden:
            place = usual if flag == "secure-port" else "the node"
            said = f"--{flag} is {now}; clients look for the API server at {place}."
            address = pod.flags.text("advertise-address")
            if flag == "bind-address" and now == address:
                said = f"--{flag} is {now}: the API server is no longer at 127.0.0.1, where the node's port leads to."
            sure = Sure.CERTAIN if flag == "secure-port" else Sure.LIKELY
            if not (flag == "bind-address" and seen.ready):
                yield Finding("port-changed", said, (pod.line_of_flag(flag),), f"vi {pod.file.path}", sure)


@fault(
    "host-network",
    Rank.PROBE,
    "The API server's pod is no longer on the node's own network: hostNetwork is false or gone.",
    "kubectl is refused; the API server does not find etcd at 127.0.0.1.",
    "Set `hostNetwork: true` below `spec`.",
)
def host_network(seen: Evidence) -> Iterator[Finding]:
    """Manifests of the control plane without hostNetwork."""
    for component in (API_SERVER, ETCD):
        pod = seen.pod(component)
        spec = pod.manifest.pod.get("spec") if pod else None
        if pod and isinstance(spec, dict) and pod.manifest.containers and spec.get("hostNetwork") is not True:
            said = f"The pod of {component} is not on the node's network: hostNetwork is not true."
            line = pod.file.line_of("hostNetwork")
            do = f"sed -i 's/^spec:$/&\\n  hostNetwork: true/' {pod.file.path}"
            yield Finding(
                "host-network", said, (line,), f"vi {pod.file.path}" if "hostNetwork" in pod.file.text else do
            )


def _get(pod: StaticPod, name: str) -> Mapping[str, object] | None:
    wanted = pod.container.get(name)
    get = wanted.get("httpGet") if isinstance(wanted, dict) else None
    return get if isinstance(get, dict) else None


def _wrong(get: Mapping[str, object], pod: StaticPod) -> str:
    """Why a probe cannot be passed; empty where it can."""
    asks = str(get.get("port") or "")
    names = {str(each.get("name")): str(each.get("containerPort")) for each in mappings(pod.container.get("ports"))}
    asks = names.get(asks, asks)
    if pod.component in _PORTS:
        flag, usual = _PORTS[pod.component]
        serves = pod.flags.text(flag) or usual
        if serves.isdecimal() and asks != serves:
            return f"asks at port {asks}, while it listens at {serves}"
        if str(get.get("scheme") or "HTTP") != "HTTPS":
            return "asks by plain HTTP, while it speaks HTTPS"
        bound = pod.flags.text("bind-address")
        if bound and bound not in ("0.0.0.0", "::") and str(get.get("host") or "") not in (bound, ""):
            return f"asks at {get.get('host')}, while it listens at {bound}"
    elif pod.component == ETCD:
        urls = pod.flags.text("listen-metrics-urls")
        if urls and f":{asks}" not in urls:
            return f"asks at port {asks}, while it answers at {urls}"
    path = str(get.get("path") or "/").split("?")[0]
    return "" if path.startswith(_PATHS) else f"asks for {path}, which is no health"
