"""Checks all that the server needs before it listens, and tells all faults at once."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab.webhook import policy_file, tls
from lab.webhook.files import Watched
from lab.webhook.options import Address, Options, address
from lab.webhook.policy import Judge


class CannotStart(ValueError):
    """The options or their files are wrong: a line for each problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Prepared:
    """Everything that was read, and the files to watch from then on."""

    listen: Address
    health: Address | None
    identity: tls.Identity
    judge: Judge
    policy: Watched
    certificates: Watched


def prepare(options: Options) -> Prepared:
    """Read the addresses, the certificates and the policy.

    Raises:
        CannotStart: something is wrong; names everything that is.
    """
    problems: list[str] = []
    policy, certificates = Watched([options.policy]), Watched([options.cert, options.key, options.client_ca])
    listen = _address("--listen", options.listen, problems)
    health = _address("--health-listen", options.health_listen, problems) if options.health_listen else None
    identity = _identity(options, certificates, problems)
    judge = _judge(options.policy, policy, problems)
    if problems or listen is None or identity is None or judge is None:
        raise CannotStart(problems)
    return Prepared(listen, health, identity, judge, policy, certificates)


def policy_problems(file: Path, error: policy_file.BadPolicy) -> list[str]:
    """A line for each problem: file, line in it, what is wrong."""
    return [f"{file}:{problem.line}: {problem.message}" for problem in error.problems]


def unreadable(error: OSError) -> str:
    """A line about a file that cannot be read."""
    return f"{error.filename} cannot be read: {error.strerror}"


def listen_on(place: Address) -> socket.socket:
    """A listening socket; of an empty host, on all addresses of both families where the system has both.

    Raises:
        OSError: the address is taken, not this machine's, or not permitted.
    """
    if not place.host and socket.has_dualstack_ipv6():
        return socket.create_server(("", place.port), family=socket.AF_INET6, dualstack_ipv6=True)
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    return socket.create_server((place.host, place.port), family=family)


def _address(name: str, text: str, problems: list[str]) -> Address | None:
    try:
        return address(text)
    except ValueError as error:
        problems.append(f"{name}: {error}")
        return None


def _identity(options: Options, certificates: Watched, problems: list[str]) -> tls.Identity | None:
    with suppress(OSError):  # loading tells it better
        certificates.take()  # before loading: what changes in between is then a change, and loaded again
    try:
        return tls.load(options.cert, options.key, options.client_ca)
    except tls.BadCertificates as error:
        problems += error.problems
        return None


def _judge(file: Path, policy: Watched, problems: list[str]) -> Judge | None:
    try:
        return Judge(policy_file.read(policy.take()[0]))
    except policy_file.BadPolicy as error:
        problems += policy_problems(file, error)
    except OSError as error:
        problems.append(unreadable(error))
    return None
