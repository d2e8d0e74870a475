"""A diagnosis as text for a terminal of 80 columns, and as one JSON object for scripts. Pure."""

from collections.abc import Iterator
from typing import Any

from lab.model import FORMAT_VERSION
from lab.report.text import WIDTH, clean, folded
from lab.why.diagnosis import LOOKED_AT, Diagnosis, State
from lab.why.fault import Finding, Sure

_MOST = 4  # lines of evidence of one fault
_LONGEST = 400
_SURE = {Sure.LIKELY: " (likely)", Sure.POSSIBLE: " (possible)", Sure.CERTAIN: ""}


def lines(found: Diagnosis, width: int = WIDTH) -> Iterator[str]:
    """The diagnosis, line by line."""
    yield from folded("", found.summary, width=width)
    for number, finding in enumerate(found.findings, 1):
        yield ""
        yield from _finding(number, finding, width)
    if found.then:
        yield ""
        said, _, command = found.then.rpartition(": ")
        yield from folded("", f"{said}:", width=width)
        yield f"   {command}"
    if found.state is State.UNKNOWN:
        yield from folded("", "Looked at:", width=width)
        for each in LOOKED_AT:
            yield from folded("  ", each, "- ", width)


def _finding(number: int, finding: Finding, width: int) -> Iterator[str]:
    yield from folded("", f"{finding.sentence}{_SURE[finding.sure]}", f"{number}. ", width)
    for line in finding.evidence[:_MOST]:
        yield from folded("   ", f"{line.where}:", width=width)
        yield from folded("     ", clean(line.text)[:_LONGEST], width=width)
    yield from folded("   ", finding.id, "fault:   ", width)
    first, *others = clean(finding.do).splitlines() or [""]
    yield f"   do:      {first}"  # never folded: it is there to be pasted
    yield from others


def as_object(found: Diagnosis) -> dict[str, Any]:
    """The diagnosis as what JSON is made of; its keys are part of the command line's contract."""
    return {
        "format_version": FORMAT_VERSION,
        "state": found.state.value,
        "summary": found.summary,
        "findings": [
            {
                "id": each.id,
                "sentence": each.sentence,
                "evidence": [{"where": line.where, "text": line.text} for line in each.evidence],
                "do": each.do,
                "sure": each.sure.value,
            }
            for each in found.findings
        ],
        "then": found.then,
        "looked_at": list(LOOKED_AT),
    }
