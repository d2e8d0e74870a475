"""The learner whom a report is about: told once with `lab verify --learner`, and kept for the next report."""

import json
import re
from dataclasses import asdict

from lab import paths
from lab.errors import UsageError
from lab.model import Learner

_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<id>[^<>\s]+)>\s*")


def parse(text: str) -> Learner:
    """A learner from `ID`, or from `NAME <ID>` as mail programs write it.

    Raises:
        UsageError: it is neither.
    """
    if match := _NAMED.fullmatch(text):
        return Learner(match["id"], match["name"])
    if not re.fullmatch(r"[^<>\s]+", text):
        raise UsageError(
            f'"{text}" names no learner.', "Give an id, or a name and an id: --learner 'Ada Lovelace <ada>'"
        )
    return Learner(text)


def asked() -> bool:
    """Whether it was said on this machine who works here, be it that nobody was named."""
    return paths.learner_file().exists()


def keep(learner: Learner) -> None:
    """Keep who works on this machine.

    Raises:
        LabError: the file cannot be written.
    """
    paths.write_private(paths.learner_file(), (json.dumps(asdict(learner)) + "\n").encode())


def recall() -> Learner:
    """Who works on this machine; nobody where that was not said, or cannot be read."""
    try:
        kept = json.loads(paths.learner_file().read_bytes())
        return Learner(str(kept["id"]), str(kept["name"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Learner()
