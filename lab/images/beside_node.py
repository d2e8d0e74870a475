"""Prepares the images beside the node image, so that after `lab up` no exercise needs a network."""

from dataclasses import dataclass

from lab.errors import BuildError
from lab.images import exercise_registry, gatekeeper, webhook_image
from lab.images.build import Workshop


@dataclass(frozen=True)
class Shelf:
    """The images, by name in Docker, of what runs beside the node."""

    registry: str
    webhook: str


def ensure(workshop: Workshop, origin: str) -> Shelf:
    """The images that run beside the node, and Gatekeeper's manifest in the cache; made first when they are not there.

    Args:
        workshop: the tools of the build.
        origin: `official` to ask image registries first, `built` to build at once.

    Raises:
        BuildError: an image could not be made; names the log.
    """
    shelf = Shelf(exercise_registry.ensure(workshop, origin), webhook_image.ensure(workshop, origin))
    try:
        gatekeeper.manifest(workshop)
    except BuildError as error:  # a cluster can be made without it
        workshop.status.note(f"{error.message} Exercises with Gatekeeper will need it.")
    return shelf
