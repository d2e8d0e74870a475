"""Where the learner was last, kept beside the cluster's other files."""

import json
from pathlib import Path

import pytest

from lab.course import Course
from lab.model import Place
from lab.paths import ClusterPaths
from lab.phases import Silent


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    ClusterPaths("one").folder.mkdir(parents=True)
    return Course("one", Silent())


def write(text: str) -> None:
    ClusterPaths("one").place.write_text(text)


def test_what_is_remembered_is_there_the_next_time(course: Course) -> None:
    assert course.place() is None
    course.remember(Place("image-digest", "pin"))
    assert Course("one", Silent()).place() == Place("image-digest", "pin")
    assert ClusterPaths("one").place.stat().st_mode & 0o777 == 0o600
    course.remember(Place("image-digest"))
    assert course.place() == Place("image-digest")


def test_it_goes_with_its_cluster(course: Course) -> None:
    ClusterPaths("one").folder.rmdir()
    course.remember(Place("image-digest", "pin"))
    assert not ClusterPaths("one").folder.exists()
    assert course.place() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"exercise": "image-digest"}', "null", "\x00"])
def test_a_damaged_file_is_as_none(course: Course, text: str) -> None:
    write(text)
    assert course.place() is None


@pytest.mark.parametrize(
    ("exercise", "step", "place"),
    [("retired", "find", None), ("image-digest", "retired", Place("image-digest")), ("", "", None)],
)
def test_what_is_there_no_more_is_passed_over(course: Course, exercise: str, step: str, place: Place | None) -> None:
    write(json.dumps({"exercise": exercise, "step": step}))
    assert course.place() == place


def test_where_it_cannot_be_written_it_is_not_kept(course: Course) -> None:
    ClusterPaths("one").place.mkdir()
    course.remember(Place("image-digest", "pin"))
    assert course.place() is None
