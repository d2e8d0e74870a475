"""manifest-digest and single-manifest: what the kubelet reads in its directory of static-pod manifests."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from lab.checks import images
from lab.checks.base import Ask, Check, CouldNotTell, Facts, Judgement, NodeAsk, Observation, check
from lab.document import PlainLoader
from lab.model import Verdict

DIRECTORY = "/etc/kubernetes/manifests"
MANIFESTS = NodeAsk(
    f'cd {DIRECTORY} || exit 3; for f in [!.]*; do [ -f "$f" ] || continue; '
    'printf "%s %s\\n" "$(printf %s "$f" | base64 -w0)" "$(base64 -w0 <"$f")"; done'
)
"""Every file that the kubelet reads: those whose name does not begin with a dot (pkg/kubelet/config/file.go)."""


@dataclass(frozen=True)
class Manifest:
    """A file of the directory: its name, and its content when that is YAML, else what is wrong with it."""

    file: str
    pod: dict[str, Any]
    problem: str = ""

    def is_of(self, component: str) -> bool:
        """Whether the kubelet would take it as the static pod of a component."""
        metadata = self.pod.get("metadata")
        return isinstance(metadata, dict) and metadata.get("name") == component

    def image(self, component: str) -> str:
        """The image of the component's container; empty when there is none."""
        spec = self.pod.get("spec")
        containers = spec.get("containers") if isinstance(spec, dict) else None
        for container in containers if isinstance(containers, list) else []:
            if isinstance(container, dict) and container.get("name") == component:
                return str(container.get("image") or "")
        return ""


@dataclass(frozen=True)
class Params:
    """`component`: the static pod's name without the node's, such as `kube-apiserver`."""

    component: str


def read(seen: Observation) -> list[Manifest]:
    """The manifests in the order in which the kubelet reads them.

    Raises:
        CouldNotTell: the directory could not be read.
    """
    answer = seen[MANIFESTS]
    if answer.code == 3:
        return []
    if answer.code:
        raise CouldNotTell(f"{DIRECTORY} could not be read: {answer.text.strip()}")
    rows = [line.split(" ") for line in answer.text.splitlines()]
    found = [(base64.b64decode(row[0]).decode(errors="replace"), base64.b64decode(row[-1])) for row in rows]
    return [_manifest(name, content) for name, content in sorted(found)]


def of(component: str, seen: Observation) -> list[Manifest]:
    """The manifests of one component; the last is the one that wins when the kubelet lists the directory."""
    return [manifest for manifest in read(seen) if manifest.is_of(component)]


def _manifest(name: str, content: bytes) -> Manifest:
    try:
        pod = yaml.load(content.decode(), PlainLoader)
    # PyYAML lets many an error of Python's through: `!!timestamp soon`, `!!bool soon`, `!!int ""`, bytes, depth
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        return Manifest(name, {}, f"is not YAML{where}")
    return Manifest(name, pod, "") if isinstance(pod, dict) else Manifest(name, {}, "is empty or no object")


@check("manifest-digest")
class ManifestDigest(Check[Params]):
    """The manifest names the component's own image by digest; a tag beside the digest does no harm."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The manifests, and the images on the node to say what a wrong digest is."""
        return MANIFESTS, images.LISTING

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge the manifest that wins."""
        right = facts.image_of(params.component)
        expected = f"image: {right.repository}@sha256:... with the digest of the running image"
        command = f"grep image: {DIRECTORY}/*"

        def verdict(reason: str, observed: str) -> Judgement:
            return Judgement(Verdict.FAIL if reason else Verdict.PASS, expected, observed, command, reason)

        found = of(params.component, seen)
        if not found:
            broken = [manifest for manifest in read(seen) if manifest.problem]
            said = "; ".join(f"{manifest.file} {manifest.problem}" for manifest in broken)
            nothing = f"no manifest in {DIRECTORY} is of {params.component}"
            return verdict("broken-manifest" if broken else "no-manifest", f"{nothing}: {said}" if said else nothing)
        image = found[-1].image(params.component)
        reference = images.parse(image)
        if not reference.digest:
            return verdict("tag-only", f"{found[-1].file} says image: {image or '(none)'}, which names no digest")
        if wrong := images.wrong_digest(reference.digest, params.component, facts, images.names_of(seen)):
            return verdict(wrong.reason, f"{found[-1].file} says image: {image}; {wrong.sentence}")
        if reference.repository != right.repository:
            return verdict("other-repository", f"the digest is right, but it belongs to {right.repository}: {image}")
        return verdict("", f"{found[-1].file} says image: {image}")


@check("single-manifest")
class SingleManifest(Check[Params]):
    """No second manifest of the component, such as a backup, beside the first: the kubelet would run it too."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The manifests."""
        return (MANIFESTS,)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Count the manifests of the component."""
        files = [manifest.file for manifest in of(params.component, seen)]
        expected = f"one file in {DIRECTORY} is a manifest of {params.component}"
        command = f"ls -la {DIRECTORY}"
        if len(files) > 1:
            observed = (
                f"{len(files)} files are: {', '.join(files)}. The kubelet reads every file whose name does not begin "
                f"with a dot, and {files[-1]} wins; keep copies in another directory"
            )
            return Judgement(Verdict.FAIL, expected, observed, command, "second-manifest")
        if not files:
            return Judgement(Verdict.FAIL, expected, "there is none", command, "no-manifest")
        return Judgement(Verdict.PASS, expected, f"{files[0]} alone", command)
