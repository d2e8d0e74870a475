"""Markdown as plain lines: what the exercises use of it, which is not all that there is.

Headings are underlined, a quotation has a bar at its margin, emphasis goes, a link becomes `title: url`. Code stays as
it is, line for line, and is indented, so that it is told from prose; but a here-document stays at the margin, since its
end is not found when it is pasted with spaces in front. Code within a sentence is never broken at a line's end.
"""

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap

_FENCE = re.compile(r"( *)(```+|~~~+)")
_HEADING = re.compile(r"(#{1,6}) +(.*?)[ #]*$")
_ITEM = re.compile(r" *(?:[-*+]|(?P<number>[0-9]{1,9})[.)]) +")
_RULE = re.compile(r" {0,3}([-*_])( *\1){2,} *$")
_RAW = re.compile(r"\\(?P<escaped>[^\w\s])|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)")
_KEPT = re.compile("\ue000([0-9]+)\ue001")
_MARKS = (
    (re.compile(r"!?\[([^]]*)\]\(<?([^)\s>]+)>?[^)]*\)"), r"\1: \2"),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"\*\*(\S(?:.*?\S)?)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*(\S(?:.*?\S)?)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)__(\S(?:.*?\S)?)__(?!\w)"), r"\1"),
    (re.compile(r"(?<!\w)_(\S(?:.*?\S)?)_(?!\w)"), r"\1"),
)
_GLUE = "\ue002"  # a space that a line does not end at
_CODE_INDENT = " " * 4


def plain(markdown: str, width: int) -> Iterator[str]:
    """The lines of a text, folded to a width; blank lines where it has them, none at either end."""
    lines, gap, begun = markdown.splitlines(), False, False
    while lines:
        if not lines[0].strip():
            lines.pop(0)
            gap = begun
            continue
        if gap:
            yield ""
        gap, begun = False, True
        yield from _block(lines, width)


def code(lines: Sequence[str], indent: int = 0) -> Iterator[str]:
    """Lines of code as they are, indented where that does no harm."""
    margin = "" if any("<<" in line for line in lines) else " " * indent + _CODE_INDENT
    for line in lines:
        yield margin + line if line else ""


def _block(lines: list[str], width: int) -> Iterator[str]:
    """Takes a block off the lines, and gives what it looks like."""
    if fence := _FENCE.match(lines[0]):
        yield from _fenced(lines, len(fence[1]), fence[2])
    elif heading := _HEADING.match(lines[0]):
        lines.pop(0)
        title = _spoken(heading[2])
        yield from wrap(title, width)
        yield ("=" if len(heading[1]) == 1 else "-") * min(len(title), width)
    elif _RULE.match(lines[0]):
        lines.pop(0)
        yield "-" * min(20, width)
    elif lines[0].startswith(">"):
        yield from _quotation(lines, width)
    elif lines[0].lstrip().startswith("|"):
        yield lines.pop(0)  # a row of a table
    else:
        yield from _paragraph(lines, width)


def _fenced(lines: list[str], indent: int, fence: str) -> Iterator[str]:
    lines.pop(0)
    inside = []
    while lines and not lines[0].strip().startswith(fence):
        line = lines.pop(0)
        inside.append(line[min(indent, len(line) - len(line.lstrip())) :])
    del lines[:1]
    yield from code(inside, indent)


def _quotation(lines: list[str], width: int) -> Iterator[str]:
    inside = []
    while lines and lines[0].startswith(">"):
        inside.append(lines.pop(0)[1:].removeprefix(" "))
    for line in plain("\n".join(inside), width - 2):
        yield f"| {line}".rstrip()


def _paragraph(lines: list[str], width: int) -> Iterator[str]:
    first = lines.pop(0)
    item = _ITEM.match(first)
    margin = item[0] if item else " " * (len(first) - len(first.lstrip()))
    texts = [first[len(margin) :]]
    while lines and not _begins(lines[0], item):
        texts.append(lines.pop(0).strip())
    yield from _folded(_spoken(" ".join(texts)), width, margin)


def _begins(line: str, item: re.Match[str] | None) -> bool:
    """Whether a line ends the paragraph or item before it. A year at a line's start is no item of a list."""
    starts = (_FENCE, _HEADING, _RULE)
    if not line.strip() or line.lstrip().startswith(("|", ">")) or any(start.match(line) for start in starts):
        return True
    following = _ITEM.match(line)
    if following is None or not following["number"]:
        return following is not None
    expected = int(item["number"]) + 1 if item and item["number"] else 1
    return int(following["number"]) in (1, expected)


def _folded(text: str, width: int, margin: str) -> list[str]:
    after = " " * len(margin)
    folded = wrap(
        text, width, initial_indent=margin, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(_GLUE, " ") for line in folded]


def _spoken(text: str) -> str:
    """A text without its marks; what is code or was escaped is as it was."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match["escaped"] or match[0].replace(" ", _GLUE))
        return f"\ue000{len(kept) - 1}\ue001"

    text = _RAW.sub(keep, text)
    for mark, instead in _MARKS:
        text = mark.sub(instead, text)
    return _KEPT.sub(lambda match: kept[int(match[1])], text)
