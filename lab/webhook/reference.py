"""Image names as the container runtime understands them.

The grammar and the defaults are those of github.com/distribution/reference v0.6.0 (`ParseNormalizedNamed`, then
`TagNameOnly`), which the kubelet and containerd use. Stricter than it, never laxer: a whole name is at most
`LONGEST` characters, a registry must be a host name, and an image id (`sha256:...`) is no name here.
"""

import re
from dataclasses import dataclass

LONGEST = 1024
"""Of a whole name, in characters: a registry of 253, a repository of 255, a tag of 128, a sha512 digest."""

_LONGEST_PATH = 255
_HEX_LENGTH = {"sha256": 64, "sha384": 96, "sha512": 128}
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_HEX = re.compile(r"[a-f0-9]+")
_ID = re.compile(r"[a-f0-9]{64}|(?:sha256|sha384|sha512):.*", re.DOTALL)


class BadReference(ValueError):
    """A text that names no image, and why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An image's full name. A digest, where there is one, decides what runs; the tag is then only a note.

    `tag` is empty only where there is a digest.
    """

    domain: str
    path: str
    tag: str
    digest: str

    @property
    def repository(self) -> str:
        """The name without tag and digest: `docker.io/library/nginx`."""
        return f"{self.domain}/{self.path}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.domain}/{self.path}{tag}{digest}"


def parse(text: str) -> Reference:
    """The full name of what a pod's `image` says: `nginx` is `docker.io/library/nginx:latest`.

    Raises:
        BadReference: it is no image name.
    """
    if len(text) > LONGEST:
        raise BadReference(f"is longer than {LONGEST} characters")
    if not text:
        raise BadReference("is empty")
    if _ID.fullmatch(text):
        # containerd looks such a text up among the ids of the images on the node, whatever their registry
        raise BadReference("is an image id, not a name")
    named, at, digest = text.partition("@")
    if at:
        _check_digest(digest)
    domain, rest = _split_domain(named)
    path, colon, tag = rest.partition(":")
    if path != path.lower():
        raise BadReference("has upper case in its repository")
    if not _DOMAIN.fullmatch(domain) or not _PATH.fullmatch(path):
        raise BadReference("is no image name")
    if len(path) > _LONGEST_PATH:
        raise BadReference(f"has a repository of more than {_LONGEST_PATH} characters")
    if colon and not _TAG.fullmatch(tag):
        raise BadReference("has a tag that cannot be")
    return Reference(domain, path, tag if colon or at else "latest", digest)


def _split_domain(name: str) -> tuple[str, str]:
    """The registry and the rest, by the rule that a first part without dot, colon or upper case is no registry."""
    first, slash, rest = name.partition("/")
    if not slash:
        return "docker.io", f"library/{name}"
    if first == "index.docker.io":
        first = "docker.io"
    elif not (first == "localhost" or "." in first or ":" in first or first != first.lower()):
        first, rest = "docker.io", name
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    return first, rest


def _check_digest(digest: str) -> None:
    algorithm, _, encoded = digest.partition(":")
    length = _HEX_LENGTH.get(algorithm)
    if length is None:
        raise BadReference("has a digest of an unknown kind: write @sha256: and 64 hexadecimal digits")
    if len(encoded) != length:
        raise BadReference(f"has a digest of {len(encoded)} digits where {algorithm} has {length}")
    if not _HEX.fullmatch(encoded):
        raise BadReference("has a digest with other signs than 0-9 and a-f")
