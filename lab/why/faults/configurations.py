"""Files in YAML that flags name, as their programs decode them."""

import re
from collections.abc import Iterator

from lab.checks.asks import Answer, Ask, FileAsk, Observation, Unknown
from lab.checks.base import Fault
from lab.checks.support import api_server_arguments, go_yaml, webhook_kubeconfig
from lab.checks.support.admission_configuration import PLUGIN
from lab.checks.support.api_server_process import CONFIG_FLAG, ApiServer
from lab.checks.support.node_file import NodeFile
from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.flags import files
from lab.why.records import File, Line
from lab.why.static_pod import API_SERVER, COMPONENTS, StaticPod

_IN_LINE = re.compile(r"\bline (\d+)")
_QUOTED = re.compile(r'"([^"]+)"')
_PATH = re.compile(r"(/[\w.@~+/-]+\.?[\w-]+)")
_TOPICS = ("config", "policy", "yaml", "json", "decod", "unmarshal", "no kind", "unknown field", "configuration")


@fault(
    "admission-configuration",
    Rank.CONFIG,
    f"The admission configuration, or the part of it about {PLUGIN}, is not what the API server can read.",
    "The container ends at once; its log says `failed to read plugin config`, `couldn't init admission plugin`, or a "
    "decoding error.",
    "Correct the file at the line that is named.",
)
def admission(seen: Evidence) -> Iterator[Finding]:
    """What is wrong with the files that lead to the plugin's service, up to the kubeconfig."""
    found = _of_plugin(seen)
    if found and not _is_of_kubeconfig(found[0]):
        yield _finding("admission-configuration", *found, seen)


@fault(
    "webhook-kubeconfig",
    Rank.CONFIG,
    f"The kubeconfig that leads {PLUGIN} to its service is not what the API server can read.",
    "The container ends at once; its log says `invalid configuration`, or names a file that is not there.",
    "Correct the kubeconfig: its current context, the cluster and user that it names, and their files.",
)
def kubeconfig(seen: Evidence) -> Iterator[Finding]:
    """What is wrong with the plugin's kubeconfig."""
    found = _of_plugin(seen)
    if found and _is_of_kubeconfig(found[0]):
        yield _finding("webhook-kubeconfig", *found, seen)


@fault(
    "configuration-not-yaml",
    Rank.CONFIG,
    "A file that a flag names is not YAML: an audit policy, an encryption configuration, a kubeconfig.",
    "The container ends at once; its log has a YAML error.",
    "Correct the file at the line that is named.",
)
def not_yaml(seen: Evidence) -> Iterator[Finding]:
    """Files of flags that no decoder could read."""
    for component, pod in seen.unwell():
        for flag, path in files(pod):
            file = seen.seen_by(pod, path)
            if flag == CONFIG_FLAG or not file or file.kind != "file" or not _is_text(flag):
                continue
            try:
                go_yaml.load(file.content, path, go_yaml.CLIENTCMD)
            except Fault as wrong:
                number = _IN_LINE.search(wrong.observed)
                lines = (file.line(int(number[1])),) if number else (pod.line_of_flag(flag),)
                do = f"vi +{number[1] if number else 1} {file.path}"
                said = f"{wrong.observed} (--{flag} of {component} names it)."
                yield Finding("configuration-not-yaml", said, lines, do, Sure.LIKELY)


@fault(
    "configuration-refused",
    Rank.LOG,
    "A file that a flag names is YAML, but its program cannot use it: a wrong apiVersion, kind, key or value.",
    "The container ends at once; its log has the decoder's words.",
    "Correct what the program's words name.",
    fallback=True,
)
def refused(seen: Evidence) -> Iterator[Finding]:
    """Files of flags that a program's last words are about."""
    for component in COMPONENTS:
        line, pod = seen.last_line(component), seen.pod(component)
        if line is None or pod is None or not any(topic in line.text for topic in _TOPICS):
            continue
        for flag, path in files(pod):
            file = seen.seen_by(pod, path)
            if file and file.kind == "file" and (path in line.text or _about(flag, line.text)):
                where = _place_in(file, line.text)
                said = f"{component} cannot use {path}, which --{flag} names: {line.text}"
                number = where.number
                do = f"vi +{number or 1} {file.path}"
                yield Finding("configuration-refused", said, (where, line), do)
                break


def _of_plugin(seen: Evidence) -> tuple[Fault, StaticPod] | None:
    """What is wrong with the files of the plugin that is on, as the manifest's container will see them."""
    pod = seen.api
    on = pod is not None and PLUGIN in api_server_arguments.plugins(pod.flags)
    if pod is None or not on or not pod.flags.text(CONFIG_FLAG).startswith("/"):
        return None
    known: dict[Ask, Answer | NodeFile | Unknown] = _missing(pod, seen)
    known |= {FileAsk(path): _node_file(file) for path, file in seen.files.items()}
    server = ApiServer(False, 0, pod.argv, 0.0, seen.now, pod.changed, pod.mounts, Observation(known))
    found = webhook_kubeconfig.fault(server) if seen.file(pod.on_node(server.config_path) or "/") else None
    if found and found.reason == "no-file" and server.config_path in found.observed:
        return None  # flag_files tells of it
    return (found, pod) if found else None


def _missing(pod: StaticPod, seen: Evidence) -> dict[Ask, Answer | NodeFile | Unknown]:
    """Places that are known to be empty, for the paths that stand in what was read."""
    words = {word for file in seen.files.values() if file.kind == "file" for word in _PATH.findall(file.text)}
    folders = {f"{folder}/{word}" for folder in {path.rpartition("/")[0] for path in words} for word in _names(seen)}
    places = {pod.on_node(path) or path for path in words | folders}
    return {
        FileAsk(place): NodeFile("missing")
        for place in places
        if place not in seen.files and (found := seen.file(place)) and found.kind == "missing"
    }


def _names(seen: Evidence) -> set[str]:
    """Relative paths that stand in the files outside of the manifests."""
    found: set[str] = set()
    for file in seen.files.values():
        if (file.kind == "file" and b"clusters" in file.content) or b"plugins" in file.content:
            found |= set(re.findall(r"(?m)^\s*[\w-]+:\s*[\"']?([\w.-]+\.[\w-]+|[\w-]+)[\"']?\s*$", file.text))
    return set(sorted(found)[:100])


def _node_file(file: File) -> NodeFile:
    return NodeFile(file.kind if file.kind in ("file", "directory", "missing") else "other", file.content, not file.cut)


def _is_of_kubeconfig(found: Fault) -> bool:
    about = ("current-context", "the current context", "kubeconf", "contexts", "clusters", "users", "certificate-")
    reasons = ("no-context", "duplicate-name", "no-server", "no-file")
    return found.reason in reasons or (
        any(word in found.observed for word in about) and "kubeConfigFile" not in found.observed
    )


def _finding(id: str, found: Fault, pod: StaticPod, seen: Evidence) -> Finding:
    paths = [path for path in _PATH.findall(found.observed) if seen.seen_by(pod, path)]
    file = next((each for path in paths if (each := seen.seen_by(pod, path)) and each.kind == "file"), None)
    line = seen.last_line(API_SERVER)
    place = _place_in(file, found.observed) if file else pod.line_of_flag(CONFIG_FLAG)
    number = place.number
    do = f"vi +{number or 1} {file.path if file else pod.file.path}"
    return Finding(id, f"{found.observed[:1].upper()}{found.observed[1:]}.", (place, *((line,) if line else ())), do)


def _place_in(file: File, said: str) -> Line:
    """The line of a file that a message is about: by its number, or by the words that the message quotes."""
    number = _IN_LINE.search(said)
    if number:
        return file.line(int(number[1]))
    words = [*_QUOTED.findall(said), *re.findall(r"\b(\w+) (?:is|in /)", said), *re.findall(r"[a-z]+[A-Z]\w+", said)]
    named = next((word for word in words if len(word) > 2 and word in file.text and word != file.path), "")
    return file.line_of(named) if named else file.line_of("apiVersion")


def _about(flag: str, said: str) -> bool:
    """Whether a message that names no path is about a flag's file."""
    topic = re.split(r"-(?:provider-)?(?:config|policy|control)", flag)[0]
    return len(topic) > 3 and topic in said.lower()


def _is_text(flag: str) -> bool:
    """Whether a flag's file is YAML, and no certificate or key."""
    return bool(re.search(r"(config|policy-file|config-file|kubeconfig)$", flag))
