"""The way of a request in words and colours, and when it is looked at."""

import asyncio

import image_policy_scene as policy
import path_scene as scene
import pytest
from path_scene import Scene

from lab.errors import LabError
from lab.request_path.station import Group, RequestPath, State
from lab.tui.path_watch import PathWatch, Seen
from lab.tui.path_words import COLOURS, decisive, read, rows, said, small

IMAGE = "quay.io/acme/reports:1.4"


def closed() -> RequestPath:
    """The image is refused, as ImagePolicyWebhook cannot ask its service."""
    return Scene(process=policy.process(), dry_run=policy.recorded("closed")).path(IMAGE)


def test_every_state_has_a_colour_but_those_of_which_nothing_is_to_be_noted() -> None:
    assert set(State) - set(COLOURS) == {State.ON, State.NEVER}


def test_a_row_has_the_colour_of_its_station() -> None:
    colours = {row.of: [str(span.style) for span in row.text.spans] for row in rows(closed(), 80) if row.of}
    assert colours["validating/ImagePolicyWebhook"] == [COLOURS[State.NO]]
    assert colours["service"] == [COLOURS[State.UNREACHABLE]]
    assert colours["authentication"] == [COLOURS[State.YES]]
    assert colours["etcd"] == [COLOURS[State.NOT_REACHED]]
    assert colours["api-server"] == []


@pytest.mark.parametrize("width", [60, 79, 110])
def test_no_row_is_longer_than_there_is_room_and_what_is_folded_is_marked(width: int) -> None:
    drawn = [row.text.plain for row in rows(closed(), width)]
    assert max(map(len, drawn)) <= width
    assert [line for line in drawn if "look with: getent" in line]
    assert (width > 100) is not any("↪ " in line for line in drawn)


def test_what_is_decisive_is_where_it_stopped_else_what_is_amiss_else_the_part_of_the_exercise() -> None:
    assert decisive(closed(), on_node=True) == "service"
    assert decisive(Scene().path(), on_node=True) == Group.NODE
    assert decisive(Scene().path(), on_node=False) == Group.VALIDATING
    opened = {"/endpointslices": scene.listed(), "/deployments": scene.listed()}
    assert decisive(Scene(objects=scene.gatekeeper(**opened)).path(), on_node=True).startswith("validating/")
    assert decisive(Scene().path("acme/Reports:1.4"), on_node=False) == "runtime"


def test_what_became_of_it_has_a_mark() -> None:
    assert said(closed()).plain.startswith("✗ The pod was refused by ImagePolicyWebhook, because")
    assert said(Scene().path("nginx")).plain == "✓ A pod with nginx would be let into the namespace default."
    assert "The kubelet would refuse the name" in said(Scene().path("acme/Reports:1.4")).plain
    assert said(Scene().path()).plain == ""


def test_in_small_it_has_a_mark_for_each_station_and_the_sentence() -> None:
    first, second = small(Seen(closed(), "14:02:31"), "a").plain.split("\n")
    assert first == "kubectl → API server •✓✓ → mutating ✓✓ → validating ✓✗. → etcd . → node ."
    assert second.startswith("seen at 14:02:31 · a shows it · ✗ The pod was refused by ImagePolicyWebhook")
    assert small(Seen(Scene().path(), "14:02:31"), "a").plain.endswith("\nseen at 14:02:31 · a shows it")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("", ("", "default")),
        (" nginx ", ("nginx", "default")),
        (f"{IMAGE} -n kube-system", (IMAGE, "kube-system")),
        ("--namespace=shop web-0", ("web-0", "shop")),
        ("-n shop", ("", "shop")),
    ],
)
def test_what_is_typed_is_read_as_the_command_reads_it(text: str, subject: tuple[str, str]) -> None:
    assert read(text) == subject


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nginx latest", "nginx and latest are two; one at a time is sent."),
        ("--image=nginx", "There is no --image=nginx here."),
        ("nginx -n", '"" cannot be the name of a namespace.'),
        ("nginx -n ../../x", '"../../x" cannot be the name of a namespace.'),
        ("nginx --namespace=", '"" cannot be the name of a namespace.'),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"Type an image") as error:
        read(text)
    assert str(error.value).startswith(sentence)


async def test_a_look_is_wanted_at_first_and_after_a_change_and_a_failure_keeps_what_was_seen() -> None:
    asked: list[tuple[str, str]] = []

    def look(subject: str, namespace: str) -> RequestPath:
        asked.append((subject, namespace))
        if subject == "bad":
            raise LabError("It cannot be.", "lab status")
        return Scene().path(subject, namespace)

    watch = PathWatch(look)
    assert watch.due
    await watch.look()
    assert not watch.due
    first = watch.last
    assert first
    watch.ask("bad", "shop")
    await watch.look()
    assert watch.failure
    assert (watch.failure.message, watch.last) == ("It cannot be.", first)
    assert watch.unseen
    watch.ask("nginx", "default")
    assert watch.failure is None
    await watch.look()
    assert watch.failure is None
    assert watch.last
    assert watch.last.path.subject == "nginx"
    assert not watch.unseen
    assert asked == [("", "default"), ("bad", "shop"), ("nginx", "default")]


async def test_what_is_wanted_while_a_look_is_under_way_waits_for_its_end() -> None:
    watch = PathWatch(lambda subject, namespace: Scene().path())
    look = asyncio.create_task(watch.look())
    await asyncio.sleep(0)
    watch.want()
    assert watch.running
    assert not watch.due
    await look
    assert watch.due
