"""Why no API server runs: what stands in its manifest, and what its container or the kubelet said last."""

from collections.abc import Iterator, Sequence

from lab.checks.base import Ask, CouldNotTell, NodeAsk, NotYet, Observation
from lab.checks.support import api_server_arguments, api_server_process, manifests, webhook_kubeconfig
from lab.checks.support.api_server_process import COMPONENT, ApiServer
from lab.checks.support.causes import Cause
from lab.k8s import last_word
from lab.k8s.last_word import LastWord

LAST_WORD = NodeAsk(last_word.SCRIPT)
"""Why the API server is away; asked when it gave no answer."""
SHOW_MANIFEST = f"grep admission {manifests.DIRECTORY}/*"


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


def manifest_cause(seen: Observation) -> Cause | None:
    """What is wrong with the manifests where none gives the API server's arguments."""
    if written(seen):
        return None
    if manifests.of(COMPONENT, seen):
        said = f"the manifest of {COMPONENT} has no container of that name with a command"
        return Cause("no-manifest", f"the API server is away: {said}", f"ls -la {manifests.DIRECTORY}")
    reason, said = manifests.missing(COMPONENT, seen)
    word = last_word_of(seen)
    if reason == "broken-manifest" and word and word.reason == "manifest-refused":
        said = word.said
    command = last_word.JOURNAL if reason == "broken-manifest" else f"ls -la {manifests.DIRECTORY}"
    return Cause(reason, f"the API server is away: {said}", command)


def arguments_cause(argv: Sequence[str]) -> Cause | None:
    """What is wrong with the arguments in the manifest, if the API server cannot start with them."""
    flaw = api_server_arguments.flaw(argv)
    return Cause(flaw.reason, f"the API server is away: {flaw.said}", SHOW_MANIFEST) if flaw else None


def files_cause(server: ApiServer, seen: Observation) -> Cause | None:
    """What is wrong with the files that the last container was given, if it is of the manifest as it is now."""
    if not server.config_path or server.made < _manifest_changed(seen):
        return None
    flaw = webhook_kubeconfig.flaw(server)
    return Cause(flaw.reason, f"the API server is away: {flaw.said}", last_word.LOG) if flaw else None


def last_cause(seen: Observation) -> Cause:
    """What the container or the kubelet has said since the manifest was changed.

    Raises:
        NotYet: neither has said anything.
    """
    word = last_word_of(seen)
    if word is None:
        raise NotYet("no API server runs, and neither its container nor the kubelet has said why so far")
    return Cause(word.reason, f"the API server is away: {word.said}", word.command)


def last_word_of(seen: Observation) -> LastWord | None:
    """The newest cause that was named since a manifest was changed."""
    return last_word.parse(seen[LAST_WORD].text)


def could_not_tell(seen: Observation) -> CouldNotTell:
    """For a check that needs the API server, where none runs."""
    try:
        cause = manifest_cause(seen) or arguments_cause(written(seen)) or last_cause(seen)
    except NotYet as error:
        return error
    return CouldNotTell(cause.observed)


def _manifest_changed(seen: Observation) -> float:
    """When the manifest was written or put there, in seconds since 1970; 0 when there is none."""
    found = manifests.of(COMPONENT, seen)
    places = seen[manifests.MANIFESTS].entries[found[-1].file].way[-1:] if found else ()
    return max((max(place.mtime, place.ctime) for place in places), default=0.0)
