"""Decodes mappings to frozen dataclasses, strictly: every key known, none missing, every type right.

The decoder guesses nothing, drops nothing, and reports all problems at once. A field's metadata may say

- `key`: its key in the data, where the name is a Python keyword;
- `rest`: it takes the keys that no other field takes;
- `kind`: the key that names the kind whose dataclass of parameters the value is, and as `called` what that is;
- `beside`: the data has no such key; the value is given with the document.

A `ValueError` from a dataclass's `__post_init__` is a problem of the data too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Protocol, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from lab.catalog.yaml_document import Document, Place, Problem, parse

__all__ = ["Decoder", "Document", "Kind", "Kinds", "Place", "Problem", "decode", "did_you_mean", "parse"]

T = TypeVar("T")
_BAD = object()  # stands for a value that has a problem; None is a value
_NUMERAL = re.compile(r"-?[0-9]{1,18}")
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class Kind(Protocol):
    """A check or an action, as far as decoding goes."""

    @property
    def takes(self) -> type[Any]:
        """The dataclass of its parameters."""


Kinds = Mapping[type, Mapping[str, Kind]]
"""The kinds by name, for each dataclass that names one."""


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """The end of a message about a word that is not known: the nearest option, else all options."""
    known = sorted(options)
    if near := get_close_matches(word, known, n=1):
        return f'; did you mean "{near[0]}"?'
    return f" (known: {', '.join(known)})" if known else ""


def decode(wanted: type[T], document: Document, problems: list[Problem]) -> T | None:
    """A whole document as a `wanted`; None when it cannot be made. Problems are added to `problems`."""
    return Decoder(document, problems).decode(wanted, document.value)


class Decoder:
    """Decodes values of one document.

    Args:
        document: where the values are from, for the lines of problems.
        problems: gets every problem.
        kinds: those that the data may name.
        beside: what was read from other files, by the place of the dataclass and the name of the field.
        numerals: take a text of digits for a whole number, because a variable filled in is always text.
    """

    def __init__(
        self,
        document: Document,
        problems: list[Problem],
        kinds: Kinds | None = None,
        beside: Mapping[Place, Mapping[str, Any]] | None = None,
        numerals: bool = False,
    ) -> None:
        self._document = document
        self._problems = problems
        self._kinds = kinds or {}
        self._beside = beside or {}
        self._numerals = numerals

    def decode(self, wanted: type[T], value: Any, at: Place = ()) -> T | None:
        """The value as a `wanted`, None when it cannot be made; `at` is its place in the document.

        Raises:
            TypeError: `wanted` has a type that data cannot have, which is a fault of the program.
        """
        result = self._value(wanted, value, at)
        return None if result is _BAD else cast(T, result)

    def _value(self, wanted: Any, value: Any, at: Place) -> Any:
        origin = get_origin(wanted)
        if wanted is Any:
            return value
        if origin in (Union, UnionType):
            return self._optional(wanted, value, at)
        if origin is tuple:
            return self._tuple(get_args(wanted)[0], value, at)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(get_args(wanted)[1], value, at)
        if is_dataclass(wanted) and isinstance(wanted, type):
            return self._dataclass(wanted, value, at)
        if isinstance(wanted, type) and issubclass(wanted, Enum):
            return self._enum(wanted, value, at)
        if wanted in _WORDS:
            return self._scalar(wanted, value, at)
        raise TypeError(f"data cannot be decoded to {wanted}")

    def _optional(self, wanted: Any, value: Any, at: Place) -> Any:
        inner = [option for option in get_args(wanted) if option is not NoneType]
        if len(inner) != 1:
            raise TypeError(f"data cannot be decoded to {wanted}")
        return None if value is None else self._value(inner[0], value, at)

    def _tuple(self, entry: Any, value: Any, at: Place) -> Any:
        if not isinstance(value, list | tuple):
            return self._wrong(at, "a list", value)
        result = [self._value(entry, item, (*at, index)) for index, item in enumerate(value)]
        return _BAD if _BAD in result else tuple(result)

    def _mapping(self, entry: Any, value: Any, at: Place) -> Any:
        if not isinstance(value, Mapping):
            return self._wrong(at, "a mapping", value)
        result = {key: self._value(entry, item, (*at, key)) for key, item in value.items()}
        return _BAD if _BAD in result.values() else result

    def _dataclass(self, wanted: Any, value: Any, at: Place) -> Any:
        if not isinstance(value, Mapping):
            return self._wrong(at, "a mapping", value)
        known = [_key(entry) for entry in fields(wanted) if not entry.metadata.keys() & {"rest", "beside"}]
        others = {key: item for key, item in value.items() if key not in known}
        values = {entry.name: self._field(wanted, entry, value, others, at) for entry in fields(wanted)}
        if not any("rest" in entry.metadata for entry in fields(wanted)):
            for key in others:
                self._problem((*at, key), f'"{key}" is not known here{did_you_mean(str(key), known)}')
        found = {name: item for name, item in values.items() if item is not MISSING}
        return _BAD if _BAD in found.values() else self._make(wanted, found, at)

    def _field(
        self, wanted: Any, entry: "Field[Any]", value: Mapping[str, Any], others: Mapping[str, Any], at: Place
    ) -> Any:
        """The value of a dataclass's field; MISSING where its default is wanted."""
        if "beside" in entry.metadata:
            return self._beside.get(at, {}).get(entry.name, _BAD)
        key = _key(entry)
        item, place = (others, at) if "rest" in entry.metadata else (value.get(key, MISSING), (*at, key))
        if "kind" in entry.metadata:
            return self._parameters(wanted, entry, value, {} if item is MISSING else item, at, place)
        if item is not MISSING:
            return self._value(_types(wanted)[entry.name], item, place)
        if entry.default is MISSING and entry.default_factory is MISSING:
            return self._problem(at, f'"{key}" is missing')
        return MISSING

    def _parameters(
        self, wanted: Any, entry: "Field[Any]", value: Mapping[str, Any], item: Any, at: Place, place: Place
    ) -> Any:
        """The parameters of the kind that a value names."""
        named, kinds = entry.metadata["kind"], self._kinds[wanted]
        name = value.get(named)
        if not isinstance(name, str):
            return _BAD  # decoding the name reports it
        if name not in kinds:
            message = f'there is no {entry.metadata["called"]} "{name}"{did_you_mean(name, kinds)}'
            return self._problem((*at, named), message)
        return Decoder(self._document, self._problems, numerals=True)._value(kinds[name].takes, item, place)

    def _make(self, wanted: Any, found: Mapping[str, Any], at: Place) -> Any:
        try:
            return wanted(**found)
        except ValueError as error:
            return self._problem(at, str(error))

    def _enum(self, wanted: type[Enum], value: Any, at: Place) -> Any:
        options = {str(option.value): option for option in wanted}
        if isinstance(value, str) and value in options:
            return options[value]
        near = did_you_mean(value if isinstance(value, str) else "", options)
        return self._problem(at, f"{_named(at)} cannot be {_seen(value)}{near}")

    def _scalar(self, wanted: type, value: Any, at: Place) -> Any:
        if wanted is int and self._numerals and isinstance(value, str) and _NUMERAL.fullmatch(value):
            return int(value)
        if type(value) is wanted or (wanted is float and type(value) is int):
            return value
        return self._wrong(at, _WORDS[wanted], value)

    def _wrong(self, at: Place, wanted: str, value: Any) -> object:
        scalar = value is not None and not isinstance(value, list | tuple | Mapping)
        advice = ": put it in quotes" if wanted == "text" and scalar else ""
        return self._problem(at, f"{_named(at)} must be {wanted}, not {_seen(value)}{advice}")

    def _problem(self, at: Place, message: str) -> object:
        self._problems.append(self._document.problem(message, *at))
        return _BAD


@cache
def _types(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)


def _key(entry: "Field[Any]") -> str:
    return str(entry.metadata.get("key", entry.name))


def _named(at: Place) -> str:
    """The name of a value in a message, from its place."""
    if not at:
        return "this"
    last = at[-1]
    return f'"{last}"' if isinstance(last, str) else f"entry {last + 1} of {_named(at[:-1])}"


def _seen(value: Any) -> str:
    """The words of a message for a value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 40 else f'the text "{value[:37]}..."'
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else f"a {type(value).__name__}"
