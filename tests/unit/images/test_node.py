from contextlib import nullcontext

import pytest

from lab.images import node, official

BASE = "kindest/node:v1.36.4@sha256:aa"


@pytest.fixture
def made(workshop, monkeypatch):
    """What was made: (what, with what); `present` are the images that Docker has."""
    made: list[tuple[str, str]] = []
    present: set[str] = set()
    monkeypatch.setattr(node, "one_at_a_time", lambda status: nullcontext())
    monkeypatch.setattr(node, "image_exists", lambda name: name in present)
    monkeypatch.setattr(node, "_finish", lambda workshop, base, components: made.append(("finish", base)) or "finished")
    monkeypatch.setattr(node, "_build", lambda workshop, name: made.append(("build", name)))
    monkeypatch.setattr(node, "drop_old", lambda repository, name, plain: made.append(("drop old", name)))
    return made, present


@pytest.mark.parametrize("from_source", [True, False])
def test_what_was_built_is_taken_without_asking_a_registry(workshop, made, monkeypatch, from_source) -> None:
    monkeypatch.setattr(official, "obtain", lambda workshop: pytest.fail("asked"))
    name = node._built_name(workshop)
    made[1].add(name)
    assert node.ensure(workshop, from_source) == node.NodeImage(name, "built")
    assert made[0] == []


def test_where_a_registry_answers(workshop, made, monkeypatch) -> None:
    monkeypatch.setattr(official, "obtain", lambda workshop: BASE)
    assert node.ensure(workshop, from_source=False) == node.NodeImage("finished", "official")
    assert made[0] == [("finish", BASE)]


@pytest.mark.parametrize("from_source", [True, False])
def test_where_none_answers_or_a_build_is_asked_for(workshop, made, monkeypatch, from_source) -> None:
    monkeypatch.setattr(official, "obtain", lambda workshop: BASE if from_source else "")
    name = node._built_name(workshop)
    assert node.ensure(workshop, from_source) == node.NodeImage(name, "built")
    assert made[0] == [("build", name), ("drop old", name)]
