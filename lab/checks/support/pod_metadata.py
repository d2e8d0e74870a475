"""Pods that differ in their metadata alone: as somebody makes them, or as a policy names them. Pure.

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

_MOST_KEYS, _MOST_VALUES = 40, 8
_WORD = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'([^\'\n]*)\'|`([^`\n]*)`|\.\??([A-Za-z_]\w*)')
_ABOUT = re.compile(r"labels|annotations|metadata|\bname\b")
_KEY = re.compile(r"(?:[a-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_USUAL = frozenset(
    "containers initContainers ephemeralContainers msg details input review object spec image metadata labels "
    "annotations".split()
)


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
    selected = _selected((spec.get("match") or {}).get("labelSelector") or {})
    given = texts(spec.get("parameters"))
    code = "\n".join(texts(template.get("spec", {}).get("targets")))
    if not _ABOUT.search(code):
        return tuple(selected)
    quoted, every = _words(code)
    every = [word for word in (*given, *every) if word not in _USUAL]
    keys = [word for word in dict.fromkeys(every) if _KEY.fullmatch(word)][:_MOST_KEYS]
    values = [word for word in dict.fromkeys([*given, *quoted, "true"]) if word not in _USUAL and _usable(word)]
    looks = [_all(dict.fromkeys(keys, value), value) for value in values[:_MOST_VALUES]]
    return (*selected, *looks, _all({key: value for key, value in pairwise(every) if key in keys}, ""))


def texts(value: Any) -> list[str]:
    """Every text in a value of YAML."""
    if isinstance(value, str):
        return [value]
    entries = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [text for entry in entries for text in texts(entry)]


def _selected(selector: Mapping[str, Any]) -> Iterator[Look]:
    """A pod for each expression of a label selector that leaves out pods which have a label."""
    for entry in selector.get("matchExpressions") or []:
        if entry.get("operator") in ("DoesNotExist", "NotIn"):
            key, value = str(entry["key"]), str((entry.get("values") or ["true"])[0])
            yield _look(f"with the label {key}={value}", labels={key: value})


def _all(wanted: Mapping[str, str], name: str) -> Look:
    labels = {key: value for key, value in wanted.items() if _VALUE.fullmatch(value)}
    shown = ", ".join(f"{key}={value}" for key, value in list(labels.items())[:3])
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    called = _as_name(name)
    metadata: dict[str, Any] = {"labels": labels, "annotations": dict(wanted)} | ({"name": called} if called else {})
    named = f"with the name {called}" if called else "with a name of its own"
    return _look(f"{named} and labels and annotations that the policy speaks of ({shown}{more})", **metadata)


def _usable(word: str) -> bool:
    """Whether a word can be the value of a label, or a pod's name."""
    return bool(_VALUE.fullmatch(word) or _as_name(word))


def _as_name(word: str) -> str:
    """A word, or what begins or ends with it, as the name of a pod; empty where it cannot be one."""
    name = f"{'' if word[:1].isalnum() else 'x'}{word}{'' if word[-1:].isalnum() else 'x'}"
    return name if re.fullmatch(r"[a-z0-9](?:[-a-z0-9]{0,60}[a-z0-9])?", name) and word else ""


def _words(code: str) -> tuple[list[str], list[str]]:
    """The texts in quotes, and these with the names of fields between them; those of lines about metadata first."""
    lines = sorted(code.splitlines(), key=lambda line: not _ABOUT.search(line))
    found = [match for line in lines for match in _WORD.findall(line)]
    every = [next(filter(None, match), "") for match in found]
    return [word for word, match in zip(every, found, strict=True) if not match[3]], every


def _owner(version: str, kind: str, name: str, chance: random.Random) -> dict[str, Any]:
    uid = str(UUID(int=chance.getrandbits(128), version=4))
    return {"apiVersion": version, "kind": kind, "name": name, "uid": uid, "controller": True}


def _look(said: str, **metadata: Any) -> Look:
    return Look(said, json.dumps(metadata))


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(ascii_lowercase, k=7))
