"""The rules about images, and how they judge one.

An image must come from a trusted registry or repository; then no rule about tags or digests may refuse it. A tag
rule says nothing about an image with a digest, because there the tag chooses nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from lab.webhook.reference import LONGEST, BadReference, Reference, parse


@dataclass(frozen=True)
class Repositories:
    """A set of repositories: exact names, and beginnings that end with a slash."""

    exact: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> "Repositories":
        """From patterns: `docker.io/library/nginx`, or `docker.io/library/*` for all below."""
        listed = list(patterns)
        return cls(
            frozenset(pattern for pattern in listed if not pattern.endswith("/*")),
            tuple(pattern.removesuffix("*") for pattern in listed if pattern.endswith("/*")),
        )

    def __contains__(self, repository: str) -> bool:
        return repository in self.exact or repository.startswith(self.beginnings)


EVERYWHERE: Repositories | None = None


@dataclass(frozen=True)
class Scope:
    """Which repositories a rule speaks of: those in `only` (None: all) without those in `but`."""

    only: Repositories | None = EVERYWHERE
    but: Repositories = field(default_factory=Repositories)

    def __contains__(self, repository: str) -> bool:
        return (self.only is None or repository in self.only) and repository not in self.but


@dataclass(frozen=True)
class Trusted:
    """Where images may come from."""

    registries: frozenset[str]
    repositories: Repositories
    reason: str

    def __contains__(self, image: Reference) -> bool:
        return image.domain in self.registries or image.repository in self.repositories


@dataclass(frozen=True)
class TagRule:
    """Tags that are refused."""

    tags: frozenset[str]
    scope: Scope
    reason: str

    def refuses(self, image: Reference) -> bool:
        """Whether the rule is broken."""
        return not image.digest and image.tag in self.tags and image.repository in self.scope


@dataclass(frozen=True)
class DigestRule:
    """Images that must be named by digest."""

    scope: Scope
    reason: str

    def refuses(self, image: Reference) -> bool:
        """Whether the rule is broken."""
        return not image.digest and image.repository in self.scope


@dataclass(frozen=True)
class Policy:
    """All rules. `digest` is the beginning of the SHA-256 of the file that they come from."""

    trusted: Trusted
    tag_rules: tuple[TagRule, ...] = ()
    digest_rules: tuple[DigestRule, ...] = ()
    digest: str = ""

    def reasons(self, image: Reference) -> list[str]:
        """Why an image is refused, every rule that it breaks; empty when it may run."""
        if image not in self.trusted:
            return [f'"{image.repository}" is not trusted: {self.trusted.reason}']
        reasons = [
            f'the tag "{image.tag}" is forbidden: {rule.reason}' for rule in self.tag_rules if rule.refuses(image)
        ]
        reasons += [f"a digest is required: {rule.reason}" for rule in self.digest_rules if rule.refuses(image)]
        return reasons


class Judge:
    """A policy that remembers what it said of the images that it saw last."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._remembered = lru_cache(maxsize=4096)(self._refusal)

    def refusal(self, image: str) -> str:
        """Why an image is refused, with its name; empty when it may run. Never raises."""
        return self._refusal(image) if len(image) > LONGEST else self._remembered(image)

    def _refusal(self, image: str) -> str:
        try:
            parsed = parse(image)
        except BadReference as error:
            return f"{quoted(image)} {error}"
        reasons = self.policy.reasons(parsed)
        if not reasons:
            return ""
        name = image if image == str(parsed) else f"{image} ({parsed})"
        return f"{name}: {'; '.join(reasons)}"


def quoted(text: str, longest: int = 100) -> str:
    """A text of a stranger for a message: in quotes, printable ASCII, not too long."""
    shown = text if len(text) <= longest else text[:longest] + "..."
    return '"' + "".join(sign if " " <= sign <= "~" else ascii(sign)[1:-1] for sign in shown) + '"'
