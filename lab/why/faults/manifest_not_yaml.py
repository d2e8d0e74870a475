"""A manifest that is no YAML: the kubelet takes no pod from it, and ends the one that ran."""

import re
from collections.abc import Iterator

from lab.why.evidence import Evidence, kubelet_line
from lab.why.fault import Finding, Rank, fault
from lab.why.records import Line
from lab.why.static_pod import StaticPod

_LINE = re.compile(r"in line (\d+)")


@fault(
    "manifest-not-yaml",
    Rank.MANIFEST,
    "A manifest is not YAML, such as by a tab, a quote that does not end, or a wrong indentation.",
    "The API server is gone; no container is there, and only the kubelet's journal says why.",
    "Open the manifest at the line that is named, and mend it.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """Every manifest that the kubelet cannot decode."""
    for pod in seen.pods:
        if "is not YAML" in pod.manifest.problem or "is read as JSON" in pod.manifest.problem:
            found = _LINE.search(pod.manifest.problem)
            number = int(found[1]) if found else 0
            lines = [pod.file.line(number)] if number else []
            lines += [
                line for line in seen.difference(pod.file.path) if line.where not in {each.where for each in lines}
            ][:2]
            sentence = f"{pod.file.path} {pod.manifest.problem}."
            yield Finding("manifest-not-yaml", sentence, (*lines, *_said(pod, seen)), f"vi +{number} {pod.file.path}")


def _said(pod: StaticPod, seen: Evidence) -> Iterator[Line]:
    """What the kubelet says of it, once."""
    for said, _ in seen.kubelet_said(rf"process manifest.*{re.escape(pod.file.name)}", pod.changed):
        yield kubelet_line(said)
        return
