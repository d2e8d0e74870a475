"""The checks of a step with their verdicts; those that do not pass say why and what to look with."""

from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.content import Content

from lab.model import CheckResult, CheckSpec, Step, StepResult, Verdict
from lab.tui.widgets.text import Text
from lab.tui.words import check_state, points

_DETAILS = ("expected", "observed", "look with")


class CheckRow(VerticalGroup):
    """One check."""

    def __init__(self, spec: CheckSpec) -> None:
        super().__init__()
        self.spec = spec

    def compose(self) -> ComposeResult:
        """The verdict and title, and three lines for a check that does not pass."""
        worth = "guard" if self.spec.guard else points(self.spec.points)
        with HorizontalGroup():
            yield Text(check_state(None), classes="state")
            title = Content.assemble(self.spec.title, Content.styled(f"  ({worth})", "$text-muted"))
            yield Text(title, classes="title")
        for label in _DETAILS:
            with HorizontalGroup(classes="detail"):
                yield Text(label, classes="label")
                yield Text(classes="value")

    def show(self, result: CheckResult | None) -> None:
        """Show a verdict."""
        self.query_one(".state", Text).show(check_state(result))
        open_ = result is not None and result.verdict is not Verdict.PASS
        texts = (result.expected, result.observed, result.command) if result and open_ else ("", "", "")
        for row, text in zip(self.query(".detail"), texts, strict=True):
            row.display = bool(text)
            row.query_one(".value", Text).show(text)


class CheckPanel(VerticalScroll):
    """The checks of the step at hand."""

    async def show_step(self, step: Step | None, result: StepResult | None) -> None:
        """Change to another step, or to none."""
        with self.app.batch_update():
            await self.remove_children()
            await self.mount_all(CheckRow(spec) for spec in (step.checks if step else ()))
            self.show_result(result)
            self.scroll_home(animate=False)

    def show_result(self, result: StepResult | None) -> None:
        """Show verdicts in place."""
        known = {check.id: check for check in result.checks} if result else {}
        for row in self.query(CheckRow):
            row.show(known.get(row.spec.id))
