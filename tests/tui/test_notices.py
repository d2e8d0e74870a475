"""What is told in passing: one toast of all that is still to be read, over the text and never over the terminal."""

import pytest
from textual.notifications import Notification

from lab.tui.notices import Notices


def notices(*told: Notification) -> Notices:
    made = Notices()
    for each in told:
        made.add(each)
    return made


def test_one_is_told_as_it_is() -> None:
    one = Notification("Find the digest", "✓ Step 1 passes", timeout=4)
    assert notices(one).merged() is one
    assert notices(one).line == "✓ Step 1 passes: Find the digest"


def test_several_are_one_with_a_line_each_and_the_worst_severity_and_the_longest_time() -> None:
    merged = notices(
        Notification("Find the digest", "✓ Step 1 passes", timeout=4),
        Notification("There is no prompt.", "Not sent", "warning", timeout=9),
        Notification("Done: lab webhook up", timeout=2),
    ).merged()
    lines = ["✓ Step 1 passes: Find the digest", "Not sent: There is no prompt.", "Done: lab webhook up"]
    assert merged.message.splitlines() == lines
    assert (merged.title, merged.severity) == ("", "warning")
    assert 8 < merged.timeout <= 9


def test_what_is_told_again_counts_once_and_comes_last() -> None:
    again = Notification("copied", timeout=9)
    made = notices(Notification("copied", timeout=9), Notification("passes", timeout=9), again)
    assert made.merged().message == "passes\ncopied"


def test_what_was_read_is_gone() -> None:
    made = notices(Notification("old", timeout=-1), Notification("new", timeout=9))
    assert made.merged().message == "new"
    assert notices(Notification("old", timeout=-1)).line == ""


@pytest.mark.parametrize(("severity", "line"), [("warning", "! one two"), ("error", "✗ one two")])
def test_a_line_has_a_mark_for_a_warning(severity: str, line: str) -> None:
    assert notices(Notification("one\ntwo", severity=severity, timeout=9)).line == line  # type: ignore[arg-type]
