"""Writes docs/faults.md: the faults that `lab why` knows, from their recognisers' own data. `make faults` runs it."""

import sys
from collections.abc import Iterator
from pathlib import Path

from lab.why.diagnosis import LOOKED_AT, REGISTRY

PAGE = Path(__file__).with_name("faults.md")
_HEAD = """\
# The faults that `lab why` knows

`make faults` writes this page from `lab/why/faults/`; do not edit it by hand.

`lab why` looks at the node once, so the API server may be away. It names the
fault that causes others first, shows the very line where it stands, and says
what to type. Looked at are
"""
_FOOT = """
A fault that is on no list still yields the last line in which the program that
failed says why it ends, and where that line came from: it is called `unknown`.
`lab why --json` gives the same as one object.
"""


def page() -> str:
    """The whole page."""
    looked = ",\n".join(f"- {each}" for each in LOOKED_AT)
    return f"{_HEAD}\n{looked}.\n\n" + "\n".join(_rows()) + "\n" + _FOOT


def _rows() -> Iterator[str]:
    yield "| Fault | What is wrong | How it shows | What to do |"
    yield "|---|---|---|---|"
    for known in sorted(REGISTRY.values(), key=lambda each: (each.rank, each.id)):
        yield f"| `{known.id}` | {' | '.join(map(_cell, (known.title, known.shows, known.mend)))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"{PAGE.name}: {len(REGISTRY)} faults", file=sys.stderr)
