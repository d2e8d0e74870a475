"""YAML and JSON as Kubernetes reads them (sigs.k8s.io/yaml on go.yaml.in/yaml/v2), to Python's own types. Pure.

Differences from PyYAML: `y` and `n` are booleans, dates are text, there are no numbers of base 60, only the first
document counts, and a key that is there twice is wrong only where the reader is strict (else the last one counts).
"""

import json
import re
from collections.abc import Hashable, Mapping
from typing import Any

import yaml

_BOOLEAN = re.compile(r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF")
_TRUE = re.compile(r"(?i:y|yes|true|on)")
_NULL = re.compile(r"~|null|Null|NULL|")
_INTEGER = re.compile(r"[-+]?(0[bB][01_]+|0[oO]?[0-7_]+|0[xX][0-9a-fA-F_]+|[1-9][0-9_]*|0)")
_FLOAT = re.compile(r"[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?")
_RESOLVED = {"null": ("~nN", _NULL), "bool": ("yYnNtTfFoO", _BOOLEAN), "int": ("-+0123456789", _INTEGER)}
_RESOLVED |= {"float": ("-+.0123456789", _FLOAT), "merge": ("<", re.compile("<<"))}


class Flaw(Exception):
    """What is wrong with a file that Kubernetes is to read: a stable word, and a sentence."""

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(said)
        self.reason = reason
        self.said = said


def load(content: bytes, name: str, strict: bool = False) -> Any:
    """The first document of a file; `name` is what to call the file, `strict` minds keys that are there twice.

    Raises:
        Flaw: it is not YAML, or has a key twice.
    """
    try:
        text = content.decode()
        if text.lstrip().startswith("{"):
            return json.loads(text, object_pairs_hook=lambda pairs: _json_object(pairs, name, strict))
    except ValueError:  # not JSON: perhaps a flow mapping; not UTF-8: said below
        pass
    try:
        loader = (_StrictLoader if strict else _Loader)(content)
        try:
            return loader.get_data()
        finally:
            loader.dispose()
    except _Twice as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Flaw("duplicate-key", f"{name} has the key {error.problem} twice, again in line {line}") from None
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", in line {mark.line + 1}" if mark else ""
        said = f": {problem}" if (problem := getattr(error, "problem", None)) else ""
        raise Flaw("not-yaml", f"{name} is not YAML{where}{said}") from None


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """A mapping; nothing at all is an empty one.

    Raises:
        Flaw: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Flaw("wrong-type", f"{what} is {shown(value)}; it has to be a mapping")
    return value


def entries(value: Any, key: str, name: str) -> list[Mapping[str, Any]]:
    """The mappings of a list; nothing at all is an empty one. `key` in the file `name` is where it is.

    Raises:
        Flaw: it is something else.
    """
    if value is not None and not isinstance(value, list):
        raise Flaw("wrong-type", f"{key} in {name} is {shown(value)}; it has to be a list")
    return [mapping(entry, f"an entry of {key} in {name}") for entry in value or ()]


def text(value: Any, what: str) -> str:
    """A text; nothing at all is an empty one.

    Raises:
        Flaw: it is something else.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Flaw("wrong-type", f"{what} is {shown(value)}; it has to be a text")
    return value


def shown(value: Any) -> str:
    """A value in the words of a message."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return f'the text "{value[:60]}"'
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Twice(yaml.constructor.ConstructorError):
    """A key is there twice."""


class _Loader(yaml.SafeLoader):
    """Resolves plain values as go.yaml.in/yaml/v2 does (resolve.go)."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own)
    strict = False

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if self.strict and isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise _Twice(None, None, key.value, key.start_mark)
                seen.add(key.value)
        return {_key(key): value for key, value in super().construct_mapping(node, deep).items()}

    def construct_integer(self, node: Any) -> int:
        digits = node.value.replace("_", "").lower()
        octal = re.fullmatch(r"([-+]?)0([0-7]+)", digits)
        return int(f"{octal[1]}0o{octal[2]}" if octal else digits, 0)

    def construct_real(self, node: Any) -> float | int:
        value = float(node.value.replace("_", ""))
        return int(value) if value.is_integer() and abs(value) < 1e21 else value  # as Go writes it into JSON

    def construct_truth(self, node: Any) -> bool:
        if not _BOOLEAN.fullmatch(node.value):
            raise yaml.constructor.ConstructorError(None, None, "cannot be a boolean", node.start_mark)
        return bool(_TRUE.fullmatch(node.value))


class _StrictLoader(_Loader):
    strict = True


for _tag, (_first, _form) in _RESOLVED.items():
    _whole = re.compile(f"(?:{_form.pattern})$")
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _whole, list(_first) + ([""] if _tag == "null" else []))
_StrictLoader.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
for _kind in (_Loader, _StrictLoader):
    _kind.add_constructor("tag:yaml.org,2002:int", _kind.construct_integer)
    _kind.add_constructor("tag:yaml.org,2002:float", _kind.construct_real)
    _kind.add_constructor("tag:yaml.org,2002:bool", _kind.construct_truth)


def _key(key: Hashable) -> Hashable:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _json_object(pairs: list[tuple[str, Any]], name: str, strict: bool) -> dict[str, Any]:
    result = dict(pairs)
    if strict and len(result) != len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise Flaw("duplicate-key", f"{name} has the key {twice} twice")
    return result
