"""The least that Textual can show: what the opening page of `lab` is compared with. Run as `python -m bench.blank`."""

from textual.app import App, ComposeResult
from textual.widgets import Label

TEXT = "Nothing but a label"


class Blank(App[None]):
    """One label."""

    def compose(self) -> ComposeResult:
        """The label."""
        yield Label(TEXT)


if __name__ == "__main__":
    Blank().run()
