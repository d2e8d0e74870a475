"""A flag that the program does not know: it ends at once, and says which."""

from collections.abc import Iterator
from difflib import get_close_matches

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.flags import KNOWN
from lab.why.records import Line
from lab.why.static_pod import COMPONENTS, StaticPod

_MARKERS = ("unknown flag: --", "flag provided but not defined: -", "unknown shorthand flag: ")


@fault(
    "unknown-flag",
    Rank.FLAG,
    "A flag in a manifest's command is not one of the program's: a typing error, or one that a newer version dropped.",
    "The container ends at once, again and again; its log begins with `Error: unknown flag`.",
    "Correct the flag's name in the manifest.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """The flag that a program complains about; and before it has, those that are not in its help."""
    for component in COMPONENTS:
        pod, line = seen.pod(component), seen.last_line(component)
        if pod is None:
            continue
        said = line.text if line else ""
        marker = next((each for each in _MARKERS if each in said), "")
        if line and marker:
            name = said.partition(marker)[2].split()[0].strip("'\"").lstrip("-")
            yield _finding(pod, name, (line,), Sure.CERTAIN)
        elif not seen.healthy(component) and component in KNOWN:
            golden = seen.golden.get(pod.file.path, b"").decode(errors="replace")
            odd = [
                name for name in pod.flags.flags if name and name not in KNOWN[component] and f"--{name}" not in golden
            ]
            yield from (_finding(pod, name, (), Sure.LIKELY) for name in odd)


def _finding(pod: StaticPod, name: str, said: tuple[Line, ...], sure: Sure) -> Finding:
    near = get_close_matches(name, KNOWN.get(pod.component, ()), n=1, cutoff=0.75)
    hint = f"; did you mean --{near[0]}?" if near else "."
    place = pod.line_of_flag(name)
    number = place.number
    change = f"sed -i '{number}s/--{name}/--{near[0]}/' {pod.file.path}" if near else ""
    do = change if change and number else f"vi {pod.file.path}"
    return Finding("unknown-flag", f"--{name} is no flag of {pod.component}{hint}", (place, *said), do, sure)
