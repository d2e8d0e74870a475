"""YAML and JSON as Kubernetes' decoders read them, to Python's own types. Pure.

Each caller says which decoder reads the file: they differ in what begins with `{`, and in what they let pass.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.checks.base import Fault
from lab.checks.support import go_yaml_values


@dataclass(frozen=True)
class Decoder:
    """One of Kubernetes' decoders.

    Attributes:
        json: what begins with `{` is JSON. Else all is YAML, of which JSON is a part.
        or_yaml: where that JSON is wrong, it is read as YAML after all; and what follows the first value or a line
            that begins with `---` is passed over.
        strict: a key that is there twice is wrong. Else the last one counts.
    """

    json: bool = True
    or_yaml: bool = False
    strict: bool = False


KUBELET = Decoder()
"""A static pod's manifest: pkg/kubelet/config/common.go, tryDecodeSinglePod."""
ADMISSION = Decoder(strict=True)
"""The API server's admission configuration: k8s.io/apiserver, pkg/admission/config.go."""
PLUGIN = Decoder(or_yaml=True)
"""The file of ImagePolicyWebhook itself: NewYAMLOrJSONDecoder of k8s.io/apimachinery, pkg/util/yaml."""
CLIENTCMD = Decoder(json=False)
"""A kubeconfig: k8s.io/client-go, tools/clientcmd/api/latest."""

_BRACE = re.compile(r"[^\S\x1c-\x1f]*\{")
_SPACE = re.compile(rb"[ \t\v\f\r]*\n?")  # YAMLOrJSONDecoder.consumeWhitespace
_SEPARATOR = re.compile(rb"---([^\r\n]*)")


def load(content: bytes, name: str, decoder: Decoder) -> Any:
    """The first document of a file, None when there is nothing in it.

    Args:
        content: of the file.
        name: what to call the file.
        decoder: which of Kubernetes' decoders reads it.

    Raises:
        Fault: it cannot be read, or has a key twice where that is wrong.
    """
    text = content.decode(errors="replace")
    if decoder.json and _BRACE.match(text):
        try:
            return _json(text, name, decoder)
        except Fault:
            if not decoder.or_yaml:
                raise
            try:
                return _yaml(_SPACE.sub(b"", content, count=1), name, decoder)
            except Fault:
                pass  # what is wrong with it as JSON says more
            raise
    return _yaml(content, name, decoder)


def _yaml(content: bytes, name: str, decoder: Decoder) -> Any:
    try:
        return go_yaml_values.first_document(_first(content, name) if decoder.or_yaml else content, decoder.strict)
    except go_yaml_values.Twice as twice:
        raise Fault("duplicate-key", f"{name} has the key {twice.said} twice, again in line {twice.line}") from None
    except go_yaml_values.Broken as broken:
        where = f", in line {broken.line}" if broken.line else ""
        raise Fault("not-yaml", f"{name} is not YAML{where}: {broken.said}") from None


def _first(content: bytes, name: str) -> bytes:
    """The lines up to one that begins with `---`, as YAMLReader cuts them."""
    kept: list[bytes] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if separator := _SEPARATOR.match(line):
            if (rest := separator[1].strip()) and not rest.startswith(b"#"):
                said = f"nothing but a comment may stand behind the --- in line {number}"
                raise Fault("not-yaml", f"{name} is not YAML: {said}")
            if kept:
                break
        kept.append(line)
    return b"\n".join(kept)


def _json(text: str, name: str, decoder: Decoder) -> Any:
    def no_number(word: str) -> Any:
        raise Fault("not-json", f"{name} begins with {{, so it is read as JSON, which knows no {word}")

    reader = json.JSONDecoder(
        object_pairs_hook=lambda pairs: _json_object(pairs, name, decoder.strict), parse_constant=no_number
    )
    try:
        value = reader.raw_decode(text.lstrip())[0] if decoder.or_yaml else reader.decode(text)
    except json.JSONDecodeError as error:
        said = f"{name} begins with {{, so it is read as JSON, and is none, in line {error.lineno}"
        raise Fault("not-json", f"{said}: {_problem(error)}") from None
    except RecursionError:
        raise Fault("not-json", f"{name} is nested too deeply") from None
    if "\\ud" in text.lower():  # a half of a character stands for none
        value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    return value


def _problem(error: json.JSONDecodeError) -> str:
    """What is wrong there, for what people take over from YAML and JavaScript."""
    before, rest = error.doc[: error.pos].rstrip(), error.doc[error.pos :].lstrip()
    if rest.startswith(("#", "//", "/*")):
        return "JSON has no comments"
    if (before.endswith(",") and rest[:1] in ("}", "]")) or rest.startswith(","):
        return "there is a comma before the end of a list or an object, or one too many"
    if rest.startswith("'"):
        return "a text stands between double quotes, not single ones"
    return error.msg


def _json_object(pairs: list[tuple[str, Any]], name: str, strict: bool) -> dict[str, Any]:
    result = dict(pairs)
    if strict and len(result) != len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise Fault("duplicate-key", f"{name} has the key {twice} twice")
    return result


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """A mapping; nothing at all is an empty one.

    Raises:
        Fault: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Fault("wrong-type", f"{what} is {shown(value)}; it has to be a mapping")
    return value


def entries(value: Any, key: str, name: str) -> list[Mapping[str, Any]]:
    """The mappings of a list; nothing at all is an empty one. `key` in the file `name` is where it is.

    Raises:
        Fault: it is something else.
    """
    if value is not None and not isinstance(value, list):
        raise Fault("wrong-type", f"{key} in {name} is {shown(value)}; it has to be a list")
    return [mapping(entry, f"an entry of {key} in {name}") for entry in value or ()]


def text(value: Any, what: str) -> str:
    """A text; nothing at all is an empty one.

    Raises:
        Fault: it is something else.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Fault("wrong-type", f"{what} is {shown(value)}; it has to be a text")
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
