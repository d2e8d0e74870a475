"""From mappings to frozen dataclasses, strictly: every key known, none missing, every type right.

Nothing is guessed or dropped, and all problems are told at once. A dataclass may say in a field's metadata
which key it has in the data (`key`, where the name is a Python keyword) or that it takes the keys that no
other field takes (`rest`). A `ValueError` from its `__post_init__` is a problem of the data too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from lab.catalog.yaml_document import Document, Place, Problem, parse
from lab.errors import DataError

__all__ = ["Decoder", "Document", "Place", "Problem", "decode", "did_you_mean", "params", "parse"]

T = TypeVar("T")
_BAD = object()  # stands for a value that has a problem; None is a value
_NUMERAL = re.compile(r"-?[0-9]{1,18}")
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """The end of a message about a word that is not known: the nearest option, else all options."""
    known = sorted(options)
    if near := get_close_matches(word, known, n=1):
        return f'; did you mean "{near[0]}"?'
    return f" (known: {', '.join(known)})" if known else ""


def decode(wanted: type[T], document: Document, problems: list[Problem]) -> T | None:
    """A whole document as a `wanted`; None when it cannot be made. Problems are added to `problems`."""
    return Decoder(document, problems).decode(wanted, document.value)


def params(wanted: type[T], values: Mapping[str, Any], what: str) -> T:
    """The parameters of a check or an action as its `Params`; a text of digits serves as a number.

    Args:
        wanted: the `Params` dataclass.
        values: the parameters as the data has them, variables filled in.
        what: whose parameters they are, for the message.

    Raises:
        DataError: they do not fit; names all that is wrong.
    """
    problems: list[Problem] = []
    result = Decoder(Document(Path(), values), problems, numerals=True).decode(wanted, values)
    if result is None or problems:
        found = "; ".join(problem.message for problem in problems)
        raise DataError(f"{what}: {found}", "See all problems of the data with: lab lint")
    return result


class Decoder:
    """Decodes values of one document.

    Args:
        document: where the values are from, for the lines of problems.
        problems: gets every problem.
        numerals: take a text of digits for a whole number, because a variable filled in is always text.
    """

    def __init__(self, document: Document, problems: list[Problem], numerals: bool = False) -> None:
        self._document = document
        self._problems = problems
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
        types = get_type_hints(wanted)
        known = {_key(entry): entry for entry in fields(wanted) if "rest" not in entry.metadata}
        rest = next((entry for entry in fields(wanted) if "rest" in entry.metadata), None)
        found: dict[str, Any] = {}
        for key, entry in known.items():
            if key in value:
                found[entry.name] = self._value(types[entry.name], value[key], (*at, key))
            elif entry.default is MISSING and entry.default_factory is MISSING:
                found[entry.name] = self._problem(at, f'"{key}" is missing')
        others = {key: item for key, item in value.items() if key not in known}
        if rest is not None:
            found[rest.name] = self._value(types[rest.name], others, at)
        else:
            for key in others:
                self._problem((*at, key), f'"{key}" is not known here{did_you_mean(str(key), known)}')
        return _BAD if _BAD in found.values() else self._make(wanted, found, at)

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


def _key(entry: "Field[Any]") -> str:
    return str(entry.metadata.get("key", entry.name))


def _named(at: Place) -> str:
    """What a message calls the value at a place."""
    if not at:
        return "this"
    last = at[-1]
    return f'"{last}"' if isinstance(last, str) else f"entry {last + 1} of {_named(at[:-1])}"


def _seen(value: Any) -> str:
    """A value, in the words of a message."""
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
