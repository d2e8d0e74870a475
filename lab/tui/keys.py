"""Keys by the names that people and Textual give them, and the bindings that the settings may change."""

import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, format_key

from lab.catalog.decode import did_you_mean

_MODIFIERS = ("ctrl", "shift", "alt", "meta", "super", "hyper")


@dataclass(frozen=True)
class Bound:
    """A binding that has an id: its keys as they are without settings, what it does, and the class that has it."""

    keys: tuple[str, ...]
    does: str
    owner: type[DOMNode]


def bindings(parts: Iterable[type[DOMNode]]) -> dict[str, Bound]:
    """The bindings of these classes by their ids; a class's own only, not those of its bases."""
    found: dict[str, Bound] = {}
    for part in parts:
        for key, each in BindingsMap(part.__dict__.get("BINDINGS", [])):
            if each.id:
                before = found[each.id].keys if each.id in found else ()
                found[each.id] = Bound((*before, key), each.tooltip or each.description, part)
    return found


def parts_loaded() -> Iterator[type[DOMNode]]:
    """Every app, screen and widget of the lab that was imported."""
    todo, seen = [DOMNode], set[type[DOMNode]]()
    while todo:
        part = todo.pop()
        if part not in seen:
            seen.add(part)
            todo += part.__subclasses__()
            if part.__module__.startswith("lab."):
                yield part


def normal(keys: str) -> str:
    """Keys with commas between them, by Textual's names: `ctrl+]` is `ctrl+right_square_bracket`.

    Raises:
        ValueError: one of them is no key; says which, and the nearest that is one.
    """
    parts = [","] if keys.strip() == "," else keys.split(",")
    return ",".join(_normal(part.strip()) for part in parts)


def clashes(changed: Mapping[str, str], known: Mapping[str, Bound]) -> Iterator[tuple[str, str]]:
    """The ids among `changed` that would take a key of another binding of the same screen, and a sentence each."""
    keys = {id: tuple(changed[id].split(",")) if id in changed else bound.keys for id, bound in known.items()}
    for id in changed:
        for other, bound in known.items():
            if other != id and bound.owner is known[id].owner and (both := set(keys[id]) & set(keys[other])):
                yield id, f'"{id}" and "{other}" would both have the key {min(both)}'


def _normal(key: str) -> str:
    if len(key) == 2 and key[0] == "^":
        key = f"ctrl+{key[1]}"
    *modifiers, base = key.split("+") if not key.endswith("+") else [*key[:-1].rstrip("+").split("+"), "+"]
    modifiers = [word.strip().lower() for word in modifiers if word]
    if strange := [word for word in modifiers if word not in _MODIFIERS]:
        raise ValueError(f'"{key}" is no key: "{strange[0]}"{did_you_mean(strange[0], _MODIFIERS)}')
    if modifiers == ["shift"] and len(base) == 1 and base.isalpha():
        modifiers, base = [], base.upper()  # which is what a terminal sends
    if len(base) == 1:
        base = _name(base.lower() if "ctrl" in modifiers else base)
    elif base.lower() in _names():
        base = base.lower()
    else:
        raise ValueError(f'"{key}" is no key{_near(base)}')
    return "+".join([*modifiers, base])


def _near(base: str) -> str:
    advice = did_you_mean(base.lower(), _names())
    return advice if "did you mean" in advice else ": a letter, a sign, or a name such as enter, f5, pagedown"


def _name(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _names() -> set[str]:
    named = {key.value for key in Keys if "+" not in key.value and "<" not in key.value}
    return named | {_name(sign) for sign in string.punctuation} | {"space"}


def pressed(key: str) -> str:
    """How a key is written for people: `Ctrl-]`, `Enter`, `?`."""
    *modifiers, base = key.split("+")
    shown = {"enter": "Enter", "escape": "Esc"}.get(base) or format_key(base)
    return "-".join([*(word.capitalize() for word in modifiers), shown])
