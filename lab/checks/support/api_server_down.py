"""Tells why no API server runs, by its manifest and by what its container or the kubelet said last."""

from collections.abc import Iterator, Sequence

from lab.checks.asks import Ask, CouldNotTell, NodeAsk, NotYet, Observation
from lab.checks.base import Fault
from lab.checks.support import api_server_arguments, api_server_process, manifests, webhook_kubeconfig
from lab.checks.support.api_server_process import COMPONENT, ApiServer
from lab.k8s import last_word, static_pods
from lab.k8s.last_word import LastWord

LAST_WORD = NodeAsk(last_word.SCRIPT)
"""Why the API server is away; asked when it gave no answer."""
SHOW_MANIFEST = f"grep admission {static_pods.DIRECTORY}/*"
_AWAY = "the API server is away: "


def asks(seen: Observation) -> Iterator[Ask]:
    """The process and the manifests; where no process runs, what was said last."""
    yield from (api_server_process.PROCESS, manifests.MANIFESTS)
    if not api_server_process.read(seen).running:
        yield LAST_WORD


def written(seen: Observation) -> tuple[str, ...]:
    """The program and the arguments that the manifest gives; none when there is no manifest that says so."""
    for manifest in manifests.of(COMPONENT, seen)[-1:]:
        for container in manifest.containers:
            if container.get("name") == COMPONENT:
                return (*(container.get("command") or ()), *(container.get("args") or ()))
    return ()


def manifest_fault(seen: Observation) -> Fault | None:
    """What is wrong with the manifests where none gives the API server's arguments."""
    if written(seen):
        return None
    if manifests.of(COMPONENT, seen):
        said = f"the manifest of {COMPONENT} has no container of that name with a command"
        return Fault("no-manifest", f"{_AWAY}{said}", f"ls -la {static_pods.DIRECTORY}")
    missing = manifests.missing(COMPONENT, seen)
    if missing.reason != "broken-manifest":
        return missing.within(_AWAY, f"ls -la {static_pods.DIRECTORY}")
    word = last_word_of(seen)
    said = word.said if word and word.reason == "manifest-refused" else missing.observed
    return Fault(missing.reason, f"{_AWAY}{said}", last_word.JOURNAL)


def arguments_fault(argv: Sequence[str]) -> Fault | None:
    """What is wrong with the arguments in the manifest, if the API server cannot start with them."""
    fault = api_server_arguments.fault(argv)
    return fault.within(_AWAY, SHOW_MANIFEST) if fault else None


def files_fault(server: ApiServer, seen: Observation) -> Fault | None:
    """What is wrong with the files that the last container was given, if it is of the manifest as it is now."""
    if not server.config_path or server.made < _manifest_changed(seen):
        return None
    fault = webhook_kubeconfig.fault(server)
    return fault.within(_AWAY, last_word.LOG) if fault else None


def last_fault(seen: Observation) -> Fault:
    """What the container or the kubelet has said since the manifest was changed.

    Raises:
        NotYet: neither has said anything.
    """
    word = last_word_of(seen)
    if word is None:
        raise NotYet("no API server runs, and neither its container nor the kubelet has said why so far")
    return Fault(word.reason, f"{_AWAY}{word.said}", word.command)


def last_word_of(seen: Observation) -> LastWord | None:
    """The newest cause that was named since a manifest was changed."""
    return last_word.parse(seen[LAST_WORD].text)


def could_not_tell(seen: Observation) -> CouldNotTell:
    """For a check that needs the API server, where none runs."""
    try:
        fault = manifest_fault(seen) or arguments_fault(written(seen)) or last_fault(seen)
    except NotYet as error:
        return error
    return CouldNotTell(fault.observed)


def _manifest_changed(seen: Observation) -> float:
    """When the manifest was written or put there, in seconds since 1970; 0 when there is none."""
    found = manifests.of(COMPONENT, seen)
    places = seen[manifests.MANIFESTS].entries[found[-1].file].way[-1:] if found else ()
    return max((max(place.mtime, place.ctime) for place in places), default=0.0)
