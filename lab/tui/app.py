"""The app: which screen is shown, the shell, the last look at the lab, and what is left of a fault."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import ClassVar, cast

from textual import events, on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.message import Message
from textual.widget import Widget

from lab import paths, shell
from lab.errors import LabError
from lab.exit_codes import ExitCode
from lab.model import Place, Told
from lab.tui import clock, settings
from lab.tui.driver import ShortDriver
from lab.tui.failures import Failure, attempt, unexpected
from lab.tui.messages import ClusterReady, Heard, Looked, Noted, ShellFound
from lab.tui.modals.confirm import Confirm
from lab.tui.modals.error import ErrorModal
from lab.tui.ports import Course
from lab.tui.screens.base import LabScreen
from lab.tui.screens.making import MakingScreen
from lab.tui.session import Session
from lab.tui.status import TuiStatus
from lab.tui.themes import THEMES
from lab.tui.threads import DaemonThreads
from lab.tui.widgets.terminal_keys import keep_alt_keys

LOOK_EVERY = 2.5
"""Seconds between two looks at the lab while nobody tells of changes, or the API server is away."""
LOOK_ANYWAY = 60.0
"""The same while changes are told: a look all the same, should a word have been missed."""


def _commands() -> type[Provider]:
    from lab.tui.palette import LabCommands  # with all that has commands: not before somebody asks for them

    return LabCommands


class LabApp(App[None]):
    """The lab on a terminal."""

    TITLE = "CKS lab"
    CSS_PATH = "app.tcss"
    COMMANDS = {_commands}  # noqa: RUF012 (as in App)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 (an instance variable of App)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "make", "Make again", id="lab.make", tooltip="Make the cluster again, or start it"),
        Binding("exclamation_mark,t", "shell", "Shell", id="lab.shell", tooltip="A root shell on the node"),
        Binding("question_mark,f1", "keys", "Keys", id="lab.keys", tooltip="The keys that work here, and more help"),
        Binding(
            "ctrl+p,colon", "command_palette", "Commands", id="lab.palette", show=False, tooltip="Find any command"
        ),
        Binding("q", "quit", "Quit", id="lab.quit", tooltip="Leave the lab; the cluster stays"),
        Binding(
            "ctrl+q", "leave", "Quit", id="lab.leave", show=False, priority=True, tooltip="The same, in windows too"
        ),
    ]

    def __init__(self, course: Course) -> None:
        super().__init__(driver_class=ShortDriver)
        keep_alt_keys()  # before the driver reads keys; the terminal, which needs them, is loaded later
        self.session = Session(course, TuiStatus(self))
        course.status = self.session.status
        course.ask = lambda question: False  # sudo's own question would be on this screen
        self.session.on_look = lambda: self.post_message(Looked())
        for theme in THEMES:
            self.register_theme(theme)
        self.settings = self._read_settings()
        self.session.keys = self.settings.keys
        self._has_node = False
        self._looking = False
        self._look_again = False
        self._gone = False
        self._in_shell = False
        self._loop_at_work: asyncio.AbstractEventLoop | None = None
        self._said: set[str] = set()

    # -- the settings

    def _read_settings(self) -> settings.Settings:
        file = paths.settings_file()
        if not file.exists():  # then the names of all bindings are not needed before the first screen is there
            return settings.Settings()
        from lab.tui.parts import KNOWN

        return settings.read(file, self.available_themes, KNOWN)

    def on_load(self) -> None:
        """Take threads that quitting does not wait for, and what the user has set."""
        self._loop_at_work = asyncio.get_running_loop()
        self._loop_at_work.set_default_executor(DaemonThreads())
        if self.settings.theme:
            self.theme = self.settings.theme
        self.set_keymap(dict(self.settings.keys))
        self._kept_theme = self.theme

    def on_mount(self) -> None:
        """Begin with the cluster."""
        self.theme_changed_signal.subscribe(self, lambda theme: self._keep_theme(theme.name))
        self.push_screen(MakingScreen(self.session))
        if self.settings.problems:
            text = "\n".join([*self.settings.problems, "Until it is mended, the lab is as it is without this file."])
            self.notify(text, title="The settings were not taken", severity="warning", timeout=30, markup=False)

    def _keep_theme(self, name: str) -> None:
        if name == self._kept_theme:
            return
        self._kept_theme = name
        if self.settings.problems:
            self.notify("The theme is not kept: the settings file is wrong.", severity="warning", markup=False)
            return
        try:
            settings.write_theme(paths.settings_file(), name)
        except LabError as error:
            self.notify(f"{error.message}\n{error.hint}", severity="warning", markup=False)

    # -- the cluster

    @on(ClusterReady)
    def _cluster_ready(self) -> None:
        from lab.tui.screens.home import HomeScreen  # MakingScreen has loaded it in its thread

        first, self._has_node = not self._has_node, True
        self.switch_screen(HomeScreen(self.session))
        if first:
            self._watch()
            self._looks = self.set_interval(LOOK_EVERY, self._now_and_then)

    @work(thread=True, exclusive=True, exit_on_error=False, group="watch")
    def _watch(self) -> None:
        watching = attempt(lambda: self.session.course.watch(self._told))
        self.session.watching = None if isinstance(watching, Failure) else watching

    def _told(self, told: Told) -> None:
        self.post_message(Heard(told))

    @on(Heard)
    def _heard(self, event: Heard) -> None:
        self.session.hear(event.told)
        for screen in self.screen_stack:
            screen.post_message(Heard(event.told))
        if event.told.what not in ("files", "objects"):  # which say nothing of how the cluster is
            self._look_soon()

    @on(Looked)
    def _looked(self) -> None:
        for screen in self.screen_stack:
            screen.post_message(Looked())
        if self.session.gone() != self._gone:  # else the footer would be made anew at every look
            self._gone = not self._gone
            self.refresh_bindings()

    def _now_and_then(self) -> None:
        last = self.session.last_look
        well = last is not None and last.status.api_server == "ready" and self.session.watching is not None
        if last is None or not well or clock.now() - last.at > LOOK_ANYWAY:
            self._look_soon()

    def _look_soon(self) -> None:
        if self._looking:
            self._look_again = True
        elif not self.session.busy:  # what is going on ends with a look
            self._looking, self._look_again = True, False
            self._look()

    @work(thread=True, exclusive=True, exit_on_error=False, group="look")
    def _look(self) -> None:
        try:
            self.session.look()
        finally:
            self.call_later(self._look_ended)

    def _look_ended(self) -> None:
        self._looking = False
        if self._look_again:
            self._look_soon()

    def action_make(self) -> None:
        """Make the cluster again that is gone, or start it."""
        self._stop_watching()
        self._looks.stop()
        self._has_node = False
        self.to_bottom()
        self.switch_screen(MakingScreen(self.session))

    def on_unmount(self) -> None:
        """Leave nothing running."""
        self._stop_watching()

    def _stop_watching(self) -> None:
        if self.session.watching:
            self.session.watching.stop()
            self.session.watching = None

    # -- where one is

    def to_bottom(self) -> LabScreen | None:
        """Close all but the screen at the bottom, and give that one."""
        while len(self.screen_stack) > 2:  # the first is Textual's own
            self.pop_screen()
        return self.screen if isinstance(self.screen, LabScreen) else None

    def open_place(self, place: Place) -> None:
        """Open an exercise at a step, or at the learner's own."""
        from lab.tui.screens.home import HomeScreen

        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen):
                screen.open_place(place)

    @on(Noted)
    def _noted(self, event: Noted) -> None:
        if event.text not in self._said:  # an observation says the same every few seconds
            self._said.add(event.text)
            self.notify(event.text, markup=False)

    # -- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no shell before there is a node; and the terminal's keys are the shell's."""
        if action == "shell":
            return self._has_node
        if action == "make":
            return self._has_node and not self.session.busy and self.session.gone()
        return not self._in_terminal() if action == "leave" else True

    def post_message(self, message: Message) -> bool:
        """As in Textual, but a key for a terminal goes there at once, as its way through three queues is to be felt."""
        if isinstance(message, events.Key) and self._typed_at_once(message):
            return True
        return super().post_message(message)

    async def on_event(self, event: events.Event) -> None:
        """As in Textual, but a key that nobody took before the focus moved to a terminal goes there, too."""
        if isinstance(event, events.Key) and event.is_forwarded and self._in_terminal():
            pane = cast(Widget, self.screen.focused)
            if pane.check_consume_key(event.key, event.character):
                pane._forward_event(event)
                return
        await super().on_event(event)

    def _typed_at_once(self, key: events.Key) -> bool:
        waiting = key.is_forwarded or self.message_queue_size or not self.app_focus
        focused = self.screen.focused if self.screen_stack and not waiting else None
        type_key = getattr(focused, "type_key", None)  # the terminal's class is loaded when it is asked for
        return bool(type_key and type_key(key))

    def _in_terminal(self) -> bool:
        focused = self.screen.focused if self.screen_stack else None
        nodes = focused.ancestors_with_self if focused else ()
        return any(getattr(node, "KEEPS_KEYS", False) for node in nodes)

    def action_keys(self) -> None:
        """Show the keys that work on the screen at hand."""
        from lab.tui.modals.keys import keys_page

        self.push_screen(keys_page(self.screen, self.settings))

    def action_doctor(self) -> None:
        """Ask whether this machine is fit."""
        from lab.tui.screens.doctor import DoctorScreen

        if not isinstance(self.screen, DoctorScreen):
            self.push_screen(DoctorScreen(self.session))

    def action_theme(self) -> None:
        """Choose a theme."""
        self.search_themes()

    async def action_leave(self) -> None:
        """Quit from anywhere."""
        await self.action_quit()

    async def action_quit(self) -> None:
        """Quit; in the middle of work, ask first."""
        if not self.session.busy:
            self.exit()
        elif not isinstance(self.screen, Confirm):
            self._ask_to_quit()

    @work(exclusive=True, group="quit")
    async def _ask_to_quit(self) -> None:
        question = "The work that is going on is stopped where it is. `lab` goes on with it the next time."
        if await self.push_screen_wait(Confirm("Quit in the middle of this?", question, "Quit")):
            self.exit(return_code=ExitCode.INTERRUPTED)

    def leave(self, code: int) -> None:
        """End with that exit code, from a signal's handler: at any moment, but in the main thread.

        Raises:
            KeyboardInterrupt: there is nothing to leave yet; or a shell is open, which ends and brings this back.
        """
        if self._loop_at_work is None:
            raise KeyboardInterrupt
        self._loop_at_work.call_soon_threadsafe(lambda: self.exit(return_code=code))
        if self._in_shell:
            raise KeyboardInterrupt

    # -- the learner's own terminal

    @work(thread=True, exclusive=True, exit_on_error=False, group="shell")
    def action_shell(self) -> None:
        """Open a root shell on the node, in place of the screen, and come back."""
        self.post_message(ShellFound(attempt(self.session.course.shell_argv)))

    @on(ShellFound)
    def _shell_found(self, event: ShellFound) -> None:
        if isinstance(event.outcome, Failure):
            self.push_screen(ErrorModal(event.outcome))
            return
        begun = time.monotonic()
        argv = event.outcome
        with self.suspend():  # which does not bring the screen back when an exception passes
            ended = self._interact(argv)
        if isinstance(ended, Failure):
            self.push_screen(ErrorModal(ended))
        elif ended and time.monotonic() - begun < 1:  # nobody has read what it said
            message = f"The shell ended at once, with exit code {ended}."
            self.push_screen(ErrorModal(Failure(message, "Ask how the node is with: lab status")))

    def _interact(self, argv: Sequence[str]) -> int | Failure:
        print("You are root on the node. `exit` or Ctrl-D brings you back to the lab.", flush=True)
        try:
            self._in_shell = True
            return attempt(lambda: shell.interact(argv))
        except KeyboardInterrupt:  # `leave`, which has said what comes next
            return 0
        finally:
            self._in_shell = False

    def _fatal_error(self) -> None:
        """A fault of the lab itself: Textual would print a stack trace, a learner gets a sentence."""
        if self._exit_renderables:  # what the fault brings down with it
            return
        error = sys.exc_info()[1] or self._exception
        failure = unexpected(error or RuntimeError("no exception"))
        self._return_code = ExitCode.COULD_NOT
        self.panic(f"{failure.message}\n{failure.hint}")
