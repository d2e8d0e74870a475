"""A flag with a value that the program does not take."""

import re
from collections.abc import Iterator, Sequence

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.flags import takes_many
from lab.why.static_pod import COMPONENTS

_INVALID = re.compile(r'invalid argument "(?P<value>[^"]*)" for "(?:-\w, )?--(?P<flag>[\w-]+)" flag: (?P<why>.*)')
_NAMED = re.compile(r"--(?P<flag>[a-z][a-z0-9-]{3,})")
_BAD = re.compile(
    r"invalid|must be|should be|unsupported|unrecognized|not a valid|out of range|cannot be|is unknown|not recognized"
    r"|mutually exclusive|can not be|has already been|overlap|too (?:small|large|long)|missing port|bad ",
)


@fault(
    "flag-value",
    Rank.LOG,
    "A flag has a value that the program does not take.",
    "The container ends at once; its log names the flag, or the value.",
    "Correct the value in the manifest.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """The flag whose value a program complains about."""
    for component in COMPONENTS:
        line, pod = seen.last_line(component), seen.pod(component)
        if line is None or pod is None:
            continue
        name, why = "", line.text
        if found := _INVALID.search(line.text):
            name, why = found["flag"], f'"{found["value"]}": {found["why"]}'
        elif _BAD.search(line.text) and "plugin" not in line.text:
            names = [each["flag"] for each in _NAMED.finditer(line.text)]
            by_value = (flag for flag, values in pod.flags.flags.items() if _quotes(line.text, values))
            name = next((each for each in names if each in pod.flags.flags), "") or next(by_value, "")
        if name:
            place = pod.line_of_flag(name)
            number = place.number
            said = f"--{name} of {component} has a value that it does not take: {why}"
            yield Finding("flag-value", said, (place, line), f"vi +{number} {pod.file.path}")


def _quotes(said: str, values: Sequence[str]) -> bool:
    """Whether a message has a value of a flag in it, or a part of one."""
    return any(len(part) > 3 and part in said for value in values for part in (value, *re.split("[,=]", value)))


@fault(
    "flag-twice",
    Rank.FLAG,
    "A flag stands twice in a command, with different values; the last one counts.",
    "The first of the two seems to have no effect.",
    "Keep one of the two.",
)
def twice(seen: Evidence) -> Iterator[Finding]:
    """Flags that take one value and are given several."""
    for component in COMPONENTS:
        pod = seen.pod(component)
        for name, values in pod.flags.flags.items() if pod else ():
            if pod and len(set(values)) > 1 and not takes_many(name):
                where = [
                    pod.file.line(number)
                    for number, line in enumerate(pod.file.text.splitlines(), 1)
                    if f"--{name}=" in line or line.rstrip().endswith(f"--{name}")
                ]
                said = f"--{name} of {component} is given {len(values)} times; the last value, {values[-1]}, counts."
                sure = Sure.LIKELY if not seen.healthy(component) else Sure.POSSIBLE
                yield Finding("flag-twice", said, tuple(where), f"vi {pod.file.path}", sure)


@fault(
    "flag-missing",
    Rank.FLAG,
    "A flag that the program needs is no longer in its command.",
    "The container ends at once, or cannot reach what it needs.",
    "Put the flag back.",
)
def missing(seen: Evidence) -> Iterator[Finding]:
    """Flags of the golden state that are gone, while their program does not work."""
    for component in COMPONENTS:
        pod = seen.pod(component)
        golden = seen.golden.get(pod.file.path, b"").decode(errors="replace") if pod else ""
        if pod is None or seen.healthy(component) or not golden or not pod.argv:
            continue
        for name in dict.fromkeys(_NAMED.findall(golden)):
            if name in pod.flags.flags:
                continue
            line = seen.last_line(component)
            named = [line] if line and name in line.text else []
            was = next(each.strip() for each in golden.splitlines() if f"--{name}" in each)
            said = f"--{name} is no longer among the flags of {component}; it was {was.removeprefix('- ')}."
            sure = Sure.CERTAIN if named else Sure.POSSIBLE
            yield Finding("flag-missing", said, tuple(named), f"vi {pod.file.path}", sure)
