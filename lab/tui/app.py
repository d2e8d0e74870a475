"""The app: which screen is shown, the settings, quitting, and what is left of a fault."""

import asyncio
from typing import ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.command import Provider

from lab import paths
from lab.course import Course
from lab.errors import LabError
from lab.shell.threads import DaemonThreads
from lab.tui import settings
from lab.tui.cluster_watch import ClusterWatch
from lab.tui.leaving import leave
from lab.tui.messages import ClusterReady, Heard, Looked, Noted, OpenPlace
from lab.tui.modals.choice import Confirm
from lab.tui.node_shell import NodeShell
from lab.tui.screens.making import MakingScreen
from lab.tui.session import Session
from lab.tui.status import TuiStatus
from lab.tui.textual_faults import MendedApp, keep_alt_keys
from lab.tui.themes import THEMES

_WORK = "work"


def _commands() -> type[Provider]:
    from lab.tui.palette import LabCommands  # with all that has commands: not before somebody asks for them

    return LabCommands


class LabApp(MendedApp):
    """The lab on a terminal."""

    TITLE = "CKS lab"
    CSS_PATH = "app.tcss"
    COMMANDS = {_commands}  # noqa: RUF012 (as in App)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 (an instance variable of App)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "make", "Make again", id="lab.make", tooltip="Make the cluster again, or start it"),
        Binding("exclamation_mark,t", "shell", "Shell", id="lab.shell", tooltip="A root shell on the node"),
        Binding(
            "M", "mouse", "Mouse", id="lab.mouse", show=False, tooltip="The mouse is the lab's, or your terminal's"
        ),
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
        super().__init__()
        keep_alt_keys()
        self.session = Session(course, TuiStatus(self), self.notices)
        course.status = self.session.status
        course.ask = lambda question: False  # sudo's own question would be on this screen
        self.session.on_look = lambda: self.post_message(Looked())
        for theme in THEMES:
            self.register_theme(theme)
        self.settings = self._read_settings()
        self.takes_mouse = self.settings.mouse
        self.session.keys = self.settings.keys
        self._cluster = ClusterWatch(self, self.session)
        self._node_shell = NodeShell(self, self.session)
        self._has_node = self._gone = False
        self._loop_at_work: asyncio.AbstractEventLoop | None = None
        self._said: set[str] = set()

    def _read_settings(self) -> settings.Settings:
        file = paths.settings_file()
        if not file.exists():  # then the names of all bindings are not needed before the first screen is there
            return settings.Settings()
        from lab.tui.all_bindings import known

        return settings.read(file, self.available_themes, known())

    def on_load(self) -> None:
        """Take threads that quitting does not wait for, and what the user has set."""
        self._loop_at_work = asyncio.get_running_loop()
        self._loop_at_work.set_default_executor(DaemonThreads())
        self.theme = self.settings.theme or THEMES[0].name
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

    @on(ClusterReady)
    def _cluster_ready(self) -> None:
        from lab.tui.screens.home import HomeScreen  # MakingScreen has loaded it in its thread

        first, self._has_node = not self._has_node, True
        self.switch_screen(HomeScreen(self.session))
        if first:
            self._cluster.begin()

    def action_make(self) -> None:
        """Make the cluster again that is gone, or start it."""
        self._cluster.end()
        self._has_node = False
        while len(self.screen_stack) > 2:  # the first is Textual's own
            self.pop_screen()
        self.switch_screen(MakingScreen(self.session))

    def on_unmount(self) -> None:
        """Leave nothing running."""
        self._cluster.end()

    @on(Heard)
    def _heard(self, event: Heard) -> None:
        self._cluster.hear(event.told)
        for screen in self.screen_stack:
            screen.post_message(Heard(event.told))

    @on(Looked)
    def _looked(self) -> None:
        for screen in self.screen_stack:
            screen.post_message(Looked())
        if self.session.gone() != self._gone:  # else the footer would be made anew at every look
            self._gone = not self._gone
            self.refresh_bindings()

    @on(OpenPlace)
    def _open_place(self, event: OpenPlace) -> None:
        """Open an exercise; what stands over the list or the work is closed."""
        from lab.tui.screens.home import HomeScreen
        from lab.tui.screens.work import WorkScreen

        while not isinstance(self.screen, HomeScreen | WorkScreen):
            self.pop_screen()
        place = self.session.course.catalog.find(event.place.exercise_id), event.place.step_id
        if not self.is_screen_installed(_WORK):
            self.install_screen(WorkScreen(self.session, self.settings.prefix, *place), _WORK)
        work = self.get_screen(_WORK, WorkScreen)
        if work.is_mounted:  # else it opens the place when it is
            work.open_place(*place)
        if work not in self.screen_stack:
            self.push_screen(work)

    @on(Noted)
    def _noted(self, event: Noted) -> None:
        if event.text not in self._said:  # an observation says the same every few seconds
            self._said.add(event.text)
            self.notify(event.text, markup=False)

    @property
    def in_terminal(self) -> bool:
        """Whether a terminal has the keys, also those that work everywhere else."""
        focused = self.screen.focused if self.screen_stack else None
        nodes = focused.ancestors_with_self if focused else ()
        return any(getattr(node, "KEEPS_KEYS", False) for node in nodes)

    async def on_event(self, event: events.Event) -> None:
        """As in Textual; but a key that nobody took before the focus moved to a terminal goes there."""
        if isinstance(event, events.Key) and event.is_forwarded and self.in_terminal:
            pane = self.screen.focused
            if pane and pane.check_consume_key(event.key, event.character):
                pane.post_message(event)
                return
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no shell before there is a node; and the terminal's keys are the shell's."""
        if action in ("shell", "path"):
            return self._has_node
        if action == "make":
            return self._has_node and not self.session.busy and self.session.gone()
        return not self.in_terminal if action == "leave" else True

    def action_keys(self) -> None:
        """Show the keys that work on the screen at hand."""
        from lab.tui.modals.keys import keys_page

        self.push_screen(keys_page(self.screen, self.settings, self.takes_mouse))

    def action_doctor(self) -> None:
        """Ask whether this machine is fit."""
        from lab.tui.screens.doctor import DoctorScreen

        if not isinstance(self.screen, DoctorScreen):
            self.push_screen(DoctorScreen(self.session))

    async def action_path(self) -> None:
        """Show the way of a request."""
        from lab.tui.path_place import show

        await show(self.screen, self.session)

    def action_theme(self) -> None:
        """Choose a theme."""
        self.search_themes()

    @work(exclusive=True, exit_on_error=False, group="shell")
    async def action_shell(self) -> None:
        """Open a root shell on the node, in place of the screen, and come back."""
        await self._node_shell.run()

    async def action_leave(self) -> None:
        """Quit from anywhere."""
        await self.action_quit()

    async def action_quit(self) -> None:
        """Quit; in the middle of work, or of a program in the terminal, ask first."""
        if not isinstance(self.screen, Confirm):
            self._leave()

    @work(exclusive=True, exit_on_error=False, group="quit")
    async def _leave(self) -> None:
        if (code := await leave(self, self.session)) is not None:
            self.exit(return_code=code)

    def leave(self) -> None:
        """End, from a signal's handler: at any moment, but in the main thread.

        Raises:
            KeyboardInterrupt: there is nothing to leave yet; or a shell is open, which ends and brings this back.
        """
        if self._loop_at_work is None:
            raise KeyboardInterrupt
        self._loop_at_work.call_soon_threadsafe(self.exit)
        if self._node_shell.open:
            raise KeyboardInterrupt
