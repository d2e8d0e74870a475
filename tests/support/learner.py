"""A newcomer at the lab's screen: reads it, presses the keys that it names, and types the commands that it shows.

Which command of a text is meant is told by some words of it; the command itself is the screen's, sent to the terminal
by the key that stands below it, and run with Enter.
"""

import re
import time
from collections.abc import Sequence

from screen import Screen, joined

_FRAME = "╭─ Terminal"
_BETWEEN = "││"  # two frames beside each other
_FOLD = "↪ "
_AT_HAND = re.compile(r"█ {1,2}(.*?)[\s▁-▇│▕]*$")
_REST = 0.5  # seconds without a change after which a busy machine has drawn what it will
_PROMPT = re.compile(r"root@[\w-]+:[^\s#]*#$")


class Learner:
    """Sits at a screen where the lab was just started."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    # -- where one is

    def open(self, title: str) -> None:
        """Choose an exercise on the opening page and start it, or go on with it."""
        self.screen.see("About this lab", "✓ ready", "? Keys")
        while title not in (row := self._row()):
            self.screen.press("down")
            self.screen.until(lambda before=row: self._row() != before)  # type: ignore[misc]
        told = self.screen.find("s starts this exercise|Go on with: ")
        if told[0].startswith("s"):
            self.screen.press("s")
            self.screen.see("Start: ", "Start (y)")
            self.screen.press("y")
        else:
            self.screen.press("enter")
        self.screen.see("Step 1 of", "esc Back")

    def _row(self) -> str:
        """The row of the opening page that is marked."""
        marked = self.screen.until(lambda: [line for line in self.screen.lines if line.startswith("│ ▸ ")])
        return marked[0].partition(_BETWEEN)[0].strip("│ ")

    @property
    def in_terminal(self) -> bool:
        """Whether the screen says that the terminal has the keys."""
        return "tab leaves" in self.screen.lines[-1] + self.screen.lines[-2]

    def read(self) -> None:
        """Be at the text: leave the terminal as its last line says."""
        if self.in_terminal:
            self.screen.press("ctrl+]", "tab")
        self.screen.until(lambda: not self.in_terminal)

    def next_step(self, number: int) -> None:
        """Go on to the next step."""
        self.read()
        self.screen.press("n")
        self.screen.see(f"Step {number} of")

    def turned(self, number: int) -> None:
        """See that the step at hand passes, without asking."""
        self.screen.find(rf"Step {number} of \d+ · checks ✓\d+ · ")
        self.read()
        self.screen.see("✓ Done")

    # -- commands

    def run(self, *words: str) -> None:
        """Run the command of the text that has these words (in what is shown of it), and wait for its end."""
        self.start(*words)
        self.prompt()

    def start(self, *words: str) -> None:
        """Run the command of the text that has these words, and stay in the terminal."""
        self.prompt_or_hidden()
        self.read()
        self._go_to(words)
        self._send(words)

    def hint(self, *words: str) -> None:
        """Take all hints, and run the command of the last one that has these words."""
        self.read()
        self.screen.press("h")
        self.screen.see("Hints: ", "esc closes")
        while found := re.search(r"h shows hint (\d)", joined(self.screen.lines)):
            self.screen.press("h")
            self.screen.see(f"Hint {found[1]} of")
        self._go_to(words)
        self._send(words)
        self.prompt()

    def solution(self) -> None:
        """Take the step's solution, and run it."""
        self.read()
        self.screen.press("s")
        self.screen.see("is recorded", "Take it (y)")
        self.screen.press("y")
        self.screen.see("Show me (w)")
        self.screen.press("w")
        self.screen.see("In a shell of its own, on the node")
        self._go_to(["set -euo pipefail"])
        self._send([])
        self.prompt()

    def write(self, file: str, *words: str) -> None:
        """Make a file of the piece of the text that has these words, in vim."""
        self.type(f"vim {file}")
        self.screen.see("[New]")
        self.read()
        self._go_to(words)
        self.screen.see("enter: paste it into the terminal")
        self.screen.press("enter")
        self.screen.until(lambda: self.in_terminal and self._typed(words))
        self.screen.press("escape")
        self.screen.type(":wq\n")
        self.prompt()

    def have_done(self, command: str) -> None:
        """Have the lab do the command of the text that is for one's own machine."""
        self.read()
        self._go_to([command.removeprefix("lab ")])  # behind `lab` the text names the cluster
        self.screen.see("enter: the lab does it here")
        self.screen.press("enter")
        self.screen.see(f"Done: {command}")

    def output(self, line: str) -> list[str]:
        """What the terminal shows between the last such line of a command and the prompt behind it."""
        pane = [row for row in self.pane() if row]
        begin = max(at for at, row in enumerate(pane) if row == line)
        return pane[begin + 1 : -1]

    def _go_to(self, words: Sequence[str]) -> None:
        """Press the key for the next command until the one with the words is at hand."""
        seen: list[list[str]] = []
        at_hand = self.at_hand()
        while not at_hand or not all(word in joined(at_hand) for word in words):
            assert at_hand not in seen[1:], f"No command with {words}, only {seen}:\n{self.screen.text}"
            seen.append(at_hand)
            self.screen.press("]")
            at_hand = self._at_rest(at_hand)

    def _at_rest(self, before: list[str]) -> list[str]:
        """The command that is at hand instead of the one before, when the screen has scrolled to it."""
        last: tuple[list[str], float] = ([], 0.0)

        def rests() -> bool:
            nonlocal last
            now = self.at_hand()
            if now != last[0]:
                last = (now, time.monotonic())
            return now not in ([], before) and time.monotonic() - last[1] > _REST

        self.screen.until(rests)
        return last[0]

    def at_hand(self) -> list[str]:
        """The command that is at hand, as far as it is shown."""
        rows = self.screen.lines[1:]  # below the score's bar
        found = [_AT_HAND.search(row.partition(_BETWEEN)[0]) for row in rows]
        return [match[1].replace(_FOLD, "") for match in found if match]

    def _send(self, words: Sequence[str]) -> None:
        self.screen.see("enter: to the terminal")
        self.screen.press("enter")
        self.screen.until(lambda: self.in_terminal and self._typed(words))
        self.screen.press("enter")

    def _typed(self, words: Sequence[str]) -> bool:
        """Whether the terminal shows these words behind its prompt; without words, the end of a script."""
        pane = joined_tight(self.pane())
        if words:
            return all(joined_tight([word]) in pane for word in words)
        last = next((line for line in reversed(self.pane()) if line.strip()), "")
        return last.startswith(")")  # bash writes the lines for which there is no room over one another

    # -- the terminal

    def pane(self) -> list[str]:
        """What the terminal shows; of a narrow screen only while it is there."""
        rows = self.screen.lines[1:-1]
        top = next((number for number, row in enumerate(rows) if _FRAME in row), None)
        if top is None:
            return rows if self.in_terminal else []
        column = rows[top].index(_FRAME)
        framed = [row[column + 1 :] for row in rows[top + 1 :] if row[column : column + 1] == "│"]
        return [row.removesuffix("│").rstrip() for row in framed]

    def prompt(self) -> None:
        """Wait until the shell has nothing to do."""
        self.screen.until(lambda: _PROMPT.search("".join(self.pane()).rstrip()))

    def prompt_or_hidden(self) -> None:
        """The same, if the terminal is to be seen."""
        if self.pane():
            self.prompt()

    def terminal(self) -> None:
        """Go to the terminal."""
        if not self.in_terminal:
            self.screen.press("t")
            self.screen.until(lambda: self.in_terminal)

    def type(self, text: str) -> None:
        """Type a command in the terminal and run it."""
        self.terminal()
        self.prompt()
        self.screen.type(f"{text}\n")

    def shown(self, pattern: str) -> "re.Match[str]":
        """Wait until the terminal shows a text, wherever its lines are broken."""
        found = self.screen.until(lambda: re.search(pattern, "".join(self.pane())))
        assert found
        return found


def joined_tight(lines: Sequence[str]) -> str:
    """Lines without any spaces: a terminal breaks them in the middle of words."""
    return "".join("".join(lines).split())
