"""Image references taken apart as they are written; no default is filled in. Pure.

The lab's webhook decides about images by their full names, and reads them by itself (`lab/webhook/reference.py`).
"""

import re
from dataclasses import dataclass

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True)
class Reference:
    """An image reference by the distribution's grammar: `repository[:tag][@digest]`.

    `valid`: whether what stands where the tag is can be one.
    """

    repository: str
    tag: str
    digest: str
    valid: bool = True

    @property
    def name(self) -> str:
        """The last part of the repository, such as `kube-apiserver`."""
        return self.repository.rpartition("/")[2]


def parse(text: str) -> Reference:
    """Take a reference apart; a port of the registry is no tag."""
    name, _, digest = text.strip().partition("@")
    head, slash, last = name.rpartition("/")
    base, colon, tag = last.partition(":")
    return Reference(head + slash + base, tag, digest, not colon or bool(_TAG.fullmatch(tag)))
