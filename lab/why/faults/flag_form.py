"""Words of a command that are no flags, or flags that are not written as the program reads them."""

from collections.abc import Iterator

from lab.checks.support import api_server_arguments
from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.static_pod import API_SERVER, COMPONENTS, StaticPod


@fault(
    "flag-form",
    Rank.FLAG,
    "A word of a manifest's command is no flag, or has quotes or blanks in it that no shell takes off.",
    "The container ends at once, or the flag seems to have no effect.",
    "Write `- --flag=value`, each flag as an entry of its own, without quotes inside.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """What is wrong with the form of a command's words."""
    for component in COMPONENTS:
        pod = seen.pod(component)
        if pod is None or not pod.argv or seen.healthy(component):
            continue
        found = api_server_arguments.fault(pod.argv) if component == API_SERVER else None
        if found and found.reason != "unknown-flag":
            word = next((each for each in pod.argv[1:] if each and each in found.observed), "admission")
            line = pod.file.line_of(word)
            do = f"vi {pod.file.path}"
            yield Finding("flag-form", f"In {pod.file.path}, {found.observed}.", (line,), do)
        yield from _stray(pod, bool(found))


def _stray(pod: StaticPod, known: bool) -> Iterator[Finding]:
    for word in () if known else pod.flags.arguments:
        line = pod.file.line_of(word)
        said = f'"{word}" in the command of {pod.component} is no flag: a flag begins with two hyphens.'
        yield Finding("flag-form", said, (line,), f"vi {pod.file.path}", Sure.LIKELY)
