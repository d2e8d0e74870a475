"""Reads data files into plain values with the line of each, and reports what is wrong with them.

PyYAML's safe loader does the reading; what it would pass over in silence (a key that is there twice) and
what data has no need of (aliases, tags, keys that are not text) is a problem here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lab import paths

Place = tuple[str | int, ...]
"""The place of a value in a document: keys of mappings, indexes of lists."""

_CONTAINERS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


class PlainLoader(yaml.SafeLoader):
    """Reads timestamps as text, as the kubelet does (go.yaml.in/yaml/v2, decode.go)."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own)
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with data, and where: the file and the line in it, from 1."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        checkout = paths.PACKAGE.parent
        file = self.file.relative_to(checkout) if self.file.is_relative_to(checkout) else self.file
        return f"{file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Document:
    """A file's value (mappings, lists, scalars) and the lines of its parts, by place."""

    file: Path
    value: Any
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, *place: str | int) -> int:
        """The line of the value at a place (of its key, in a mapping), or of what it would be in."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def get(self, *place: str | int) -> Any:
        """The value at a place, None where there is none."""
        value = self.value
        for key in place:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def each(self, *place: str | int) -> list[Place]:
        """The places of the entries of the list at a place; none when it is no list."""
        value = self.get(*place)
        return [(*place, index) for index in range(len(value))] if isinstance(value, list) else []

    def problem(self, message: str, *place: str | int) -> Problem:
        """A problem with the value at a place."""
        return Problem(self.file, self.line(*place), message)


def read_text(file: Path, problems: list[Problem]) -> str | None:
    """The text of a file; None, and a problem more, when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.append(Problem(file, 1, "this file is missing"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.append(Problem(file, line, "this is not UTF-8 text"))
    except OSError as error:
        problems.append(Problem(file, 1, f"this file cannot be read: {error.strerror}"))
    return None


def parse(file: Path, problems: list[Problem]) -> Document | None:
    """Read a YAML file; None when it is no YAML. What is wrong with it is added to `problems`."""
    text = read_text(file, problems)
    return None if text is None else parse_text(file, text, problems)


def parse_text(file: Path, text: str, problems: list[Problem]) -> Document | None:
    """As `parse`, of a text that a file has or is to have."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # a character that YAML forbids
        problems.append(Problem(file, 1, f"this is not YAML: {error}"))
        return None
    try:
        node = loader.get_single_node()
        builder = _Builder(file, loader, problems)
        value = None if node is None else builder.build(node, ())
    except yaml.YAMLError as error:
        problems.append(Problem(file, _line_of(error), f"this is not YAML: {_said(error)}"))
        return None
    except RecursionError:
        problems.append(Problem(file, 1, "this is nested too deeply"))
        return None
    finally:
        loader.dispose()
    return Document(file, value, builder.lines)


class _Builder:
    """Makes plain values of YAML nodes and notes their lines."""

    def __init__(self, file: Path, loader: yaml.SafeLoader, problems: list[Problem]) -> None:
        self.lines: dict[Place, int] = {}
        self._file = file
        self._loader = loader
        self._problems = problems
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, place: Place) -> Any:
        """The value of a node; None where there is a problem with it."""
        self.lines.setdefault(place, _line(node))
        if id(node) in self._seen:  # an alias is the same node again, and may hold itself
            return self._wrong("aliases (*name) are not used in exercise data: write it out", self.lines[place])
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in _CONTAINERS:
            return self._wrong(f"tags ({node.tag}) are not used in exercise data", _line(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.build(entry, (*place, index)) for index, entry in enumerate(node.value)]
        return self._mapping(node, place)

    def _mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                self._wrong("a key must be text: put it in quotes", _line(key_node))
            elif key in result:
                first = self.lines[(*place, key)]
                self._wrong(f'the key "{key}" is there twice: first in line {first}', _line(key_node))
            else:
                self.lines[(*place, key)] = _line(key_node)
                result[key] = self.build(value_node, (*place, key))
        return result

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            return self._loader.construct_object(node)
        # not YAML's own: such as the date 2021-02-31, `!!timestamp soon`, `!!bool soon`, `!!int ""`
        except (yaml.YAMLError, ValueError, LookupError, AttributeError) as error:
            why = _said(error) if isinstance(error, (yaml.YAMLError, ValueError)) else f"it is no {node.tag}"
            return self._wrong(f'"{node.value}" cannot be read: {why}', _line(node))

    def _wrong(self, message: str, line: int) -> None:
        self._problems.append(Problem(self._file, line, message))


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _line_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def _said(error: Exception) -> str:
    parts = (getattr(error, "context", None), getattr(error, "problem", None))
    return ", ".join(part for part in parts if part) or str(error)
