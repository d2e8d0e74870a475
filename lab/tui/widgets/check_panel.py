"""The checks of a step with their verdicts; those that do not pass say why and what to look with."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.content import Content

from lab.model import CheckResult, CheckSpec, Step, StepResult, Verdict
from lab.report.words import points
from lab.tui.observation import Observation
from lab.tui.widgets.fence import Sent, copy_command, send
from lab.tui.widgets.text import Text
from lab.tui.words import check_state, earned_once

_DETAILS = ("observed", "expected", "look with")


class CheckRow(VerticalGroup, can_focus=True):
    """One check."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", id="check.send", show=False, tooltip="Put the check's command into the terminal"),
        Binding("y", "copy", "Copy", id="check.copy", show=False, tooltip="Copy the check's command"),
    ]
    DEFAULT_CSS = """
    CheckRow .mark { width: 2; color: $text-accent; text-style: bold; }
    CheckRow:focus .title { text-style: bold; }
    CheckRow .state { width: 18; }
    CheckRow .title { width: 1fr; }
    CheckRow.-passes .title { text-wrap: nowrap; text-overflow: ellipsis; }
    CheckRow .detail { display: none; }
    CheckRow .label { width: 13; padding-left: 2; color: $text-muted; }
    CheckRow .value { width: 1fr; }
    """

    def __init__(self, spec: CheckSpec) -> None:
        super().__init__()
        self.spec = spec
        self._command = ""
        self._state = Text(check_state(None), classes="state")
        self._details = [(HorizontalGroup(classes="detail"), label, Text(classes="value")) for label in _DETAILS]

    def compose(self) -> ComposeResult:
        """The verdict and title, and three lines for a check that does not pass."""
        worth = "guard: no points, but the step needs it" if self.spec.guard else points(self.spec.points)
        with HorizontalGroup():
            yield Text(classes="mark")
            yield self._state
            title = Content.assemble(self.spec.title, Content.styled(f"  ({worth})", "$text-muted"))
            yield Text(title, classes="title")
        for row, label, value in self._details:
            with row:
                yield Text(label, classes="label")
                yield value

    def watch_has_focus(self, has_focus: bool) -> None:
        """Mark the row at hand: not by colour alone."""
        super().watch_has_focus(has_focus)
        for mark in self.query(".mark").results(Text):
            mark.show("▸" if has_focus else "")

    def show(self, result: CheckResult | None, old: bool = False, earned: bool = False) -> None:
        """Show a verdict; `old` when it could not be told anew, `earned` when the step is earned all the same."""
        self._state.show(check_state(result, old, earned))
        open_ = result is not None and result.verdict is not Verdict.PASS
        self.set_class(not open_, "-passes")
        texts = (result.observed, result.expected, result.command) if result and open_ else ("", "", "")
        self._command = result.command if result else ""
        for (row, _, value), text in zip(self._details, texts, strict=True):
            row.display = bool(text)
            value.show(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to send without a command."""
        return bool(self._command) if action in ("send", "copy") else True

    def action_send(self) -> None:
        """Put the command that looks at it into the terminal."""
        send(self, Sent(self._command))

    def action_copy(self) -> None:
        """Copy the command that looks at it."""
        copy_command(self, self._command)


class CheckPanel(VerticalScroll, can_focus=False):
    """The checks of the step at hand."""

    _shown_first = ""

    async def show_step(self, step: Step | None, seen: Observation) -> None:
        """Change to another step, or to none."""
        with self.app.batch_update():
            await self.remove_children()
            await self.mount_all(CheckRow(spec) for spec in (step.checks if step else ()))
            self.show_result(step.id if step else "", seen)
            self.scroll_home(animate=False)

    def show_result(self, step_id: str, seen: Observation) -> None:
        """Show verdicts in place."""
        result: StepResult | None = seen.step(step_id)
        known = {check.id: check for check in result.checks} if result else {}
        earned = result is not None and earned_once(result)
        for row in self.query(CheckRow):
            if row.is_mounted:  # when the app ends, one may have no parts
                row.show(known.get(row.spec.id), seen.since(step_id, row.spec.id) is not None, earned)
        failing = [row for row in self.query(CheckRow) if row.is_mounted and not row.has_class("-passes")]
        if failing and failing[0].spec.id != self._shown_first:  # what decides is in sight, wherever it stands
            self.call_after_refresh(failing[0].scroll_visible, animate=False, top=True)
        self._shown_first = failing[0].spec.id if failing else ""
