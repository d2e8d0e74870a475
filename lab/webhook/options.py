"""What the server is told when it starts."""

import re
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class Options:
    """Addresses as `HOST:PORT` and files as PEM (policy: YAML).

    `listen` is for mutual TLS. `health_listen` may be empty: then health and metrics are only on `listen`.
    `check` only checks the files and ends.
    """

    listen: str
    cert: Path
    key: Path
    client_ca: Path
    policy: Path
    health_listen: str = ""
    check: bool = False


@dataclass(frozen=True)
class Address:
    """Where to listen. An empty host is every address of the machine; port 0 is any that is free."""

    host: str
    port: int


def address(text: str) -> Address:
    """An address from `HOST:PORT`, `[IPV6]:PORT` or `:PORT`.

    Raises:
        ValueError: it is none of these.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > 65535:
        raise ValueError(f'"{text}" is no address: write HOST:PORT, such as 0.0.0.0:1234 or [::]:1234')
    return Address(match["host"].strip("[]"), int(match["port"]))
