"""A manifest that is YAML, but not the Pod that the kubelet takes from a file."""

import re
from collections.abc import Iterator

from lab.k8s.static_pods import DIRECTORY
from lab.why.evidence import Evidence, kubelet_line
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.records import Line
from lab.why.static_pod import StaticPod

_NOT_YAML = ("is not YAML", "is read as JSON")
_HEAD = {"apiVersion": "v1,", "kind": "Pod"}
_KEYS = ("apiVersion", "kind", "metadata", "spec", "containers")


@fault(
    "manifest-not-a-pod",
    Rank.MANIFEST,
    "A manifest is not a v1 Pod: a wrong apiVersion or kind, no name, or a value of the wrong type.",
    "The API server is gone; the kubelet's journal says `Could not process manifest file`.",
    "Compare its first lines with those of another manifest: `apiVersion: v1`, `kind: Pod`, `metadata.name`.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """Every manifest that is no Pod."""
    for pod in seen.pods:
        problem = pod.manifest.problem
        if not problem or any(words in problem for words in _NOT_YAML):
            continue
        said = [
            kubelet_line(each) for each, _ in seen.kubelet_said(rf"manifest.*{re.escape(pod.file.name)}", pod.changed)
        ]
        known = bool(pod.component)
        sentence = f"{pod.file.path} {problem}."
        do = f"vi {pod.file.path}" if known else f"mv {pod.file.path} /root/"
        lines = (_line(pod), *said[:1])
        yield Finding("manifest-not-a-pod", sentence, lines, do, Sure.CERTAIN if known else Sure.POSSIBLE)


def _line(pod: StaticPod) -> Line:
    problem = pod.manifest.problem
    value = problem.partition(" has ")[2].partition(" for ")[0]
    wrong = [key for key, right in _HEAD.items() if f"{key}: {right}" not in problem and f"{key}: " in problem]
    named = next((key for key in (*wrong, *_KEYS) if key in problem), "")
    return pod.file.line_of(value if value.isdecimal() else named or DIRECTORY)
