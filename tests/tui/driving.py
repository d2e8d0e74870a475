"""Reading what is on the screen, and waiting for it."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import unescape
from time import monotonic

from textual.app import App
from textual.pilot import Pilot

from lab.tui.app import LabApp
from lab.tui.screens.exercise import ExerciseScreen
from lab.tui.screens.home import HomeScreen

from .fake_course import FakeCourse

_BOXES = re.compile("[│▕█▌▔▁▂▃▅▆▇]")
_TEXT = re.compile(r'<text [^>]*? x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')


def shown(app: App[None]) -> str:
    """Everything that can be read on the screen, line by line; runs of blanks and wraps are one blank."""
    lines: dict[float, list[tuple[float, str]]] = defaultdict(list)
    for x, y, text in _TEXT.findall(app.export_screenshot()):
        lines[float(y)].append((float(x), unescape(text).replace("\xa0", " ")))
    whole = "\n".join(" ".join(text for _, text in sorted(parts)) for _, parts in sorted(lines.items()))
    return re.sub(r"[ \n]+", " ", _BOXES.sub("", whole))


async def until(pilot: Pilot[None], true: Callable[[], object], seconds: float = 8) -> None:
    """Wait until something holds."""
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, f"this never came true; the screen says: {shown(pilot.app)}"
        await pilot.pause(0.05)


async def see(pilot: Pilot[None], text: str, seconds: float = 8) -> None:
    """Wait until the screen shows a text."""
    await until(pilot, lambda: text in shown(pilot.app), seconds)


@asynccontextmanager
async def at_home(course: FakeCourse, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app, at its list of exercises."""
    app = LabApp(course)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await see(pilot, "About this lab")
        yield pilot


@asynccontextmanager
async def in_exercise(course: FakeCourse, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app, at the first step of the first exercise, which is started."""
    course.started.add("image-digest")
    async with at_home(course, size) as pilot:
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))
        await see(pilot, "Checks of step 1")
        yield pilot
