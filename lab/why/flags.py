"""The flags that each program of the control plane has, of the Kubernetes and etcd versions that are pinned. Pure."""

import re
from collections.abc import Iterator
from pathlib import Path

from lab.why.static_pod import StaticPod

KNOWN = {
    component: frozenset(names)
    for component, *names in map(str.split, (Path(__file__).with_name("flags.txt")).read_text().splitlines())
}
"""By component: what its `--help` lists. Flags that are accepted but no longer told are not among them."""
_FILES = re.compile(r"(?:file|config|kubeconfig|certificate|key|certificate-authority)$")
_LISTS = re.compile(
    r"(?:plugins|admission-control|servers|groups|issuer|audiences|gates|key-file|suites|names|headers)$"
)


def files(pod: StaticPod) -> Iterator[tuple[str, str]]:
    """The flags that name a file to be read, each with the path."""
    for name, values in pod.flags.flags.items():
        if _FILES.search(name):
            yield from ((name, value) for value in values[-1:] if value.startswith("/"))


def takes_many(name: str) -> bool:
    """Whether a flag that is given twice counts twice."""
    return bool(_LISTS.search(name)) or name in ("runtime-config", "tls-sni-cert-key", "vmodule", "authorization-mode")
