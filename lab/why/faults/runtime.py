"""What the container runtime and the kubelet say of a pod that does not come to run, and of one that is ended."""

import re
from collections.abc import Iterator

from lab.k8s import last_word
from lab.why.evidence import Evidence, kubelet_line
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.static_pod import API_SERVER, COMPONENTS, ETCD

_MANIFEST = r"Could not process manifest file|Unable to process watch event"
_START = r"CreateContainerConfigError|CreateContainerError|RunContainerError|CreatePodSandboxError|StartError"
_IN_USE = re.compile(r"address already in use")
_LOOP = 2  # attempts after which a container that runs is not likely to last either


@fault(
    "manifest-refused",
    Rank.LOG,
    "The kubelet refuses a manifest: it is YAML and a Pod, but not a valid one.",
    "The API server is gone, without a container; the kubelet's journal says `invalid pod`.",
    "Correct what the kubelet's words name.",
    fallback=True,
)
def manifest(seen: Evidence) -> Iterator[Finding]:
    """The kubelet's words about a manifest for which no other fault is known."""
    for pod in seen.pods:
        for said, _ in seen.kubelet_said(rf"(?:{_MANIFEST}).*{re.escape(pod.file.name)}", pod.changed):
            why = last_word.error_of(said.text) or said.text
            why = why.partition("invalid pod: ")[2] or why
            field = re.search(r"\b(\w+): (?:Invalid|Required|Unsupported|Not found|Forbidden|Duplicate)", why)
            line = pod.file.line_of(field[1] if field else "")
            sentence = f"The kubelet refuses {pod.file.path}: {why[:400]}"
            yield Finding("manifest-refused", sentence, (line, kubelet_line(said)), f"vi {pod.file.path}")
            break


@fault(
    "container-not-started",
    Rank.LOG,
    "The container runtime cannot make or start the container: a command that the image does not have, a broken mount.",
    "The kubelet's journal has CreateContainerError, RunContainerError or CreatePodSandboxError.",
    "Correct what the runtime's words name.",
)
def not_started(seen: Evidence) -> Iterator[Finding]:
    """The runtime's words about a container of the control plane."""
    for component, pod in seen.unwell():
        for said, _ in seen.kubelet_said(rf"(?:{_START}).*{component}", pod.changed):
            why = last_word.error_of(said.text) or said.text
            why = re.sub(r'^.*?(?:Error|StartError): \\*"?', "", why).rstrip('"')
            program = pod.argv[0] if pod.argv else ""
            line = pod.file.line_of(program) if program and program in why else pod.file.line_of("command:")
            sentence = f"The container of {component} cannot be started: {why[:300]}"
            yield Finding("container-not-started", sentence, (line, kubelet_line(said)), f"vi {pod.file.path}")
            break


@fault(
    "port-in-use",
    Rank.LOG,
    "Another program listens at the port already.",
    "The container ends at once; its log says `bind: address already in use`.",
    "`ss -ltnp` shows who listens; end that program.",
)
def port_in_use(seen: Evidence) -> Iterator[Finding]:
    """The last words of a program that found its port taken."""
    for component in COMPONENTS:
        line = seen.last_line(component)
        if line and _IN_USE.search(line.text):
            taken = re.search(r":(\d+): bind", line.text)
            row = next((each for each in seen.ports.splitlines() if taken and f":{taken[1]} " in each), "")
            who = re.search(r'\(\("([^"]+)",pid=(\d+)', row)
            by = f" by {who[1]} (process {who[2]})" if who else ""
            port = f"port {taken[1]}" if taken else "a port"
            do = f"ss -ltnp | grep {taken[1]}" if taken else "ss -ltnp"
            yield Finding("port-in-use", f"{component} does not get {port}, which is taken{by}.", (line,), do)


@fault(
    "out-of-memory",
    Rank.LOG,
    "The container is ended because it needs more memory than its limit.",
    "The container ends with OOMKilled, code 137.",
    "Take the limit out of `resources`, or raise it.",
)
def memory(seen: Evidence) -> Iterator[Finding]:
    """Containers that the kernel ended."""
    for component in COMPONENTS:
        one, pod = seen.ended(component), seen.pod(component)
        if one and pod and one.reason == "OOMKilled":
            lines = (pod.file.line_of("memory:"),)
            said = f"{component} is ended for want of memory: its limit is too low ({one.reason}, code {one.code})."
            yield Finding("out-of-memory", said, lines, f"vi {pod.file.path}")


@fault(
    "no-room",
    Rank.LOG,
    "The node has not as much CPU or memory as the manifest requests, so the kubelet does not admit the pod.",
    "The pod is gone; the kubelet's journal says OutOfcpu or OutOfmemory.",
    "Lower `resources.requests`.",
)
def no_room(seen: Evidence) -> Iterator[Finding]:
    """Pods that the kubelet did not admit."""
    for component, pod in seen.unwell():
        words = r"(?i:OutOf\w+|NodeResourcesFit|Insufficient|failed to admit)"
        pattern = rf"{words}.*{component}|{component}.*{words}"
        for said, _ in seen.kubelet_said(pattern, pod.changed):
            lines = (pod.file.line_of("requests:"), kubelet_line(said))
            sentence = f"The kubelet does not admit the pod of {component}: the node has not as much as it requests."
            yield Finding("no-room", sentence, lines, f"vi {pod.file.path}")
            break


@fault(
    "crash-back-off",
    Rank.WAITING,
    "A file was mended, but the kubelet still waits before it starts the container again.",
    "The mend seems to have no effect, for up to 5 min.",
    "Wait, or have the manifest read anew: move it out of the directory, and back after the pod is gone.",
)
def back_off(seen: Evidence) -> Iterator[Finding]:
    """A container that ended before a file was written, and has not been started since."""
    for component in COMPONENTS:
        one, pod = seen.ended(component), seen.pod(component)
        mended = seen.mended_since(one) if one else None
        if one is None or pod is None or mended is None or seen.process(component):
            continue
        waits = next(seen.kubelet_said(rf"back-off (\d+m)?(\d+)s restarting failed container={component}"), None)
        seconds = 0
        if waits:
            minutes = int(waits[1][1].removesuffix("m")) if waits[1][1] else 0
            seconds = round(one.finished + minutes * 60 + int(waits[1][2]) - seen.now)
        when = f"in about {seconds} s" if seconds > 0 else "soon"
        said = f"{mended.path} changed after {component} ended; the kubelet waits, and starts it again {when}."
        lines = (kubelet_line(waits[0]),) if waits else ()
        do = f"mv {pod.file.path} /etc/kubernetes/ && sleep 5 && mv /etc/kubernetes/{pod.file.name} {pod.file.path}"
        yield Finding("crash-back-off", said, lines, do, Sure.LIKELY)


@fault(
    "unknown",
    Rank.UNKNOWN,
    "A program of the control plane ends for a reason that is on no list.",
    "Its container ends, again and again.",
    "Read the line; it is the last one in which the program says why it ends.",
    fallback=True,
)
def unknown(seen: Evidence) -> Iterator[Finding]:
    """The last line of every program that ended, where nothing else explains it."""
    for component in COMPONENTS:
        line, newest = seen.last_line(component), seen.newest(component)
        again = newest is not None and newest.running and newest.attempt < _LOOP  # it may be the last time
        client = component not in (API_SERVER, ETCD)  # which ends when the API server is away, and is started again
        waits = client and (not seen.ready or re.search(r"(?i)leader ?election", line.text if line else ""))
        if line and not again and not waits and not seen.healthy(component):
            do = f"crictl logs --tail 20 $(crictl ps -a -q --name '^{component}$' | head -n 1)"
            yield Finding("unknown", f"{component} ends, and says: {line.text}", (line,), do, Sure.POSSIBLE)
