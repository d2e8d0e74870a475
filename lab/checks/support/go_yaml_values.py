"""The first document of a YAML text as go.yaml.in/yaml/v2 reads it and sigs.k8s.io/yaml makes JSON of it. Pure.

libyaml, of which Go's parser is a translation, tells the events; what they mean is told by decode.go and resolve.go:
`y` and `n` are booleans, dates are text, there are no numbers of base 60, tags of one's own are passed over, merges
count in their place, and every key becomes text.
"""

import base64
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml._yaml import CParser

_WORDS: dict[str, Any] = {"": None}
for _words, _value in (
    ("y yes on true", True), ("n no off false", False), ("null", None), (".inf +.inf", math.inf), ("-.inf", -math.inf),
):  # fmt: skip
    _WORDS |= {form: _value for word in _words.split() for form in (word, word.upper(), word.capitalize())}
_WORDS |= {"~": None, ".Inf": math.inf, "+.Inf": math.inf, "-.Inf": -math.inf}
_WORDS |= dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan)
_MERGE = "<<"
_INTEGER = re.compile(r"([-+]?)(?:0[bB](?P<b>[01]+)|0[oO]?(?P<o>[0-7]+)|0[xX](?P<x>[0-9a-fA-F]+)|(?P<d>[1-9][0-9]*|0))")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_TAG = "tag:yaml.org,2002:"
_KINDS = {"null": type(None), "bool": bool, "int": int, "float": float, "str": str}
_MOST = 400_000  # values: what is longer is no manifest, but aliases of aliases


class Broken(Exception):
    """It is no such document: a line, from 1 (0 where none can be told), and what is wrong there."""

    def __init__(self, line: int, said: str) -> None:
        super().__init__(said)
        self.line = line
        self.said = said


class Twice(Broken):
    """A key is there twice; `said` is the key."""


@dataclass
class _Node:
    """A scalar, a list, a mapping (its keys and values in turn) or an alias (of its one child)."""

    line: int
    tag: str = ""
    plain: bool = False
    text: str = ""
    kind: str = "scalar"
    children: list["_Node"] = field(default_factory=list)


def first_document(content: bytes, strict: bool) -> Any:
    """Its value; None when there is nothing in it. `strict`: minds keys that are there twice.

    Raises:
        Broken: it is not YAML, or cannot be made JSON.
    """
    try:
        parser = CParser(content)
        try:
            root = _compose(parser)
        finally:
            parser.dispose()
        return None if root is None else _Values(strict).of(root)
    except yaml.YAMLError as error:
        mark, lines = getattr(error, "problem_mark", None), content.splitlines() or [b""]
        line = min(mark.line + 1, len(lines)) if mark else 0  # the end of the file is no line of its own
        raise Broken(line, getattr(error, "problem", None) or str(error)) from None
    except UnicodeDecodeError:
        raise Broken(0, "it is not UTF-8") from None
    except RecursionError:
        raise Broken(0, "it is nested too deeply") from None


def _compose(parser: Any) -> _Node | None:
    """The root of the first document."""
    named: dict[str, _Node] = {}

    def node(event: Any) -> _Node:
        made = _Node(_line(event))
        if isinstance(event, yaml.AliasEvent):
            made.kind, made.text = "alias", str(event.anchor)
            if made.text not in named:
                raise Broken(made.line, f"there is no anchor &{made.text}")
            made.children.append(named[made.text])
            return made
        if event.anchor:
            named[event.anchor] = made
        made.tag = event.tag or ""
        if isinstance(event, yaml.ScalarEvent):
            made.plain, made.text = event.implicit[0], event.value
            return made
        made.kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
        while not isinstance(inner := parser.get_event(), yaml.SequenceEndEvent | yaml.MappingEndEvent):
            made.children.append(node(inner))
        return made

    while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
        if isinstance(event, yaml.DocumentStartEvent) and event.version not in (None, (1, 1)):
            raise Broken(_line(event), "%YAML has to be 1.1")
        if isinstance(event, yaml.NodeEvent):
            root = node(event)
            parser.get_event()  # what follows the document has to be the end of it
            return root
    return None


class _Values:
    """Makes values of nodes."""

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self._open: set[int] = set()
        self._count = 0

    def of(self, node: _Node) -> Any:
        """The value of a node, as JSON would have it."""
        self._count += 1
        if self._count > _MOST:
            raise Broken(node.line, "it has too many values, by aliases of aliases")
        if node.kind == "alias":
            return self._through(node, self.of)
        if node.kind == "scalar":
            return _shaped(_scalar(node), node)
        if node.kind == "list":
            return [self.of(child) for child in node.children]
        found: dict[tuple[type, Any], Any] = {}
        self._fill(node, found)
        return {_key(key): value for (_, key), value in found.items()}

    def _through(self, node: _Node, then: Callable[[_Node], Any]) -> Any:
        if id(node) in self._open:
            raise Broken(node.line, f"the anchor &{node.text} contains itself")
        self._open.add(id(node))
        value = then(node.children[0])
        self._open.remove(id(node))
        return value

    def _fill(self, node: _Node, found: dict[tuple[type, Any], Any]) -> None:
        """Put a mapping's keys and values into another: keys are told apart by their types, too."""
        for key, value in zip(node.children[::2], node.children[1::2], strict=True):
            if _is_merge(key):
                self._merge(value, found)
                continue
            name = self._name(key)
            made = self.of(value)
            if self._strict and (type(name), name) in found:
                raise Twice(key.line, str(name))
            found[type(name), name] = made

    def _merge(self, node: _Node, found: dict[tuple[type, Any], Any]) -> None:
        """Of a list the first wins, so it is put in last."""
        for child in reversed(node.children) if node.kind == "list" else [node]:
            meant = child.children[0] if child.kind == "alias" else child
            if meant.kind != "mapping":
                raise Broken(child.line, "what is merged by << has to be a mapping, or a list of them")
            self._through(child, lambda one: self._fill(one, found)) if child is not meant else self._fill(meant, found)

    def _name(self, node: _Node) -> Any:
        meant = node.children[0] if node.kind == "alias" else node
        name = _scalar(meant) if meant.kind == "scalar" else None
        if name is None:
            raise Broken(node.line, "a key has to be a text, a number or a boolean")
        return name


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _is_merge(node: _Node) -> bool:
    return node.kind == "scalar" and node.text == _MERGE and (node.plain or node.tag == f"{_TAG}merge")


def _scalar(node: _Node) -> Any:
    short = node.tag.removeprefix(_TAG)
    if not node.tag:
        return _resolved(node.text) if node.plain else node.text
    if short == "binary":
        try:
            return base64.b64decode(re.sub(r"[\r\n]", "", node.text), validate=True).decode(errors="replace")
        except ValueError:
            raise Broken(node.line, "!!binary is not base64") from None
    if short == "timestamp" and _TIME.fullmatch(node.text):
        return node.text
    if short not in _KINDS and short != "timestamp":
        return node.text  # a tag of one's own says nothing
    value = node.text if short == "str" else _resolved(node.text)
    if short == "float" and type(value) is int:
        return float(value)
    if short == "timestamp" or type(value) is not _KINDS[short]:
        raise Broken(node.line, f'"{node.text[:40]}" is no !!{short}')
    return value


def _resolved(text: str) -> Any:
    """What a plain scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == ".":
        return _float(text, text)
    if text[0] in "+-0123456789":
        digits = text.replace("_", "")
        if found := _INTEGER.fullmatch(digits):
            base, number = next((base, found[name]) for base, name in ((2, "b"), (8, "o"), (16, "x"), (10, "d"))
                                if found[name])  # fmt: skip
            value = int(found[1] + number, base)
            if -(2**63) <= value < 2**64:
                return value
        return _float(digits, text)
    return text


def _float(digits: str, text: str) -> Any:
    """The number, or the text when it is none."""
    if _FLOAT.fullmatch(digits) and not math.isinf(value := float(digits)):
        return value
    return text


def _shaped(value: Any, node: _Node) -> Any:
    """As it is in JSON."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Broken(node.line, f"{node.text} cannot be written in JSON")
        return int(value) if value.is_integer() and abs(value) < 1e21 else value
    return value


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    return f"{key:g}" if isinstance(key, float) else str(key)
