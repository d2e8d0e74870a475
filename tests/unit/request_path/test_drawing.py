"""The picture in text, and the form for scripts."""

import json
import os
from pathlib import Path

import image_policy_scene as policy
import path_scene as scene
import pytest
from path_scene import Scene, asked, gatekeeper

from lab.request_path import drawing
from lab.request_path.as_json import as_object
from lab.request_path.station import RequestPath, State

PICTURES = Path(__file__).parent / "pictures"
IMAGE = "quay.io/acme/reports:1.4"
RECORDED = '{"kubelet": "running", "now": 1800000600.0, "changed": 1}\n'


def refused_by_gatekeeper() -> RequestPath:
    before, after = (asked("validation.gatekeeper.sh", 3, no) for no in (0, 1))
    answer = scene.GATEKEEPER.answer("refused")
    return Scene(objects=gatekeeper(), dry_run=answer, before=before, after=after).path(IMAGE)


WAYS = {
    "untouched": lambda: Scene().path(),
    "refused-by-gatekeeper": refused_by_gatekeeper,
    "image-policy-closed": lambda: Scene(process=policy.process(), dry_run=policy.recorded("closed")).path(IMAGE),
    "away": lambda: Scene(process=policy.process(state="stopped"), away=scene.AWAY).path(),
}


def text(path: RequestPath) -> str:
    return "".join(f"{line.text}\n" for line in drawing.lines(path))


@pytest.mark.parametrize("name", WAYS)
def test_a_way_is_drawn_as_it_was_looked_at(name: str) -> None:
    file, drawn = PICTURES / f"{name}.txt", text(WAYS[name]())
    if os.environ.get("LAB_WRITE"):
        file.write_text(drawn)
    assert drawn == file.read_text()


@pytest.mark.parametrize("name", WAYS)
def test_80_columns_are_enough_but_for_commands_which_stay_whole(name: str) -> None:
    for line in text(WAYS[name]()).splitlines():
        assert len(line) <= 80 or "look with: " in line
        assert line == line.rstrip()


def test_every_state_has_a_mark_and_a_word_of_its_own() -> None:
    assert set(drawing.MARKS) == set(State)
    assert len({word for _, word in drawing.MARKS.values()}) == len(State)


def test_what_stands_in_a_name_cannot_steer_the_terminal() -> None:
    drawn = text(Scene(dry_run=scene.forbidden("\x1b[2Jgone")).path("nginx:\x1b[31m1"))
    assert "\x1b" not in drawn


def test_a_script_is_given_the_whole_way_in_a_stable_form() -> None:
    found = json.loads(json.dumps(as_object(refused_by_gatekeeper())))
    assert {key: found[key] for key in ("format_version", "kind", "subject", "namespace", "outcome", "stopped_at")} == {
        "format_version": 1,
        "kind": "image",
        "subject": IMAGE,
        "namespace": "default",
        "outcome": "refused",
        "stopped_at": "webhook/validation.gatekeeper.sh",
    }
    keys = {"id", "name", "group", "state", "what", "words", "next", "seconds", "since", "parts"}
    assert all(set(station) == keys for station in found["stations"])
    webhooks = next(each for each in found["stations"] if each["id"].endswith("/ValidatingAdmissionWebhook"))
    assert (webhooks["group"], webhooks["state"], webhooks["parts"][0]["state"]) == ("validating-admission", "no", "no")
