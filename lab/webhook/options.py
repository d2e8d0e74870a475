"""The server's options, defined once for both command lines that start it."""

import re
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*):(?P<port>[0-9]{1,5})")


def _flag(metavar: str | None, help: str) -> dict[str, str | None]:
    return {"metavar": metavar, "help": help}


@dataclass(frozen=True)
class Options:
    """Addresses as `HOST:PORT` and files as PEM (policy: YAML).

    `listen` is for mutual TLS. `health_listen` may be empty: then health and metrics are only on `listen`.
    `check` only checks the files and ends.
    """

    listen: str = field(metadata=_flag("ADDR:PORT", "Where to answer, over mutual TLS."))
    cert: Path = field(metadata=_flag("FILE", "The server's certificate, PEM."))
    key: Path = field(metadata=_flag("FILE", "Its private key, PEM, not encrypted."))
    client_ca: Path = field(metadata=_flag("FILE", "What client certificates must be signed by, PEM."))
    policy: Path = field(metadata=_flag("FILE", "The policy, YAML."))
    health_listen: str = field(
        default="", metadata=_flag("ADDR:PORT", "Also answer /healthz, /readyz and /metrics here, without TLS.")
    )
    check: bool = field(default=False, metadata=_flag(None, "Only check the files, and end."))


def flags() -> dict[str, Field[Any]]:
    """The flags of a command line, such as `--client-ca`: the field of `Options` that each sets.

    The field's metadata has `metavar` and `help`; a field without default must be given.
    """
    return {f"--{option.name.replace('_', '-')}": option for option in fields(Options)}


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
