"""What is to be typed into a terminal, and when a program there takes it."""

import re
from typing import Literal, NamedTuple

What = Literal["keys", "paste", "command", "piece"]
_PROMPT_END = re.compile("[#$] ?$")
_LINE_END = re.compile("\r\n|\n")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""What a paste may not bring in: only tabs and line ends stay."""


class Typed(NamedTuple):
    """What goes to the program next; a `command` waits for a prompt, a `piece` of a file for an editor or a prompt."""

    text: str
    what: What

    def is_taken(self, knows_pastes: bool, at_prompt: bool, prompted: bool, whole_screen: bool) -> bool:
        """Whether a program takes it now.

        Args:
            knows_pastes: the program does.
            at_prompt: what stands before the cursor looks like a prompt.
            prompted: there was a prompt before.
            whole_screen: the program has the whole screen, as vi.
        """
        one_line = prompted and "\r" not in self.text
        if self.what == "piece":
            return knows_pastes or one_line
        return self.what != "command" or ((knows_pastes or (one_line and at_prompt)) and not whole_screen)


def as_paste(text: str) -> str:
    """A text as a terminal sends a paste: without control characters, lines end with CR."""
    return _CONTROLS.sub("", _LINE_END.sub("\r", text))


def is_prompt(before_cursor: str) -> bool:
    """Whether it looks like a prompt behind which nothing was typed."""
    return bool(_PROMPT_END.search(before_cursor))
