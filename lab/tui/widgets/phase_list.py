"""The phases of long work, with their time and estimate, and what it said, in order."""

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widgets import ProgressBar

from lab.tui import clock
from lab.tui.messages import Noted, PhaseEnded, PhaseStarted
from lab.tui.widgets.text import Text
from lab.tui.words import spent_of


class PhaseRow(VerticalGroup):
    """One phase: its state, title and time, and while it runs a bar when there is an estimate."""

    def __init__(self, title: str, estimate: float) -> None:
        super().__init__()
        self._estimate = estimate
        self._begun = clock.now()
        self._state = Text(Content.styled("> at work", "$text-warning"), classes="state")
        self._title = Text(title, classes="title")
        self._spent = Text(spent_of(0, estimate), classes="time")
        self._bar = ProgressBar(estimate or None, show_eta=False)

    def compose(self) -> ComposeResult:
        """One line, and the bar below it."""
        yield HorizontalGroup(self._state, self._title, self._spent)
        if self._estimate:
            yield self._bar

    def tick(self) -> None:
        """Show the time that has passed."""
        spent = clock.now() - self._begun
        self._spent.show(spent_of(spent, self._estimate))
        self._bar.update(progress=min(spent, self._estimate * 0.99))

    def end(self, ok: bool, duration: float) -> None:
        """Show how it ended, and after how many seconds."""
        good, bad = Content.styled("✓ done", "$text-success"), Content.styled("✗ failed", "$text-error")
        self._state.show(good if ok else bad)
        self._spent.show(spent_of(duration, 0))
        self._bar.display = False


class PhaseList(VerticalScroll):
    """The target of a `TuiStatus`: give it to one before the work begins. `notes` keeps what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []
        self._rows: dict[int, PhaseRow] = {}

    def on_mount(self) -> None:
        """Keep times going, while there are any."""
        self._ticks = self.set_interval(0.5, self._tick, pause=True)

    def clear(self) -> None:
        """Begin anew."""
        self.notes.clear()
        self._rows.clear()
        self.remove_children()

    @on(PhaseStarted)
    async def _started(self, event: PhaseStarted) -> None:
        row = self._rows[event.key] = PhaseRow(event.title, event.estimate)
        await self.mount(row)
        self.scroll_end(animate=False)
        self._ticks.resume()

    @on(PhaseEnded)
    def _ended(self, event: PhaseEnded) -> None:
        if row := self._rows.pop(event.key, None):
            row.end(event.ok, event.seconds)
        if not self._rows:
            self._ticks.pause()

    @on(Noted)
    async def _noted(self, event: Noted) -> None:
        self.notes.append(event.text)
        await self.mount(Text(event.text, classes="note"))
        self.scroll_end(animate=False)

    def _tick(self) -> None:
        for row in self._rows.values():
            row.tick()
