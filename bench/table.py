"""Measurements side by side, and the table that they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HEADINGS = ("what", "ours", "theirs", "ratio", "goal", "ok?")


@dataclass(frozen=True)
class Row:
    """One thing that was measured, several times.

    `goal` bounds the ratio where there is something to compare with, and the median itself where there is not; None
    for what is only told.
    """

    what: str
    unit: str
    goal: float | None
    ours: tuple[float, ...]
    theirs: tuple[float, ...] = ()

    @property
    def value(self) -> float:
        """What the goal is for: the ratio of the medians, or the one median."""
        return median(self.ours) / median(self.theirs) if self.theirs else median(self.ours)

    def cells(self) -> tuple[str, ...]:
        """The words of the row, as the headings name them."""
        theirs = f"{median(self.theirs):.1f} {self.unit}" if self.theirs else "-"
        ratio = f"{self.value:.2f}" if self.theirs else "-"
        return (
            self.what,
            f"{median(self.ours):.1f} {self.unit}",
            theirs,
            ratio,
            *self._judged(),
        )

    def _judged(self) -> tuple[str, str]:
        if self.goal is None:
            return "-", "-"
        goal = f"<= {self.goal:g}" if self.theirs else f"<= {self.goal:g} {self.unit}"
        return goal, "yes" if self.value <= self.goal else "NO"


def text(rows: Sequence[Row]) -> str:
    """The table, in columns, and below it every single measurement."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    padded = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    padded.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join([*(line.rstrip() for line in padded), "", "Every measurement:", *map(_measured, rows)])


def _measured(row: Row) -> str:
    ours = f"ours {_listed(row.ours)}"
    return f"  {row.what}: {ours}" + (f"; theirs {_listed(row.theirs)}" if row.theirs else "") + f" ({row.unit})"


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values)
