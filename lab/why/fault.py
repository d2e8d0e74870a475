"""What a fault is: data that a page can be made of, and a pure recogniser that finds it in the evidence."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from lab.why.evidence import Evidence
from lab.why.records import Line


class Sure(Enum):
    """How sure a finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Finding:
    """A fault that was found: which, what happened in a sentence, where it shows, and a command that helps."""

    id: str
    sentence: str
    evidence: tuple[Line, ...]
    do: str
    sure: Sure = Sure.CERTAIN


class Rank:
    """The order in which faults are named: what a fault is caused by comes before it."""

    NODE, SERVICE, DIRECTORY, MANIFEST, VOLUME, IMAGE, FLAG, FILE, CONFIG, CERTIFICATE = range(10)
    PROBE, STORE, LOG, WAITING, API, SILENT, UNKNOWN = range(10, 17)


@dataclass(frozen=True)
class Fault:
    """A known fault.

    Attributes:
        id: a stable word.
        title: what is wrong, in a sentence.
        shows: how a learner sees it.
        mend: what to do, in a sentence.
        rank: its place among others that are found at the same time.
        recognise: gives what it finds in the evidence.
        fallback: whether it counts only where no other fault is certain or likely.
    """

    id: str
    title: str
    shows: str
    mend: str
    rank: int
    recognise: Callable[[Evidence], Iterable[Finding]]
    fallback: bool = False


REGISTRY: dict[str, Fault] = {}
Recogniser = Callable[[Evidence], Iterable[Finding]]


def fault(
    id: str, rank: int, title: str, shows: str, mend: str, fallback: bool = False
) -> Callable[[Recogniser], Recogniser]:
    """Register the decorated recogniser as that of a fault."""

    def register(recognise: Recogniser) -> Recogniser:
        REGISTRY[id] = Fault(id, title, shows, mend, rank, recognise, fallback)
        return recognise

    return register


def find(seen: Evidence) -> tuple[Finding, ...]:
    """All faults in the evidence, the one that causes others first; each said once."""
    found: list[tuple[int, Finding]] = []
    for known in sorted(REGISTRY.values(), key=lambda each: (each.fallback, each.rank)):
        hidden = known.rank == Rank.SILENT and not seen.ready  # nobody can tell, and it is not why
        if not hidden and not (known.fallback and _explained(found)):
            found += [(known.rank, each) for each in known.recognise(seen)]
    if _explained(found) and not seen.ready:
        found = [row for row in found if row[1].sure is not Sure.POSSIBLE]  # guesses are not needed
    doubts = list(Sure).index  # what a log says comes before what is likely
    ordered = sorted(found, key=lambda row: (row[1].sure is Sure.POSSIBLE, row[0], doubts(row[1].sure)))
    return tuple({(each.id, each.sentence): each for _, each in ordered}.values())


def _explained(found: Sequence[tuple[int, Finding]]) -> bool:
    return any(finding.sure is not Sure.POSSIBLE for _, finding in found)
