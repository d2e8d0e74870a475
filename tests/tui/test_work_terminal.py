"""The terminal in the screen to work in: going there and back, its prefix, and commands that go into it."""

from dataclasses import replace

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot

from lab.errors import ClusterError
from lab.model import Place
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.work import WorkScreen
from lab.tui.widgets import terminal_dock
from lab.tui.widgets.fence import Sent
from lab.tui.widgets.step_page import StepPage
from lab.tui.widgets.terminal import TerminalPane

from .driving import at_home, in_exercise, lines, same_as, see, shown, unseen, until
from .fake_course import FakeCourse
from .stub_pane import StubPane

PREFIX = "ctrl+right_square_bracket"
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])


def pane(pilot: Pilot[None]) -> StubPane:
    work = next(screen for screen in pilot.app.screen_stack if isinstance(screen, WorkScreen))
    return work.query_one(StubPane)


@pytest.mark.parametrize("size", [(80, 24), (120, 35)], ids=["80x24", "120x35"])
async def test_it_looks_as_approved(size: tuple[int, int]) -> None:
    async with in_exercise(FakeCourse(), size, notifications=False) as pilot:
        await see(pilot, "✗ fails")
        await pilot.press("t")
        await same_as(pilot, f"work-terminal-{size[0]}x{size[1]}")


async def test_it_runs_the_shell_on_the_node() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        assert pane(pilot).opened == [["docker", "exec", "-it", "cks-lab-control-plane", "bash", "-l"]]


async def test_a_shell_that_cannot_be_had_is_explained_and_tried_again() -> None:
    course = FakeCourse(failures={"shell": [ClusterError("The node does not answer.", "lab status")]})
    async with in_exercise(course, (160, 45)) as pilot:
        await until(pilot, lambda: "The node does not answer." in shown(pilot.app) or pane(pilot).opened)
        await pilot.press("t")
        await see(pilot, "root@node:~#")


@pytest.mark.parametrize("key", ["t", "f2"])
@pytest.mark.parametrize("leave", ["tab", "escape"])
async def test_narrow_one_sees_the_terminal_or_the_text_and_the_summary_always(key: str, leave: str) -> None:
    async with in_exercise(FakeCourse()) as pilot:
        await see(pilot, "crictl ps")
        assert "root@node" not in shown(pilot.app)
        await pilot.press(key)
        await see(pilot, "root@node:~#")
        await see(pilot, "Step 1 of 3 · checks ✗1")
        await see(pilot, "API server: ✓ ready")
        await see(pilot, "Ctrl-] then tab leaves")
        assert "crictl ps" not in shown(pilot.app)
        assert pane(pilot).size >= (80, 20)
        await pilot.press(PREFIX, leave)
        await see(pilot, "crictl ps")
        assert isinstance(pilot.app.screen.focused, StepPage)


async def test_wide_both_are_in_sight_and_the_terminal_can_have_all() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        assert pane(pilot).size.width >= 80
        await pilot.press("t", PREFIX, "f")
        await unseen(pilot, "crictl ps")
        assert pane(pilot).size >= (158, 42)
        await see(pilot, "Step 1 of 3")
        await pilot.press(PREFIX, "f")
        await see(pilot, "crictl ps")
        assert pilot.app.screen.focused is pane(pilot)
        await pilot.press(PREFIX, "f", PREFIX, "tab")
        await see(pilot, "crictl ps")
        assert isinstance(pilot.app.screen.focused, StepPage)


async def test_keys_are_the_shells_but_after_the_prefix_they_are_the_labs() -> None:
    course = FakeCourse()
    async with in_exercise(course, (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        await pilot.press("t", "n", "h", "s", "q", "escape", "tab", "question_mark")
        await see(pilot, "Step 1 of 3")
        assert pilot.app.screen.focused is pane(pilot)
        await pilot.press(PREFIX, "n")
        await see(pilot, "Step 2 of 3")
        await pilot.press(PREFIX, "p")
        await see(pilot, "Step 1 of 3")
        assert pilot.app.screen.focused is pane(pilot)
        await pilot.press(PREFIX, "v")
        await see(pilot, "Looked at the cluster")
        await pilot.press(PREFIX, "h")
        await see(pilot, "Hint 1 of 3")
        await pilot.press("escape")
        await unseen(pilot, "Hint 1 of 3")
        assert pilot.app.screen.focused is pane(pilot)
        await pilot.press(PREFIX, "question_mark")
        await see(pilot, "Hints of this step, one at a time")
        await pilot.press("escape")
        await see(pilot, "Step 1 of 3")
        await pilot.press(PREFIX, "z")
        await see(pilot, "After the prefix key: tab leaves the terminal")
        await pilot.press(PREFIX, "q")
    assert pilot.app.return_code == 0


async def test_keys_are_typed_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        await pilot.press("t")
        typed: list[str] = []
        monkeypatch.setattr(pane(pilot), "to_program", lambda data: typed.append(data.decode()))
        monkeypatch.setattr(pane(pilot), "type_in", typed.append)
        for event in (
            Key("a", "a"),
            Key("up", None),
            Paste("pasted"),
            Key("b", "b"),
            Key("left_shift", None),
            Key(PREFIX, None),
            Key("n", "n"),
        ):
            pilot.app.post_message(event)
        await until(pilot, lambda: typed == ["a", "\x1b[A", "pasted", "b"])
        await see(pilot, "Step 2 of 3")
        await pilot.press("c", PREFIX, "h")
        await see(pilot, "Hint 1 of 3")
        pilot.app.post_message(Key("d", "d"))
        await pilot.press("e", "escape")
        await unseen(pilot, "Hint 1 of 3")
        await pilot.press("f")
        assert typed[-2:] == ["c", "f"]


async def test_what_is_typed_right_behind_the_key_for_the_terminal_goes_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow connection brings several keys at once: `l` and `s` are keys of the lab's, too."""
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        typed: list[str] = []
        monkeypatch.setattr(pane(pilot), "to_program", lambda data: typed.append(data.decode()))
        for key in ("t", "l", "s", "enter"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else "\r"))
        for key in (PREFIX, "n"):
            pilot.app.post_message(Key(key, None))
        await see(pilot, "Step 2 of 3")
        assert typed == ["l", "s", "\r"]


async def test_a_command_is_sent_by_keys_that_come_at_once() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        for key in ("right_square_bracket", "enter"):
            pilot.app.post_message(Key(key, None))
        await until(pilot, lambda: pane(pilot).typed == ["crictl images --digests"])


async def test_a_step_that_turns_while_one_types_is_said_there() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails")
        await pilot.press("t")
        await see(pilot, "checks ✗1")
        course.change("answer")
        await see(pilot, "3 of 10 points")
        await see(pilot, "✓ Step 1 passes")
        assert pilot.app.screen.focused is pane(pilot)


# -- commands


@SIZES
async def test_a_command_is_gone_to_marked_and_sent_for_the_learner_to_run(size: tuple[int, int]) -> None:
    async with in_exercise(FakeCourse(), size) as pilot:
        await see(pilot, "IMAGE TAG DIGEST")
        await pilot.press("right_square_bracket")
        await see(pilot, "▸ enter: to the terminal, y: copy")
        await pilot.press("enter")
        await until(pilot, lambda: pane(pilot).typed == ["crictl images --digests"])
        await see(pilot, "root@node:~# crictl images --digests")
        assert pilot.app.screen.focused is pane(pilot)


async def test_output_is_no_command_and_the_keys_go_round() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "IMAGE TAG DIGEST")
        await pilot.press("right_square_bracket", "right_square_bracket", "enter")
        await until(pilot, lambda: pane(pilot).typed == ["for n in 1 2; do\n  echo $n\ndone"])
        await pilot.press(PREFIX, "tab", "right_square_bracket", "left_square_bracket", "enter")
        await until(pilot, lambda: len(pane(pilot).typed) == 2)
        await pilot.press(PREFIX, "tab", "right_square_bracket", "left_square_bracket", "left_square_bracket", "enter")
        await until(pilot, lambda: len(pane(pilot).typed) == 3)
        assert pane(pilot).typed[1].startswith("for n in")
        assert pane(pilot).typed[2] == "crictl images --digests"


async def test_a_piece_of_a_file_is_pasted_into_the_editor_with_its_margin() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        await pilot.press("n", "n")
        await see(pilot, "See the kube-apiserver run")
        await pilot.press("end")
        await see(pilot, "image: of@sha256:1")
        await pilot.press("left_square_bracket")
        await see(pilot, "▸ enter: paste it into the terminal, y: copy")
        await pilot.press("y")
        await see(pilot, "Copied")
        assert pilot.app.clipboard == "    image: of@sha256:1\n    tty: true"
        await pilot.press("enter")
        await until(pilot, lambda: pane(pilot).typed == ["    image: of@sha256:1\n    tty: true"])


async def test_a_command_is_copied() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        await see(pilot, "IMAGE TAG DIGEST")
        await pilot.press("right_square_bracket", "y")
        await see(pilot, "Copied")
        assert pilot.app.clipboard == "crictl images --digests"
        assert pane(pilot).typed == []


async def test_the_command_of_a_check_is_gone_to_sent_and_copied() -> None:
    command = "grep image: /etc/kubernetes/manifests/kube-apiserver.yaml # answer"
    async with in_exercise(FakeCourse()) as pilot:
        await see(pilot, "✗ fails The answer file")
        await pilot.press("tab", "tab", "tab")
        await see(pilot, "▸ ✗ fails The answer file")
        await pilot.press("y")
        await see(pilot, "Copied")
        assert pilot.app.clipboard == command
        await pilot.press("shift+tab", "tab", "enter")
        await until(pilot, lambda: pane(pilot).typed == [command])


async def test_text_that_is_selected_is_copied() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "Look with crictl ps on the node")
        row = next(y for y, line in enumerate(lines(pilot.app)) if "Look with" in line)
        column = lines(pilot.app)[row].index("Look")
        await pilot.mouse_down(offset=(column, row))
        await pilot.hover(offset=(column + 9, row))
        await pilot.mouse_up(offset=(column + 9, row))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app.clipboard.startswith("Look with"))


# -- where the shell is


FOLDERS = {"image-digest": "/root/image-digest", "opa-whitelist": "/root/opa-whitelist"}


def with_folders(**fields: set[str]) -> FakeCourse:
    course = FakeCourse(**fields)  # type: ignore[arg-type]
    known = course.catalog
    foldered = (replace(each, variables={"folder": FOLDERS[each.id]}) for each in known.exercises)
    course._catalog = replace(known, exercises=tuple(foldered))
    return course


async def test_another_exercise_that_is_started_takes_the_shell_to_its_folder() -> None:
    course = with_folders(started={"opa-whitelist"})
    async with in_exercise(course, (160, 45)) as pilot:
        await until(pilot, lambda: pane(pilot).opened)
        assert course.where == Place("image-digest", "find")  # known before the shell was opened, which begins there
        assert pane(pilot).typed == []
        for keys in (["down", "enter"], ["enter"]):  # opened again, it stays where the learner has gone
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
            await pilot.press(*keys)
            await see(pilot, "Step 1 of 1")
        assert pane(pilot).typed == ["cd /root/opa-whitelist\r"]


async def test_the_start_of_an_exercise_takes_the_shell_to_its_folder() -> None:
    async with at_home(with_folders(), (160, 45)) as pilot:
        await pilot.press("down", "o")
        await see(pilot, "root@node:~#")
        assert pane(pilot).typed == []  # there is no folder yet
        await pilot.press("enter")
        await see(pilot, "Start: Pin")
        await pilot.press("enter")
        await see(pilot, "Step 1 of 3")
        await until(pilot, lambda: pane(pilot).typed == ["cd /root/image-digest\r"])


# -- what is told in passing


async def test_a_toast_stands_over_the_text_and_not_over_the_terminal() -> None:
    course = FakeCourse()
    async with in_exercise(course, (160, 45)) as pilot:
        await see(pilot, "✗ fails")
        course.change("answer")
        await see(pilot, "✓ Step 1 passes")
        toast = pilot.app.screen.query_one("Toast").region
        page = pilot.app.screen.query_one(StepPage).region
        assert page.contains_region(toast)


async def test_two_at_once_are_one_toast() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        for text in ("the first", "the second"):
            pilot.app.notify(text, markup=False)
        await see(pilot, "the first the second")
        pilot.app.notify("the third", markup=False)
        await see(pilot, "the first the second the third")
        assert len(pilot.app.screen.query("Toast")) == 1


@pytest.mark.parametrize(("size", "keys"), [((80, 24), ["t"]), ((160, 45), ["f"])], ids=["80x24", "160x45"])
async def test_where_the_terminal_is_alone_the_first_line_tells(size: tuple[int, int], keys: list[str]) -> None:
    course = FakeCourse()
    async with in_exercise(course, size) as pilot:
        await see(pilot, "✗ fails")
        await pilot.press(*keys)
        course.change("answer")
        await until(pilot, lambda: "✓ Step 1 passes: Find the digest" in lines(pilot.app)[0])
        assert all("Step 1 passes" not in line for line in lines(pilot.app)[1:])


# -- the shell stays


async def test_the_shell_stays_while_one_is_elsewhere() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await pilot.press("t")
        await see(pilot, "root@node:~#")
        before = pane(pilot)
        await pilot.press(PREFIX, "tab", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        assert pane(pilot) is before
        assert len(before.opened) == 1


async def test_after_the_node_was_away_there_is_a_new_shell() -> None:
    course = FakeCourse()
    async with in_exercise(course, (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        course.cluster = "stopped"
        course.tell("node", "stopped")
        await see(pilot, "The cluster is stopped")
        pane(pilot).close()  # its program ended with the node
        course.cluster = ""
        course.tell("node", "running")
        await until(pilot, lambda: len(pane(pilot).opened) == 2)


async def test_a_real_shell_runs_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal_dock, "TerminalPane", TerminalPane)
    course = FakeCourse()
    course.shell = ["bash", "--norc", "--noprofile"]
    async with in_exercise(course, (160, 45)) as pilot:
        await see(pilot, "bash-")
        work = pilot.app.screen
        assert isinstance(work, WorkScreen)
        work.dock.type(Sent("echo one\necho $((40 + 2))"))
        await see(pilot, "echo $((40 + 2))")
        assert " 42" not in shown(pilot.app)  # not before the learner says so
        await pilot.press("enter")
        await see(pilot, " 42")


async def test_narrow_a_shell_that_has_just_been_opened_runs_nothing_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal_dock, "TerminalPane", TerminalPane)
    course = FakeCourse()
    course.shell = ["bash", "--norc", "--noprofile"]
    async with in_exercise(course) as pilot:
        await see(pilot, "IMAGE TAG DIGEST")
        await pilot.press("left_square_bracket", "enter")  # the last command, of four lines
        await see(pilot, "done")
        assert " 1 2 " not in shown(pilot.app).partition("done")[2]
        await pilot.press("enter")
        await see(pilot, "done 1 2")


async def test_a_command_that_found_no_prompt_is_explained() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        await until(pilot, lambda: pane(pilot).opened)
        pane(pilot).post_message(TerminalPane.NoPrompt())
        await see(pilot, "The command was not sent")


@pytest.mark.parametrize("back", [["right_square_bracket"], ["right_square_bracket", "right_square_bracket"]])
async def test_enter_twice_puts_a_command_into_the_terminal_once_and_runs_it(
    back: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        typed: list[str] = []
        monkeypatch.setattr(pane(pilot), "to_program", lambda data: typed.append(data.decode()))
        for key in (*back, "enter", "enter"):
            pilot.app.post_message(Key(key, "\r" if key == "enter" else None))
        await until(pilot, lambda: typed == ["\r"])
        assert len(pane(pilot).typed) == 1


async def test_the_key_for_commands_goes_on_from_where_it_was() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "IMAGE TAG DIGEST")
        await pilot.press("right_square_bracket", "enter")
        await until(pilot, lambda: len(pane(pilot).typed) == 1)
        await pilot.press(PREFIX, "tab", "right_square_bracket", "enter")
        await until(pilot, lambda: len(pane(pilot).typed) == 2)
        await pilot.press(PREFIX, "tab", "left_square_bracket", "enter")
        await until(pilot, lambda: len(pane(pilot).typed) == 3)
        assert [text.partition(" ")[0] for text in pane(pilot).typed] == ["crictl", "for", "crictl"]
        await pilot.press(PREFIX, "tab", "n", "right_square_bracket", "enter")  # another text: its first
        await until(pilot, lambda: len(pane(pilot).typed) == 4)
        assert pane(pilot).typed[3].startswith("crictl")


async def test_there_is_no_terminal_before_an_exercise_is_open() -> None:
    async with at_home(FakeCourse()) as pilot:
        assert not pilot.app.screen.query(TerminalPane)
