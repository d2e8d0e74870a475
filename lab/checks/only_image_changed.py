"""only-image-changed: a component's manifest is what it was at `lab start`, but for the image."""

import copy
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lab.checks.asks import Ask, CouldNotTell, FileAsk, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import manifests
from lab.checks.support.manifests import Manifest, Params
from lab.k8s.static_pods import DIRECTORY

_ADDRESS = FileAsk("/kind/old-ipv4", limit=64)
"""The node's address, which kind writes into the manifests when it is another after a restart."""
_MOST = 3  # differences that are named


@check("only-image-changed")
class OnlyImageChanged(Check[Params]):
    """As parsed: formatting, comments and the order of keys do not matter."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The manifests, and the node's address."""
        return manifests.MANIFESTS, _ADDRESS

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Compare the manifest that wins with the one of before."""
        component = params.component
        expected = f"the manifest of {component} is what it was at the start, but for the image"
        command = f"cat {DIRECTORY}/{component}.yaml"
        found = manifests.of(component, seen)
        if not found:
            return manifests.missing(component, seen).fail(expected, command)
        file = found[-1].file
        was = _without_image(_before(component, facts, seen), component)
        now = _without_image(_judged(found[-1], component, facts), component)
        differences = list(islice(_differences(was, now, ""), _MOST + 1))
        if not differences:
            return passed(expected, f"nothing else in {file} has changed", command)
        more = "; and more" if len(differences) > _MOST else ""
        observed = f"{file} differs in more than the image: {'; '.join(differences[:_MOST])}{more}"
        return Fault("other-changes", observed, command).fail(expected)


def _before(component: str, facts: Facts, seen: Observation) -> Manifest:
    """The manifest at the start, with the address that the node has now."""
    address = seen[_ADDRESS].content.decode(errors="replace").strip()
    for name, content in facts.manifests.items():
        if facts.address and re.fullmatch(r"[0-9.]+", address):
            old = re.escape(facts.address).encode()
            content = re.sub(rb"\b%b\b" % old, address.encode(), content)
        manifest = manifests.parse(content, name)
        if manifest.is_of(component):
            return manifest
    raise CouldNotTell(f"the manifest of {component} was not kept when the cluster was made")


def _judged(found: Manifest, component: str, facts: Facts) -> Manifest:
    """The manifest of before another exercise that is in effect and changes it too, where there is one."""
    if facts.kept_manifest is None:
        return found
    kept = manifests.parse(facts.kept_manifest, found.file)
    return kept if kept.is_of(component) else found


def _without_image(manifest: Manifest, component: str) -> Any:
    pod = Manifest(manifest.file, copy.deepcopy(manifest.pod))
    for container in pod.containers:
        if container.get("name") == component:
            container.pop("image", None)
            break
    return _plain(pod.pod)


def _plain(value: Any) -> Any:
    """Without what says nothing: a key with nothing in it is as good as none."""
    if isinstance(value, dict):
        return {key: plain for key, one in value.items() if (plain := _plain(one)) not in (None, "", {}, [])}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _differences(was: Any, now: Any, path: str) -> Iterator[str]:
    """Where two values differ, in words: `path: was -> is`."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() | now.keys()):
            place = f"{path}.{key}" if path else key
            if key in was and key in now:
                yield from _differences(was[key], now[key], place)
            else:
                yield f"{place} is gone" if key in was else f"{place} is new"
    elif isinstance(was, list) and isinstance(now, list) and was != now:
        if len(was) == len(now) and any(isinstance(one, dict | list) for one in was):
            for number, (old, new) in enumerate(zip(was, now, strict=True)):
                yield from _differences(old, new, f"{path}[{number}]")
        else:
            yield from _entries(was, now, path)
    elif was != now or type(was) is not type(now):
        yield f"{path}: {_shown(was)} -> {_shown(now)}"


def _entries(was: list[Any], now: list[Any], path: str) -> Iterator[str]:
    """Which entries of a list are gone and which are new; a flag with another value is one difference."""
    gone = [one for one in was if one not in now]
    new = [one for one in now if one not in was]
    for one in gone:
        twin = next((other for other in new if _flag(other) == _flag(one)), None)
        if twin is not None:
            new.remove(twin)
        yield f"{path}: {_shown(one)} is gone" if twin is None else f"{path}: {_shown(one)} -> {_shown(twin)}"
    yield from (f"{path}: {_shown(one)} is new" for one in new)
    if not gone and not new:
        yield f"{path} has its entries in another order, or one of them twice"


def _flag(value: Any) -> Any:
    return value.partition("=")[0] if isinstance(value, str) else value


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"the entry {value['name']}" if isinstance(value.get("name"), str) else "an entry"
    return str(value)[:120] if isinstance(value, str) else f"{value}"
