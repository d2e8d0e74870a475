"""A command line as pflag reads it, the library that the API server reads its own with. Pure.

Facts: github.com/spf13/pflag 1.0.10 (flag.go, string_slice.go), encoding/csv of Go, and k8s.io/component-base/cli/flag,
by which an underscore in a flag's name is a hyphen.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SWITCHES = frozenset(
    "aggregator-reject-forwarding-redirect allow-privileged anonymous-auth audit-log-batch-throttle-enable "
    "audit-log-compress audit-log-truncate-enabled audit-webhook-batch-throttle-enable audit-webhook-truncate-enabled "
    "contention-profiling disable-http2-serving emulation-forward-compatible enable-aggregator-routing "
    "enable-bootstrap-token-auth enable-garbage-collector enable-logs-handler enable-priority-and-fairness "
    "encryption-provider-config-automatic-reload help log-json-split-stream log-text-split-stream "
    "permit-address-sharing permit-port-sharing profiling runtime-config-emulation-forward-compatible "
    "service-account-extend-token-expiration service-account-lookup shutdown-send-retry-after version "
    "watch-cache".split()
)
"""The flags of kube-apiserver v1.36 that take no word as their value: in `--help`, those without a type."""
_FIELD = re.compile(r'"((?:[^"]|"")*)"(?=[,\n]|$)|([^",\n]*)(?=[,\n]|$)')


@dataclass(frozen=True)
class CommandLine:
    """What a program makes of its words.

    Attributes:
        flags: the values of each flag in their order, by its name without the hyphens in front.
        arguments: the words that belong to no flag.
    """

    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """The value of a flag that takes one text, the last one given; empty when the flag is not there."""
        return next(reversed(self.flags.get(name, ())), "")

    def items(self, name: str) -> tuple[str, ...]:
        """The items of a flag that takes a list (StringSlice): each value is a line of CSV, and all add up.

        Raises:
            ValueError: a value is no CSV; the program ends over it.
        """
        return tuple(item for value in self.flags.get(name, ()) for item in csv(value))


def parse(words: Iterable[str]) -> CommandLine:
    """Read the words behind a program's name."""
    flags: dict[str, list[str]] = {}
    arguments: list[str] = []
    left = iter(words)
    for word in left:
        name, equals, value = word.lstrip("-").partition("=")
        if word == "--":
            arguments += left
        elif not word.startswith("-") or word == "-":
            arguments.append(word)
        elif word.startswith("--") or word == "-v":
            name = name.replace("_", "-")
            if not equals:
                value = "true" if name in SWITCHES else next(left, "")
            flags.setdefault(name, []).append(value)
    return CommandLine(flags, tuple(arguments))


def csv(value: str) -> list[str]:
    """The fields of a text's first line that is not empty, as encoding/csv reads it; none of an empty text.

    Raises:
        ValueError: a quote stands where none may, or there is no such line.
    """
    if not value:
        return []
    text = value.replace("\r\n", "\n").lstrip("\n")
    fields: list[str] = []
    at = 0
    while text:
        found = _FIELD.match(text, at)
        if not found:
            break
        fields.append(found[2] if found[1] is None else found[1].replace('""', '"'))
        at = found.end() + 1
        if text[found.end() : at] != ",":
            return fields
    raise ValueError(f"no line of CSV: {value}")
