"""The doctor's screen: every requirement of this machine, whether it is met, and what to do."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.widgets import Footer

from lab.model import Finding
from lab.tui import dialogs
from lab.tui.failures import Failure, attempted
from lab.tui.screens.base import LabScreen
from lab.tui.session import Session
from lab.tui.widgets.error_panel import ErrorPanel
from lab.tui.widgets.text import Text, TitleBar
from lab.tui.words import finding_state

_FIX = "--fix"
"""What the advice of a finding has in it that `fix` can mend."""


class FindingRow(VerticalGroup):
    """One requirement."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding

    def compose(self) -> ComposeResult:
        """Its state, name and what was seen; what to do when it is not met."""
        with HorizontalGroup():
            yield Text(finding_state(self.finding), classes="state")
            yield Text(self.finding.name, classes="name")
            yield Text(self.finding.seen, classes="title")
        if not self.finding.ok and self.finding.advice:
            with HorizontalGroup():
                yield Text("→ what to do", classes="state")
                yield Text(self.finding.advice, classes="title")


class DoctorScreen(LabScreen):
    """Looks at this machine when it opens, and when the learner asks for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "look", "Look again", id="doctor.look", tooltip="Look at this machine again"),
        Binding("f", "fix", "Fix", id="doctor.fix", tooltip="Install and start what can be"),
        Binding("escape", "dismiss", "Back", id="doctor.back", tooltip="Back to where you were"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._findings: Sequence[Finding] = ()
        self._looking = False

    def compose(self) -> ComposeResult:
        """The findings under a sentence about them."""
        yield TitleBar("Doctor: is this machine fit?")
        yield Text(id="summary")
        yield VerticalScroll(id="findings")
        yield ErrorPanel()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look."""
        self.action_look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Fixing is there when something can be fixed."""
        return self._fixable() if action == "fix" else True

    def action_look(self) -> None:
        """Look; one look at a time."""
        if not self._looking:
            self._looking = True
            self.query_one("#summary", Text).show("looking ...")
            self._look()

    @work(exclusive=True, group="flow")
    async def action_fix(self) -> None:
        """Install and start what can be, after a question; then look again."""
        names = ", ".join(finding.name for finding in self._findings if _can_be_fixed(finding))
        question = f"The lab mends what it can of: {names}. It installs and starts Docker with this system's packages."
        if await dialogs.ask(self.app, "Fix what can be fixed", question, "Fix"):
            await dialogs.carry_out(self.app, self.session, "Fixing", self.session.course.fix)
            self.action_look()

    @work(exclusive=True, group="doctor")
    async def _look(self) -> None:
        outcome = await attempted(self.session.course.doctor)
        self._looking = False
        failure = outcome if isinstance(outcome, Failure) else None
        self.query_one(ErrorPanel).show(failure)
        self._findings = () if isinstance(outcome, Failure) else outcome
        self.query_one("#summary", Text).show("? could not tell" if failure else _summary(self._findings))
        rows = self.query_one("#findings", VerticalScroll)
        with self.app.batch_update():
            await rows.remove_children()
            await rows.mount_all(FindingRow(finding) for finding in self._findings)
        self.refresh_bindings()

    def _fixable(self) -> bool:
        return any(_can_be_fixed(finding) for finding in self._findings)


def _can_be_fixed(finding: Finding) -> bool:
    return not finding.ok and (finding.name == "engine" or _FIX in finding.advice)


def _summary(findings: Sequence[Finding]) -> str:
    missing = sum(finding.required and not finding.ok for finding in findings)
    notes = sum(not finding.required and not finding.ok for finding in findings)
    if not missing:
        more = f" {notes} could be better." if notes else ""
        return f"✓ This machine is fit for the lab.{more}"
    return f"✗ {missing} of {len(findings)} requirements not met: do what the arrows say, then look again."
