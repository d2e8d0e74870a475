"""The way of a request as a screen: what is in sight of it, when it is looked at, and what one may type."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import image_policy_scene as policy
import path_scene as scene
import pytest
from path_scene import Scene
from textual.pilot import Pilot

from lab.errors import EngineError, LabError, NoClusterError
from lab.model import Place
from lab.request_path.station import RequestPath
from lab.tui import clock, observation
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.path import PathScreen
from lab.tui.screens.work import WorkScreen
from lab.tui.widgets.path_input import SubjectInput
from lab.tui.widgets.path_picture import Picture
from lab.tui.widgets.step_page import StepPage

from .driving import at_home, in_exercise, lines, same_as, see, shown, unseen, until
from .fake_course import FakeCourse
from .stub_pane import StubPane

IMAGE = "quay.io/acme/reports:1.4"
STATIONS = "path  -n default"


@pytest.fixture(autouse=True)
def _at_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "wall", lambda: datetime(2026, 11, 28, 14, 2, 31))


def refused() -> RequestPath:
    """The image is refused by Gatekeeper."""
    before, after = (scene.asked("validation.gatekeeper.sh", 3, no) for no in (0, 1))
    answer = scene.GATEKEEPER.answer("refused")
    return Scene(objects=scene.gatekeeper(), dry_run=answer, before=before, after=after).path(IMAGE)


def closed() -> RequestPath:
    """The image is refused, as ImagePolicyWebhook cannot ask its service."""
    return Scene(process=policy.process(), dry_run=policy.recorded("closed")).path(IMAGE)


def away(seconds: int) -> RequestPath:
    """The API server restarts."""
    path = Scene(process=policy.process(state="stopped"), away=scene.AWAY).path()
    stations = [replace(each, seconds=seconds) if each.id == "api-server" else each for each in path.stations]
    return replace(path, stations=tuple(stations))


def about_node() -> FakeCourse:
    """The learner is at an exercise with a check that is about a component, and one that names images."""
    course = FakeCourse(where=Place("image-digest", "find"))
    exercise, *rest = course.catalog.exercises
    first, second, *others = exercise.steps
    component = replace(first.checks[0], params=SimpleNamespace(component="kube-apiserver"))
    images = replace(second.checks[0], params=SimpleNamespace(image="nginx", images=("nginx", IMAGE)))
    steps = replace(first, checks=(component,)), replace(second, checks=(images,)), *others
    course._catalog = replace(course.catalog, exercises=(replace(exercise, steps=steps), *rest))
    return course


@asynccontextmanager
async def at_path(course: FakeCourse, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app, at the way of a request, as it was opened from home."""
    async with at_home(course, size, notifications=False) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, PathScreen))
        await see(pilot, "seen at 14:02:31")
        yield pilot


async def send(pilot: Pilot[None], text: str) -> None:
    """Type something in the line and send it."""
    await pilot.press("slash")
    await until(pilot, lambda: isinstance(pilot.app.screen.focused, SubjectInput))
    line = pilot.app.screen.query_one(SubjectInput)
    line.value = text
    await pilot.press("enter")


# -- what is in sight


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)], ids=["80x24", "120x35", "160x45"])
async def test_it_looks_as_approved(size: tuple[int, int]) -> None:
    async with at_path(FakeCourse(ways={IMAGE: refused()}), size) as pilot:
        await same_as(pilot, f"path-{size[0]}x{size[1]}")
        await send(pilot, IMAGE)
        await see(pilot, "said no")
        await same_as(pilot, f"path-refused-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("way", "station", "words"),
    [
        (refused, "✗ [pod-trusted-images] said no", "words: [pod-trusted-images] nginx is not trusted"),
        (closed, "! https://external-service:1234/check-image", "no such host"),
    ],
)
async def test_who_refused_in_whose_words_and_the_sentence_are_in_sight_without_scrolling(
    way: Callable[[], RequestPath], station: str, words: str
) -> None:
    async with at_path(FakeCourse(ways={IMAGE: way()})) as pilot:
        await send(pilot, IMAGE)
        for text in ("✗ The pod was refused by", station, words, "Here the request ends."):
            await see(pilot, text)
        assert all(len(line) <= 80 for line in lines(pilot.app))


async def test_for_an_exercise_about_the_node_it_opens_at_the_right_end() -> None:
    course = about_node()
    async with at_path(course) as pilot:
        await see(pilot, "It says image: registry.k8s.io/kube-apiserver:v1.36.4 (by the tag")
        await see(pilot, "The id of the image that runs is")


# -- when it is looked at


async def test_a_change_is_seen_and_the_old_picture_stays_until_then() -> None:
    course = FakeCourse()
    async with at_path(course, (160, 45)) as pilot:
        await see(pilot, "The namespace default has no quota.")
        gate = course.hold("path")
        course.ways[""] = Scene(objects=scene.gatekeeper()).path()
        looks = course.calls.count(STATIONS)
        course.tell("objects")
        await until(pilot, lambda: course.calls.count(STATIONS) > looks)
        assert "No webhook is registered for pods." in shown(pilot.app)
        assert "validation.gatekeeper.sh" not in shown(pilot.app)
        gate.set()
        await see(pilot, "validation.gatekeeper.sh")


async def test_many_words_are_few_looks_one_at_a_time() -> None:
    course = FakeCourse()
    async with at_path(course) as pilot:
        looks, gate = course.calls.count(STATIONS), course.hold("path")
        for _ in range(20):
            course.tell("files")
            await pilot.pause(0.02)
        await pilot.pause(0.3)
        assert course.calls.count(STATIONS) == looks + 1
        gate.set()
        await until(pilot, lambda: course.calls.count(STATIONS) >= looks + 2)
    assert course.most_paths == 1


async def test_nothing_is_looked_at_while_it_is_not_in_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation, "QUIET", 0.05)
    course = FakeCourse()
    async with at_path(course) as pilot:
        await pilot.press("question_mark")
        await see(pilot, "Keys and help")
        await pilot.pause(0.5)  # what was under way is over
        looks = course.calls.count(STATIONS)
        course.tell("files")
        await pilot.pause(0.6)
        assert course.calls.count(STATIONS) == looks
        await pilot.press("escape")  # what was told meanwhile is looked at now
        await until(pilot, lambda: course.calls.count(STATIONS) == looks + 1)
        await pilot.pause(1)
        assert course.calls.count(STATIONS) == looks + 1  # no look without a word
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.pause(0.5)
        looks = course.calls.count(STATIONS)
        course.tell("files")
        await pilot.pause(0.6)
        assert course.calls.count(STATIONS) == looks


async def test_a_restart_says_how_long_it_takes_and_it_is_over_by_itself() -> None:
    course = FakeCourse(api_server="not ready: refused", ways={"": away(5)})
    async with at_path(course) as pilot:
        await see(pilot, "~ API server restarting for 5 s")
        await see(pilot, "? Nothing gets past the API server.")
        course.ways[""] = away(8)
        await see(pilot, "restarting for 8 s")
        del course.ways[""]
        course.api_server = "ready"
        course.tell("api", "ready")
        await see(pilot, "The namespace default has no quota.")
        await unseen(pilot, "restarting for")


async def test_where_nobody_tells_of_changes_it_is_looked_at_now_and_then() -> None:
    course = FakeCourse(failures={"watch": [LabError("no helper")]})
    async with at_path(course, (160, 45)) as pilot:
        await see(pilot, "The namespace default has no quota.")
        course.ways[""] = Scene(objects=scene.gatekeeper()).path()
        await see(pilot, "validation.gatekeeper.sh")


# -- what is typed


async def test_what_is_typed_is_read_as_the_command_reads_it() -> None:
    course = FakeCourse()
    async with at_path(course) as pilot:
        await send(pilot, f"{IMAGE} -n kube-system")
        await see(pilot, f"The way of a pod with {IMAGE} into")
        await see(pilot, f"✓ A pod with {IMAGE} would be let into the namespace kube-system.")
        assert f"path {IMAGE} -n kube-system" in course.calls
        await pilot.press("c")
        await see(pilot, "The way of a request, from kubectl")
        await unseen(pilot, "would be let into")


async def test_what_cannot_be_read_is_said_in_a_sentence_and_not_sent() -> None:
    course = FakeCourse()
    async with at_path(course) as pilot:
        await send(pilot, "nginx latest")
        await see(pilot, "nginx and latest are two; one at a time is sent. Type an image or the name of a pod")
        assert isinstance(pilot.app.screen.focused, SubjectInput)
    assert {call for call in course.calls if call.startswith("path")} == {STATIONS}


async def test_the_images_of_the_exercise_are_offered() -> None:
    course = about_node()
    async with at_path(course) as pilot:
        await pilot.press("slash")
        await see(pilot, "↑ ↓ of the exercise: nginx, quay.io/acme/reports:1.4")
        line = pilot.app.screen.query_one(SubjectInput)
        assert line.value == "nginx"
        await pilot.press("down", "enter")
        await until(pilot, lambda: f"path {IMAGE} -n default" in course.calls)


async def test_esc_leaves_the_line_and_then_the_screen_and_letters_are_text() -> None:
    course = FakeCourse()
    async with at_path(course) as pilot:
        await pilot.press("i", *"quad")
        assert pilot.app.screen.query_one(SubjectInput).value == "quad"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen.focused, Picture))
        await unseen(pilot, "Enter sends it")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
    assert {call for call in course.calls if call.startswith("path")} == {STATIONS}


# -- what goes wrong


async def test_a_look_that_fails_is_a_sentence_and_the_old_picture_stays() -> None:
    course = FakeCourse()
    failures = {
        NoClusterError("cks-lab"): '✗ Error There is no cluster "cks-lab". Next Make it with: lab up',
        EngineError("No engine.", "lab doctor"): "✗ Error No engine. Next lab doctor",
        RuntimeError("boom"): "✗ Error The lab met a fault of its own (RuntimeError).",
    }
    async with at_path(course) as pilot:
        for error, sentence in failures.items():
            course.failures["path"] = [error]
            await pilot.press("v")
            await see(pilot, sentence)
            await see(pilot, "ImagePolicyWebhook off")
        await pilot.press("v")
        await unseen(pilot, "✗ Error")


async def test_a_cluster_that_is_gone_is_said_and_not_looked_at() -> None:
    course = FakeCourse()
    async with at_path(course) as pilot:
        course.made = False
        course.tell("node", "absent")
        await see(pilot, "✗ The cluster is gone")
        await see(pilot, "u makes it run again")
        looks = course.calls.count(STATIONS)
        await pilot.press("v")
        await pilot.pause(0.3)
        assert course.calls.count(STATIONS) == looks


# -- the ways to it


async def test_from_the_work_screen_and_back_the_shell_goes_on() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, PathScreen))
        await see(pilot, "seen at 14:02:31")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))


async def test_wide_it_stands_beside_the_terminal_and_the_text_comes_back() -> None:
    course = FakeCourse(ways={IMAGE: refused()})
    async with in_exercise(course, (160, 45), notifications=False) as pilot:
        work = pilot.app.screen
        await pilot.press("a")
        await see(pilot, "seen at 14:02:31")
        assert pilot.app.screen is work
        assert work.query_one("TerminalDock").region.width >= 82  # with its frame
        await same_as(pilot, "path-pane-160x45")
        await send(pilot, IMAGE)
        await see(pilot, "✗ The pod was refused by ValidatingAdmissionWebhook")
        looks = course.calls.count(f"path {IMAGE} -n default")
        course.tell("objects")
        await until(pilot, lambda: course.calls.count(f"path {IMAGE} -n default") > looks)
        await pilot.press("n")
        await see(pilot, "Step 2 of 3")
        await see(pilot, "Pin the static pod to that digest")
        await unseen(pilot, "seen at 14:02:31")


async def test_the_pane_is_toggled_from_the_terminal_which_keeps_the_keys() -> None:
    async with in_exercise(FakeCourse(), (160, 45), notifications=False) as pilot:
        work = pilot.app.screen
        await pilot.press("f2", "ctrl+right_square_bracket", "a")
        await see(pilot, "seen at 14:02:31")
        assert isinstance(work.focused, StubPane)
        await pilot.press("ctrl+right_square_bracket", "tab")
        await until(pilot, lambda: isinstance(work.focused, Picture))
        await pilot.press("escape")
        await unseen(pilot, "seen at 14:02:31")
        await see(pilot, "crictl ps")
        assert isinstance(work.focused, StepPage)


async def test_home_has_the_last_one_in_small() -> None:
    course = FakeCourse(ways={IMAGE: refused()})
    async with at_path(course) as pilot:
        await send(pilot, IMAGE)
        await see(pilot, "✗ The pod was refused")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await see(pilot, "kubectl → API server •✓✓ → mutating ✓✓ → validating ✓-✓✓✓✗. → etcd . → node .")
        await see(pilot, "seen at 14:02:31 · a shows it · ✗ The pod was refused by ValidatingAdmissionWebhook")
        looks = len([call for call in course.calls if call.startswith("path")])
        course.tell("objects")
        await pilot.pause(0.5)
        assert len([call for call in course.calls if call.startswith("path")]) == looks
