"""The policy as it is written: YAML, read strictly, every problem told at once with its line.

docs/webhook.md describes the form to those who write it.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

import yaml

from lab.webhook.policy import DigestRule, Policy, Repositories, Scope, TagRule, Trusted
from lab.webhook.reference import BadReference, parse

FORMAT_VERSION = 1
LARGEST = 256 * 1024
"""Of the file, in bytes. PyYAML reads about 100 KiB a second, beside the requests."""

T = TypeVar("T")
_TEXT = "tag:yaml.org,2002:str"
_TAG_CHECK = "registry.example/x"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a policy, and its line in the file, from 1."""

    line: int
    message: str


class BadPolicy(ValueError):
    """A policy that cannot be used, with all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("; ".join(f"line {problem.line}: {problem.message}" for problem in self.problems))


def read(content: bytes) -> Policy:
    """The policy that a file's content describes.

    Raises:
        BadPolicy: it describes none.
    """
    if len(content) > LARGEST:
        raise BadPolicy([Problem(1, f"the file has more than {LARGEST} bytes")])
    reader = _Reader()
    policy = reader.policy(_root(content), hashlib.sha256(content).hexdigest()[:12])
    if reader.problems or policy is None:
        raise BadPolicy(reader.problems)
    return policy


def _root(content: bytes) -> yaml.Node:
    try:
        node = yaml.compose(content.decode("utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadPolicy([Problem(line, "this is not UTF-8 text")]) from None
    except RecursionError:
        raise BadPolicy([Problem(1, "this is nested too deeply")]) from None
    except yaml.YAMLError as error:
        raise BadPolicy([_yaml_problem(error)]) from None
    if node is None:
        raise BadPolicy([Problem(1, "the file is empty")])
    return node


def _yaml_problem(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    parts = (getattr(error, "context", None), getattr(error, "problem", None))
    said = ", ".join(part for part in parts if part) or str(error).replace("\n", " ")
    return Problem(mark.line + 1 if mark else 1, f"this is not YAML: {said}")


class _Reader:
    """Makes rules of YAML nodes and collects problems. A method that finds one returns what does not matter then."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def policy(self, node: yaml.Node, digest: str) -> Policy | None:
        known = ("format_version", "trusted", "forbidden_tags", "digest_required")
        keys = self._mapping(node, known, required=("format_version", "trusted"))
        if version := keys.get("format_version"):
            self._version(version)
        trusted = self._trusted(keys["trusted"]) if "trusted" in keys else None
        tags = self._each(keys.get("forbidden_tags"), self._tag_rule)
        digests = self._each(keys.get("digest_required"), self._digest_rule)
        return Policy(trusted, tags, digests, digest) if trusted else None

    def _version(self, node: yaml.Node) -> None:
        if not isinstance(node, yaml.ScalarNode) or node.value != str(FORMAT_VERSION):
            self._problem(node, f"format_version must be {FORMAT_VERSION}")

    def _trusted(self, node: yaml.Node) -> Trusted:
        keys = self._mapping(node, ("registries", "repositories", "reason"), required=("reason",))
        registries = self._each(keys.get("registries"), self._registry)
        repositories = self._each(keys.get("repositories"), self._pattern)
        if isinstance(node, yaml.MappingNode) and not registries and not repositories:
            self._problem(node, "nothing is trusted: name registries or repositories, or no pod can start")
        return Trusted(frozenset(registries), Repositories.of(repositories), self._reason(keys))

    def _tag_rule(self, node: yaml.Node) -> TagRule:
        keys = self._mapping(node, ("tags", "repositories", "except", "reason"), required=("tags", "reason"))
        tags = self._each(keys.get("tags"), self._tag)
        if "tags" in keys and not tags:
            self._problem(keys["tags"], "tags names no tag")
        return TagRule(frozenset(tags), self._scope(keys), self._reason(keys))

    def _digest_rule(self, node: yaml.Node) -> DigestRule:
        keys = self._mapping(node, ("repositories", "except", "reason"), required=("reason",))
        return DigestRule(self._scope(keys), self._reason(keys))

    def _scope(self, keys: dict[str, yaml.Node]) -> Scope:
        but = Repositories.of(self._each(keys.get("except"), self._pattern))
        if "repositories" not in keys:
            return Scope(but=but)
        only = self._each(keys["repositories"], self._pattern)
        if not only:
            self._problem(keys["repositories"], "repositories is empty: leave it out if the rule is for all images")
        return Scope(Repositories.of(only), but)

    def _reason(self, keys: dict[str, yaml.Node]) -> str:
        if "reason" not in keys:
            return ""
        reason = " ".join(self._text(keys["reason"], "reason").split())
        if len(reason) > 500:
            self._problem(keys["reason"], "reason is longer than 500 characters")
        return reason

    def _registry(self, node: yaml.Node) -> str:
        name = self._text(node, "a registry")
        if name == "index.docker.io":
            self._problem(node, f'"{name}" is an old name: write "docker.io"')
        elif "/" in name:
            self._problem(node, f'"{name}" is no registry: put it under repositories, as "{name.rstrip("/*")}/*"')
        elif name and not _is_registry(name):
            self._problem(node, f'"{name}" is no registry: write a host name in lower case, with :PORT if it has one')
        return name

    def _pattern(self, node: yaml.Node) -> str:
        pattern = self._text(node, "a repository")
        name = pattern.removesuffix("/*")
        if not pattern or (name != pattern and _is_registry(name)):
            return pattern
        below = pattern[len(name) :].replace("*", "x")
        try:
            full = parse(name + below)
        except BadReference as error:
            self._problem(node, f'"{pattern}" {error}: write REGISTRY/REPOSITORY, or REGISTRY/PATH/* for all below')
            return pattern
        right = full.repository.removesuffix(below) + pattern[len(name) :]
        if right != pattern:
            self._problem(node, f'"{pattern}" is not the full name of a repository: write "{right}"')
        return pattern

    def _tag(self, node: yaml.Node) -> str:
        tag = self._text(node, "a tag")
        try:
            parse(f"{_TAG_CHECK}:{tag or 'x'}")
        except BadReference:
            self._problem(node, f'"{tag}" cannot be a tag')
        return tag

    def _each(self, node: yaml.Node | None, one: Callable[[yaml.Node], T]) -> tuple[T, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self._problem(node, "this must be a list: begin each entry with a dash")
            return ()
        return tuple(one(entry) for entry in node.value)

    def _text(self, node: yaml.Node, what: str) -> str:
        """The text of a node; empty, and a problem more, when it has none."""
        scalar = isinstance(node, yaml.ScalarNode)
        if scalar and node.tag == _TEXT and node.value.strip():
            return str(node.value)
        empty = scalar and not node.value.strip()
        advice = f': write "{node.value}" in quotes' if scalar and not empty else ""
        self._problem(node, f"{what} is empty" if empty else f"{what} must be text{advice}")
        return ""

    def _mapping(self, node: yaml.Node, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._problem(node, f"this must be a mapping with the keys {', '.join(known)}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if key not in known:
                near = get_close_matches(key, known, n=1)
                hint = f'; did you mean "{near[0]}"?' if near else f" (known: {', '.join(known)})"
                self._problem(key_node, f'"{key}" is not known here{hint}')
            elif key in found:
                self._problem(key_node, f'"{key}" is there twice')
            else:
                found[key] = value
        for key in required:
            if key not in found:
                self._problem(node, f'"{key}" is missing')
        return found

    def _problem(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, message))


def _is_registry(name: str) -> bool:
    """Whether an image name that begins so is one of that registry."""
    try:
        return parse(f"{name}/x/x").domain == name == name.lower()
    except BadReference:
        return False
