"""Commands that a text advises, made to be about the cluster at hand.

Texts are written for the default cluster (`lab reset --all`). Where another one is at hand, such a command pasted as
it stands would be about the wrong cluster, so every text is passed through `named` on its way out. `--name` is put
before the subcommand: there it is right wherever the command ends.
"""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from typing import Any, TypeVar, cast

from lab.errors import DEFAULT_NAME, LabError
from lab.phases import Status

T = TypeVar("T")

OF_A_CLUSTER = (
    "down", "hint", "path", "practice", "rescue", "reset", "shell", "show", "solve", "start", "status", "up", "verify",
    "webhook down", "webhook logs", "webhook up", "why",
)  # fmt: skip
"""The subcommands that are about one cluster."""

_WORDS = "|".join(words.replace(" ", r"\s+") for words in OF_A_CLUSTER)
# `lab up --name OTHER` is about a cluster already; what `lab shell` runs may have a --name of its own
_COMMAND = re.compile(rf"(?<![\w./-])lab(?=\s+(?:shell(?![\w-])|(?:{_WORDS})(?![\w-])(?![^`;&|,\n]*--name\b)))")
_ALONE = re.compile(r"(?<=`)lab(?=`)")
_OF_EXERCISE = re.compile(r"(\blab (?:start|reset) )EXERCISE\b")
_NAMED = re.compile(r"\blab --name \S+(?=\s)")


def named(value: T, name: str) -> T:
    """A text, or all texts in a tuple or a dataclass, in which each advised command is about the cluster of a name.

    Anything else, and everything where the name is the default, is given back as it is.
    """
    if name == DEFAULT_NAME:
        return value
    command = f"lab --name {name}"
    return cast(T, _mapped(value, lambda text: _ALONE.sub(command, _COMMAND.sub(command, text))))


def of_exercise(value: T, exercise: str) -> T:
    """As `named`: each advised `lab start EXERCISE` or `lab reset EXERCISE` is about an exercise, given by its id."""
    return cast(T, _mapped(value, lambda text: _OF_EXERCISE.sub(rf"\1{exercise}", text)))


def command_for(name: str, words: str = "") -> str:
    """The command about a cluster: `lab WORDS`, with `--name` where the name is not the default."""
    return f"{named('`lab`', name).strip('`')} {words}".rstrip()


def bare(text: str) -> str:
    """A text without the `--name` that `named` has put into its commands."""
    return _NAMED.sub("lab", text)


def at_the_door(kind: type[T]) -> type[T]:
    """Decorate a class that has a `name`: what its public methods return or raise as LabError is `named`."""
    for attribute, value in list(vars(kind).items()):
        if callable(value) and not attribute.startswith("_"):
            setattr(kind, attribute, _door(value))
    return kind


def name_error(error: LabError, name: str) -> None:
    """Make what an error advises be about the cluster of a name."""
    error.message, error.hint = named(error.message, name), named(error.hint, name)


class NamedStatus:
    """Passes all calls on to a status, with notes `named`."""

    def __init__(self, status: Status, name: str) -> None:
        self._name = name
        self.phase = status.phase
        self.ahead = status.ahead
        self._note = status.note

    def note(self, text: str) -> None:
        """Say one thing, in a line or a few."""
        self._note(named(text, self._name))


def _door(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            result = method(self, *arguments, **options)
        except LabError as error:
            name_error(error, self.name)
            raise
        return named(result, self.name) if is_dataclass(result) or isinstance(result, tuple) else result

    return call


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if type(value) is str:  # not those of an enum
        return change(value)
    if type(value) is tuple:
        return tuple(_mapped(each, change) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _mapped(getattr(value, each.name), change) for each in fields(value)})
    return value
