"""Merges the lab's kubeconfig into the learner's, whose current context stays."""

import os
from pathlib import Path
from typing import Any

import yaml

from lab import paths
from lab.catalog.yaml_document import PlainLoader
from lab.errors import ClusterError

_LISTS = ("clusters", "contexts", "users")


def users_file() -> Path:
    """The file that kubectl would write to: the first of $KUBECONFIG that exists, else its last, or ~/.kube/config."""
    listed = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if not listed:
        return Path.home() / ".kube" / "config"
    return next((file for file in listed if file.exists()), listed[-1])


def merge(own: Path, into: Path, context: str) -> None:
    """Put cluster, context and user of one kubeconfig into another, in place of entries of the same name.

    Raises:
        ClusterError: the other file is not a kubeconfig; it is left as it is.
    """
    ours, theirs = _load(own), _load(into)
    for key in _LISTS:
        theirs[key] = _without(theirs, key, context) + [entry for entry in ours[key] if entry["name"] == context]
    theirs.setdefault("current-context", "")
    _save(into, theirs)


def remove(file: Path, context: str) -> None:
    """Remove the entries of a context from a kubeconfig; do nothing when they or the file do not exist."""
    if not file.exists():
        return
    content = _load(file)
    if not any(entry.get("name") == context for key in _LISTS for entry in content.get(key) or []):
        return
    for key in _LISTS:
        content[key] = _without(content, key, context)
    if content.get("current-context") == context:
        content["current-context"] = ""
    _save(file, content)


def _without(content: dict[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    return [entry for entry in content.get(key) or [] if entry.get("name") != name]


def _load(file: Path) -> dict[str, Any]:
    empty: dict[str, Any] = {"apiVersion": "v1", "kind": "Config", "preferences": {}}
    if not file.exists():
        return empty
    try:
        content = yaml.load(file.read_text(), PlainLoader) or empty
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ClusterError(f"{file} is not YAML, and was left as it is: {error}", "Mend it, then: lab up") from error
    if not isinstance(content, dict) or not all(_is_list(content.get(key)) for key in _LISTS):
        raise ClusterError(f"{file} is not a kubeconfig, and was left as it is.", "Mend it, then: lab up")
    return content


def _is_list(entries: Any) -> bool:
    return entries is None or (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries))


def _save(file: Path, content: dict[str, Any]) -> None:
    target = file.resolve()  # a link stays a link
    if target.parent.exists():
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            yaml.safe_dump(content, stream, sort_keys=False)
        draft.replace(target)
    else:
        paths.write_private(target, yaml.safe_dump(content, sort_keys=False).encode())
