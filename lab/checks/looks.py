"""How pods look that differ in nothing but their metadata: as somebody makes them, or as a policy names them. Pure.

A policy that leaves out pods by a label, an annotation, an owner or a name lets in whoever makes such a pod.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase, digits
from typing import Any
from uuid import UUID

_MOST_KEYS, _MOST_VALUES = 30, 6
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'([^\'\n]*)\'|`([^`\n]*)`|\b(?:labels|annotations)\.\??(\w+)')
_ABOUT = re.compile(r"labels|annotations|metadata|\bname\b")
_KEY = re.compile(r"(?:[a-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Look:
    """A pod's metadata as JSON, and what a sentence says of such a pod."""

    said: str = ""
    metadata: str = ""

    @property
    def labels(self) -> Mapping[str, str]:
        """The pod's labels."""
        return dict(json.loads(self.metadata or "{}").get("labels") or {})


PLAIN = Look()
"""A pod with a name, and nothing else."""


def usual(nonce: str) -> tuple[Look, ...]:
    """Pods as `kubectl run`, a ReplicaSet and a Job make them."""
    chance = random.Random(f"looks {nonce}")
    name, key = _word(chance), "".join(chance.choices(ascii_lowercase + digits, k=10))
    job = {"batch.kubernetes.io/job-name": name, "job-name": name}
    owners = _owner("apps/v1", "ReplicaSet", f"{name}-{key}", chance), _owner("batch/v1", "Job", name, chance)
    return (
        _look(f"as kubectl run makes it (label run={name})", name=name, labels={"run": name}),
        _look(
            "as a ReplicaSet makes it",
            generateName=f"{name}-{key}-",
            labels={"app": name, "pod-template-hash": key},
            ownerReferences=[owners[0]],
        ),
        _look("as a Job makes it", generateName=f"{name}-", labels=job, ownerReferences=[owners[1]]),
    )


def named_in(template: Mapping[str, Any], constraint: Mapping[str, Any]) -> tuple[Look, ...]:
    """Pods with the names, labels and annotations that a template or a constraint speaks of; none where of nothing."""
    spec = constraint.get("spec") or {}
    selector = (spec.get("match") or {}).get("labelSelector") or {}
    texts = [*_texts(template.get("spec", {}).get("targets")), *_texts(spec.get("parameters"))]
    code = "\n".join(texts)
    if not _ABOUT.search(code):
        return tuple(_selected(selector))
    words = [*_texts(spec.get("parameters")), *_words(code)]
    keys = [word for word in dict.fromkeys(words) if _KEY.fullmatch(word)][:_MOST_KEYS]
    values = [word for word in dict.fromkeys([*words, "true"]) if _VALUE.fullmatch(word) or _as_name(word)]
    looks = [_all(keys, dict.fromkeys(keys, value), value) for value in values[:_MOST_VALUES]]
    looks.append(_all(keys, dict(pairwise(words)), ""))
    return (*_selected(selector), *looks)


def _selected(selector: Mapping[str, Any]) -> Iterator[Look]:
    """A pod for each expression of a label selector that leaves out pods which have a label."""
    for entry in selector.get("matchExpressions") or []:
        if entry.get("operator") in ("DoesNotExist", "NotIn"):
            key, value = str(entry["key"]), str((entry.get("values") or ["true"])[0])
            yield _look(f"with the label {key}={value}", labels={key: value})


def _all(keys: list[str], wanted: Mapping[str, str], name: str) -> Look:
    labels = {key: value for key, value in wanted.items() if key in keys and _VALUE.fullmatch(value)}
    shown = ", ".join(f"{key}={value}" for key, value in list(labels.items())[:3])
    more = " and others" if len(labels) > 3 else ""
    called = _as_name(name)
    metadata: dict[str, Any] = {"labels": labels, "annotations": dict(wanted)} | ({"name": called} if called else {})
    said = f"with words of the policy as its {'name, ' if called else ''}labels and annotations ({shown}{more})"
    return _look(said, **metadata)


def _as_name(word: str) -> str:
    """A word, or what begins or ends with it, as the name of a pod; empty where it cannot be one."""
    name = f"{'' if word[:1].isalnum() else 'x'}{word}{'' if word[-1:].isalnum() else 'x'}"
    return name if re.fullmatch(r"[a-z0-9](?:[-a-z0-9]{0,60}[a-z0-9])?", name) and word else ""


def _words(code: str) -> list[str]:
    """The texts in quotes and the names of labels, those on lines about metadata first."""
    lines = sorted(code.splitlines(), key=lambda line: not _ABOUT.search(line))
    return [next(filter(None, found), "") for line in lines for found in _LITERAL.findall(line)]


def _texts(value: Any) -> list[str]:
    """Every text in a value of YAML."""
    if isinstance(value, str):
        return [value]
    entries = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [text for entry in entries for text in _texts(entry)]


def _owner(version: str, kind: str, name: str, chance: random.Random) -> dict[str, Any]:
    uid = str(UUID(int=chance.getrandbits(128), version=4))
    return {"apiVersion": version, "kind": kind, "name": name, "uid": uid, "controller": True}


def _look(said: str, **metadata: Any) -> Look:
    return Look(said, json.dumps(metadata))


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(ascii_lowercase, k=7))
