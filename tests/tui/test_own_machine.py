"""Commands of a text that are typed on one's own machine: the lab does them; and what stands below a command."""

from dataclasses import replace

from lab.catalog.load import Catalog
from lab.tui.screens.work import WorkScreen

from .driving import in_exercise, see, shown, until
from .fake_course import FakeCourse
from .test_palette import choose


def course_with(text: str, hint: str = "Look.", **more: object) -> FakeCourse:
    """A course whose first step has this text, and one hint."""
    course = FakeCourse(**more)  # type: ignore[arg-type]
    first, second = course.catalog.exercises
    step = replace(first.steps[0], text=text, hints=(hint,))
    first = replace(first, steps=(step, *first.steps[1:]))
    course._catalog = Catalog("", (first, second))
    return course


async def test_the_lab_does_a_command_of_its_own() -> None:
    course = course_with("Type\n\n```lab\nlab webhook up\n```\n")
    async with in_exercise(course) as pilot:
        await see(pilot, "lab webhook up")
        await pilot.press("right_square_bracket")
        await see(pilot, "▸ enter: the lab does it here, y: copy")
        await pilot.press("enter")
        await see(pilot, "Done: lab webhook up")
        assert course.webhook
        assert isinstance(pilot.app.screen, WorkScreen)


async def test_one_of_a_hint_too_and_what_it_says_is_shown() -> None:
    course = course_with("Look.", "```lab\nlab webhook logs\n```\n", webhook=True)
    async with in_exercise(course) as pilot:
        await pilot.press("h")
        await see(pilot, "lab webhook logs")
        await pilot.press("right_square_bracket", "enter")
        await see(pilot, '{"event":"decision","images":["nginx"],"allowed":false}')
        await pilot.press("escape")
        await see(pilot, "Step 1 of 3")


async def test_why_it_cannot_be_done_is_said() -> None:
    course = course_with("Type\n\n```lab\nlab webhook logs\n```\n")
    async with in_exercise(course) as pilot:
        await see(pilot, "lab webhook logs")
        await pilot.press("right_square_bracket", "enter")
        await see(pilot, "The webhook does not run.")
        await see(pilot, "lab webhook up")


async def test_another_command_is_for_the_learner_to_type() -> None:
    course = course_with("Type\n\n```lab\nlab status\n```\n")
    async with in_exercise(course) as pilot:
        await see(pilot, "lab status")
        await pilot.press("right_square_bracket", "enter")
        await see(pilot, "y copies it, for")


async def test_they_are_in_the_palette() -> None:
    course = FakeCourse()
    async with in_exercise(course, (160, 45)) as pilot:
        await choose(pilot, "lab webhook up")
        await until(pilot, lambda: course.webhook)


async def test_of_a_command_too_long_for_the_screen_the_keys_are_said_elsewhere() -> None:
    long = "\n".join(f"echo {number}" for number in range(60))
    async with in_exercise(course_with(f"```bash\n{long}\n```\n", f"```bash\n{long}\n```\n")) as pilot:
        await see(pilot, "echo 1")
        await pilot.press("right_square_bracket")
        await see(pilot, "▸ enter: to the terminal, y: copy")
        await pilot.press("h")
        await see(pilot, "Hint 1 of 1")
        await pilot.press("right_square_bracket")
        await see(pilot, "enter: to the terminal, y: copy, ] goes to the next, esc closes")


async def test_no_command_is_cut_off() -> None:
    line = "echo " + " ".join(f"word{number}" for number in range(40))
    async with in_exercise(course_with(f"```bash\n{line}\n```\n")) as pilot:
        await see(pilot, "word39")
        assert "word20" in shown(pilot.app)


async def test_after_the_prefix_the_screen_says_what_can_come() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await pilot.press("t")
        await see(pilot, "Ctrl-] then tab leaves")
        await pilot.press("ctrl+right_square_bracket")
        await see(pilot, "tab leaves · f full · h hint · s solution · n next step · ? keys")
        await pilot.press("tab")
        await see(pilot, "n/p Step")
