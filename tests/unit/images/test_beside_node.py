import pytest

from lab.errors import BuildError
from lab.images import beside_node, exercise_registry, gatekeeper, webhook_image


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """What was made, and from where."""
    said: list[str] = []
    monkeypatch.setattr(
        exercise_registry, "ensure", lambda workshop, origin: said.append(f"pantry {origin}") or "registry:1"
    )
    monkeypatch.setattr(
        webhook_image, "ensure", lambda workshop, origin: said.append(f"webhook {origin}") or "webhook:1"
    )
    monkeypatch.setattr(gatekeeper, "manifest", lambda workshop: said.append("manifest"))
    return said


def test_everything_lies_ready(workshop, made) -> None:
    assert beside_node.ensure(workshop, "official") == beside_node.Shelf("registry:1", "webhook:1")
    assert made == ["pantry official", "webhook official", "manifest"]


def test_a_manifest_that_cannot_be_had_is_told_and_stops_nothing(workshop, made, monkeypatch) -> None:
    def fail(workshop: object) -> str:
        raise BuildError("Gatekeeper's manifest cannot be had.")

    monkeypatch.setattr(gatekeeper, "manifest", fail)
    assert beside_node.ensure(workshop, "built").registry == "registry:1"
    assert "Exercises with Gatekeeper will need it" in workshop.status.lines[-1]
