"""The walk through the exercises as lines of text: for screen readers, recordings and small terminals.

It does what the TUI does, through the same use cases and with the same texts. It moves no cursor, needs no colour
and draws nothing anew: whatever was said stays where it is. Standard input need not be a terminal.
"""

from lab.practice.console import Talk
from lab.practice.interrupts import Stop
from lab.practice.walk import Walk

__all__ = ["Stop", "Talk", "Walk"]
