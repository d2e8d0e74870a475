"""Evidence as it was recorded on a real cluster: one look at a healthy one, and what differs from it in others."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from lab.why.diagnosis import diagnose
from lab.why.evidence import Evidence
from lab.why.records import Container, File, Process, Reply, Said

FOLDER = Path(__file__).parents[1] / "unit" / "why" / "recorded"
MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
_LOGS = ("journal", "containerd_journal")


@cache
def healthy() -> Evidence:
    """A cluster right after `lab up`."""
    return _load(json.loads((FOLDER / "healthy.json").read_text()), Evidence(0.0))


def recorded(name: str) -> Evidence:
    """The cluster with a fault in it, by the name of the recording."""
    return _load(json.loads((FOLDER / f"{name}.json").read_text()), healthy())


def with_file(seen: Evidence, path: str, content: bytes | None, **about: Any) -> Evidence:
    """Evidence in which a file has another content, or is not there."""
    file = seen.files.get(path, File(path, "file"))
    made = File(path) if content is None else replace(file, kind="file", content=content, **about)
    return replace(seen, files={**seen.files, path: made})


def with_manifest(seen: Evidence, old: str, new: str, path: str = MANIFEST, ready: bool = False) -> Evidence:
    """Evidence in which a manifest has another text in one place, just now, and the API server is away."""
    text = seen.files[path].text
    assert old in text, old
    seen = with_file(seen, path, text.replace(old, new, 1).encode(), mtime=seen.now - 5, ctime=seen.now - 5)
    return seen if ready else away(seen)


def away(seen: Evidence) -> Evidence:
    """Evidence in which the API server is away, and no container of it tells why."""
    others = tuple(each for each in seen.processes if each.name != "kube-apiserver")
    containers = tuple(each for each in seen.containers if each.name != "kube-apiserver")
    gone = dict.fromkeys(seen.replies, Reply(0, "The API server does not answer: connection refused"))
    return replace(seen, processes=others, containers=containers, replies=gone)


def ended(
    seen: Evidence, said: str, component: str = "kube-apiserver", code: int = 1, reason: str = "Error"
) -> Evidence:
    """Evidence in which a component's newest container has ended with a last line."""
    one = Container(
        component, "uid", 2, False, seen.now - 4, seen.now - 4, seen.now - 3, code, reason, "", "", (), {},
        (Said(seen.now - 3, said),),
    )  # fmt: skip
    rest = tuple(each for each in seen.containers if each.name != component)
    processes = tuple(each for each in seen.processes if each.name != component)
    return replace(seen, containers=(one, *rest), processes=processes)


def journal(seen: Evidence, *said: str) -> Evidence:
    """Evidence in which the kubelet has just said something."""
    return replace(seen, journal=(*seen.journal, *(Said(seen.now - 1, text) for text in said)))


def named(seen: Evidence) -> tuple[str, ...]:
    """The ids of the faults that are found, in their order."""
    return tuple(each.id for each in diagnose(seen).findings)


def recorded_later() -> Evidence:
    """The healthy cluster an hour later."""
    return replace(healthy(), now=healthy().now + 3600)


def as_json(seen: Evidence, base: Evidence | None = None) -> dict[str, Any]:
    """Evidence as it is recorded: of files what differs from a healthy cluster, of logs the end."""
    whole, before = asdict(seen), asdict(base) if base else {}
    changed = (each for each in seen.files.values() if not base or not _same(each, base.files.get(each.path)))
    shown = (each for each in changed if base or each.content or each.kind == "directory")
    whole["files"] = {each.path: _file(each) for each in shown}
    whole["gone"] = [path for path in base.files if path not in seen.files] if base else []
    whole["images"] = sorted(seen.images or ())
    concerned = [each for each in whole["containers"] if each["name"] in ("kube-apiserver", "etcd")]
    whole["containers"] = [{**each, "log": _end(each["log"], 3), "mounts": {}} for each in concerned]
    for key in _LOGS:
        whole[key] = _end(whole[key], 6)
    if base is not None:
        for key in ("images", "disk", "ports", "services"):
            if whole[key] == (sorted(before[key]) if key == "images" else before[key]):
                del whole[key]
        replies = whole["replies"].items()
        whole["replies"] = {path: reply for path, reply in replies if before["replies"].get(path) != reply}
    del whole["golden"]
    return whole


def _same(one: File, other: File | None) -> bool:
    return other is not None and (one.kind, one.content, one.mtime) == (other.kind, other.content, other.mtime)


def _end(log: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    return [{**each, "text": each["text"][:600]} for each in log[-most:]]


def _file(file: File) -> dict[str, Any]:
    about = {key: value for key, value in asdict(file).items() if key not in ("path", "content")}
    return {**about, "text": file.text}


def _load(told: Mapping[str, Any], base: Evidence) -> Evidence:
    files = {path: file for path, file in base.files.items() if path not in told.get("gone", ())}
    for path, about in told["files"].items():
        rest = {key: value for key, value in about.items() if key != "text"}
        files[path] = File(path, content=about["text"].encode(), **rest)
    made: dict[str, Any] = {"now": told["now"], "files": files, "runtime": told["runtime"], "inotify": told["inotify"]}
    for key in _LOGS:
        made[key] = tuple(Said(**each) for each in told[key])
    made["replies"] = {**base.replies, **{path: Reply(**each) for path, each in told["replies"].items()}}
    makers: dict[str, Callable[[Mapping[str, Any]], Any]] = {"containers": _container, "processes": _process}
    for key, maker in makers.items():
        made[key] = tuple(maker(each) for each in told[key]) if key in told else getattr(base, key)
    made["images"] = frozenset(told["images"]) if "images" in told else base.images
    made["disk"] = tuple(map(tuple, told["disk"])) if "disk" in told else base.disk
    made["services"], made["ports"] = told.get("services", base.services), told.get("ports", base.ports)
    ours = (each for each in files.values() if each.path.startswith("/etc/kubernetes") and each.kind == "file")
    golden = base.golden or {each.path: each.content for each in ours}
    return Evidence(**made, golden=golden)


def _process(told: Mapping[str, Any]) -> Process:
    return Process(**{**told, "argv": tuple(told["argv"])})


def _container(told: Mapping[str, Any]) -> Container:
    log = tuple(Said(**each) for each in told["log"])
    return Container(**{**told, "argv": tuple(told["argv"]), "log": log})
