"""The command palette: everything that can be done, to be found by its words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import ModalScreen

from lab.host_commands import HOST_COMMANDS
from lab.model import Place
from lab.tui.messages import OpenPlace
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.work import WorkScreen

_ELSEWHERE = {
    *("open", "start", "reset", "reset_all", "scroll"),
    *("command_palette", "quit", "leave", "keys", "shell", "make", "doctor", "path", "mouse"),
}
"""Actions that have commands of their own here, or need none."""
_OF_THE_APP = (
    ("make", "Make the cluster again", "or start it"),
    ("path", "The way of a request", "who judges an image where; try an image as a dry run"),
    ("shell", "Shell in this terminal", "root on the node, in place of this screen"),
    ("doctor", "Doctor", "is this machine fit, and what to do"),
    ("mouse", "Mouse", "is the lab's, or your terminal's, which then selects and copies by itself"),
    ("theme", "Theme", "choose the colours; high-contrast and ansi are among them"),
    ("keys", "Keys and help", "the keys that work here, copying, the terminal, settings"),
    ("screenshot", "Picture of this screen", "save it as SVG"),
    ("quit", "Quit", "leave the lab; the cluster stays"),
)
"""Actions of the app, with their titles and what they do."""


@dataclass(frozen=True)
class Command:
    """A command: what it is called, what it does, and the call that does it."""

    title: str
    does: str
    run: Callable[[], object]


class LabCommands(Provider):
    """The commands of the screen at hand, every exercise and step, and those of the app."""

    async def discover(self) -> Hits:
        """All of them."""
        for command in self._commands():
            yield DiscoveryHit(command.title, command.run, help=command.does)

    async def search(self, query: str) -> Hits:
        """Those with the letters of the query in their words."""
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.title)) > 0:
                yield Hit(score, matcher.highlight(command.title), command.run, help=command.does)
            elif (score := matcher.match(command.does)) > 0:
                yield Hit(score / 2, command.title, command.run, help=command.does)

    def _commands(self) -> Iterator[Command]:
        yield from self._of_the_screen()
        for screen in self.app.screen_stack:
            if isinstance(screen, HomeScreen):
                yield from self._of_the_exercises(screen)
        yield from self._of_the_webhook()
        yield from self._of_the_app()

    def _of_the_screen(self) -> Iterator[Command]:
        """What the screen's own keys do; a key that does nothing at this moment is left out."""
        seen = set(_ELSEWHERE)
        if isinstance(self.screen, ModalScreen):
            return
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            name = binding.action.rpartition(".")[2].partition("(")[0]
            if binding.id and binding.tooltip and active.enabled and not {name, binding.action} & seen:
                seen.add(binding.action)
                run = partial(self.app.run_action, binding.action, active.node)
                shown = self.app.get_key_display(binding.with_key(key, binding.key_display))
                yield Command(binding.tooltip, f"{binding.description} · key: {shown}", run)

    def _of_the_exercises(self, home: HomeScreen) -> Iterator[Command]:
        session = home.session
        for exercise in session.course.catalog.exercises:
            where = f"{exercise.title}: "
            opens = self._opens(Place(exercise.id))
            yield Command(f"Open: {exercise.title}", "the task of this exercise", opens)
            for number, step in enumerate(exercise.steps, 1):
                opens = self._opens(Place(exercise.id, step.id))
                yield Command(f"Open step {number}: {step.title}", f"{where}step {number}", opens)
            starts = self._at_home(home, partial(home.start_exercise, exercise.id))
            if session.set_aside(exercise.id):
                yield Command(f"Take up again: {exercise.title}", "put into effect what was set aside", starts)
            elif not session.started(exercise.id):
                yield Command(f"Start: {exercise.title}", "put its starting state in place", starts)
            resets = self._at_home(home, partial(home.reset_exercise, exercise.id))
            yield Command(f"Reset: {exercise.title}", "put it back to its start", resets)
        yield Command("Reset everything", "put the whole cluster back", self._at_home(home, home.reset_everything))

    def _opens(self, place: Place) -> Callable[[], object]:
        return lambda: self.app.post_message(OpenPlace(place))

    def _at_home(self, home: HomeScreen, call: Callable[[], object]) -> Callable[[], object]:
        """A call of the list of exercises, which is shown for it."""

        def run() -> None:
            while self.app.screen is not home:
                self.app.pop_screen()
            call()

        return run

    def _of_the_webhook(self) -> Iterator[Command]:
        if isinstance(screen := self.screen, WorkScreen):
            for command, (title, _) in HOST_COMMANDS.items():
                yield Command(command, title.lower(), partial(screen.do_here, command))

    def _of_the_app(self) -> Iterator[Command]:
        for action, title, does in _OF_THE_APP:
            if self.app.check_action(action, ()):
                yield Command(title, does, partial(self.app.run_action, f"app.{action}"))
