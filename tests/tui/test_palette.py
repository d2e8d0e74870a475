"""The command palette: everything that can be done, by its words."""

import threading

import pytest
from textual.command import CommandList, CommandPalette
from textual.pilot import Pilot

from lab.model import Place
from lab.tui.app import LabApp
from lab.tui.palette import LabCommands
from lab.tui.screens.doctor import DoctorScreen
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.work import WorkScreen

from .driving import at_home, in_exercise, see, until
from .fake_course import FakeCourse


def titles(pilot: Pilot[None]) -> list[str]:
    return [command.title for command in LabCommands(pilot.app.screen)._commands()]


async def choose(pilot: Pilot[None], words: str) -> None:
    """Open the palette, type words, and take the first command."""
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*("space" if letter == " " else letter for letter in words))
    await see(pilot, words)
    palette = pilot.app.screen
    assert isinstance(palette, CommandPalette)
    await until(pilot, lambda: palette._list_visible and not palette._show_busy)
    await until(pilot, lambda: palette.query_one(CommandList).highlighted is not None)
    await pilot.press("enter")


async def test_it_has_everything() -> None:
    async with at_home(FakeCourse(started={"image-digest"})) as pilot:
        found = titles(pilot)
    assert found == [
        "Open: Pin the kube-apiserver to its image digest",
        "Open step 1: Find the digest that the kube-apiserver runs",
        "Open step 2: Pin the static pod to that digest",
        "Open step 3: See the kube-apiserver run from the digest",
        "Reset: Pin the kube-apiserver to its image digest",
        "Open: Let only trusted registries in",
        "Open step 1: Write the template",
        "Start: Let only trusted registries in",
        "Reset: Let only trusted registries in",
        "Reset everything",
        "The way of a request",
        "Shell in this terminal",
        "Doctor",
        "Mouse",
        "Theme",
        "Keys and help",
        "Picture of this screen",
        "Quit",
    ]


async def test_what_is_set_aside_can_be_taken_up_again() -> None:
    course = FakeCourse(started={"image-digest"}, aside={"image-digest"})
    async with at_home(course) as pilot:
        await choose(pilot, "take up again")
        await see(pilot, "What it had in effect is put in place")
        await pilot.press("y")
        await until(pilot, lambda: "start image-digest" in course.calls)


async def test_the_keys_of_the_work_screen_are_commands() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        found = [title.casefold() for title in titles(pilot)]
        for word in ("hint", "solution", "terminal", "look at the cluster now"):
            assert any(word in title for title in found), (word, found)


async def test_while_the_cluster_is_made_there_are_no_exercises() -> None:
    course = FakeCourse(made=False, gate=threading.Event())
    async with LabApp(course).run_test() as pilot:
        await see(pilot, "Making the cluster")
        assert titles(pilot) == ["Show or hide the end of the log", "Doctor", "Mouse", "Theme", "Keys and help",
                                 "Picture of this screen", "Quit"]  # fmt: skip
        assert course.gate
        course.gate.set()


@pytest.mark.parametrize("key", ["ctrl+p", "colon"])
async def test_it_opens(key: str) -> None:
    async with at_home(FakeCourse()) as pilot:
        await pilot.press(key)
        await see(pilot, "Search for commands")


async def test_a_step_is_opened() -> None:
    course = FakeCourse(started={"image-digest"})
    async with at_home(course) as pilot:
        await choose(pilot, "open step 3")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await see(pilot, "Step 3 of 3")
        await until(pilot, lambda: course.where == Place("image-digest", "run"))
        await choose(pilot, "open step 2")
        await see(pilot, "Step 2 of 3")


async def test_an_exercise_is_started() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        await choose(pilot, "start: let only")
        await see(pilot, "Its starting state is put in place")
        await pilot.press("y")
        await until(pilot, lambda: "start opa-whitelist" in course.calls)
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))


async def test_resets_ask_first() -> None:
    course = FakeCourse(started={"image-digest"})
    async with in_exercise(course) as pilot:
        await choose(pilot, "reset everything")
        await see(pilot, "All progress is cleared.")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await choose(pilot, "reset: pin")
        await see(pilot, "Reset: Pin the kube-apiserver")
        await pilot.press("y")
        await until(pilot, lambda: "reset image-digest" in course.calls)
    assert "reset all" not in course.calls


async def test_doctor_themes_and_help() -> None:
    async with at_home(FakeCourse()) as pilot:
        await choose(pilot, "doctor")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await pilot.press("escape")
        await choose(pilot, "keys and help")
        await see(pilot, "Put the whole cluster back")
        await pilot.press("escape")
        await choose(pilot, "theme")
        await see(pilot, "Search for themes")
        await pilot.press(*"high")
        await see(pilot, "high-contrast-light")


async def test_a_screen_over_another_is_closed_for_what_is_opened() -> None:
    async with at_home(FakeCourse(started={"image-digest"})) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await choose(pilot, "open step 2")
        await see(pilot, "Step 2 of 3")


async def test_quitting() -> None:
    async with at_home(FakeCourse()) as pilot:
        await choose(pilot, "quit")
    assert pilot.app.return_code == 0
