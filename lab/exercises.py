"""The lab's own exercises, with the kinds of checks and actions that they may name."""

from lab import actions, checks, paths
from lab.catalog import load as catalog
from lab.catalog.decode import Kinds
from lab.catalog.yaml_document import Problem
from lab.lint import lint
from lab.model import ActionSpec, CheckSpec

KINDS: Kinds = {CheckSpec: checks.REGISTRY, ActionSpec: actions.REGISTRY}


def load() -> catalog.Catalog:
    """The exercises with their solutions.

    Raises:
        DataError: something is wrong with them; lists all that is.
    """
    return catalog.load(paths.data("exercises"), paths.data("solutions"), KINDS)


def problems() -> list[Problem]:
    """All that is wrong with them, as `lab lint` prints it."""
    return lint(paths.data("exercises"), paths.data("solutions"), KINDS)
