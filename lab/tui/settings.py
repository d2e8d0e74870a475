"""The user's settings, in one file: the theme, whose the mouse is, the key that leaves the terminal, every other key.

The lab never writes to a file that is wrong, and goes on without it: it tells all that is wrong.
"""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.catalog.decode import decode, did_you_mean
from lab.catalog.yaml_document import Document, Problem, parse, parse_text
from lab.errors import LabError
from lab.tui.keys import Bound, clashes, normal

DEFAULT_PREFIX = "ctrl+right_square_bracket"
"""The terminal's own (lab/tui/widgets/terminal.py says why), without loading it here."""
_THEME = re.compile(r"^theme[ \t]*:[^#\n]*?(?P<rest>[ \t]*(#[^\n]*)?)$", re.MULTILINE)
_NEW = """\
# The settings of cks-lab's full-screen interface. README.md, "Keys and settings", has all of them.
theme: {theme}
"""


@dataclass(frozen=True)
class Settings:
    """What was set. `problems` is why a file was not taken, a line each."""

    theme: str = ""
    prefix: str = DEFAULT_PREFIX
    keys: Mapping[str, str] = field(default_factory=dict)
    mouse: bool = True
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    theme: str = ""
    prefix: str = ""
    mouse: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)


def read(file: Path, themes: Collection[str], known: Mapping[str, Bound]) -> Settings:
    """The settings in a file; the default ones when there is none, or it is wrong.

    Args:
        file: the settings file.
        themes: the names of the themes that there are.
        known: the bindings that there are, by id.
    """
    if not file.exists():
        return Settings()
    problems: list[Problem] = []
    document = parse(file, problems)
    if document is None or (document.value is None and not problems):  # an empty file sets nothing
        return _without(problems)
    found = decode(_File, document, problems)
    if found is None or problems:
        return _without(problems)
    settings = _checked(found, document, themes, known, problems)
    return _without(problems) if problems else settings


def write_theme(file: Path, theme: str) -> None:
    """Set the theme in the file: its line alone is written anew, and what else is there stays as it is.

    Raises:
        LabError: the file cannot be written, or its theme is not in a line of its own.
    """
    by_hand = f"Set it by hand in {file}: theme: {theme}"
    try:
        target = file.resolve()  # it may be a link into a folder of dotfiles
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        after = _with_theme(before, theme)
        document = _parsed(target, after)
        if document is None or document.get("theme") != theme:
            raise LabError(f"The theme cannot be put into {file}.", by_hand)
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, after)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise LabError(f"The theme is not kept: {file}: {why}.", by_hand) from error


def _without(problems: list[Problem]) -> Settings:
    return Settings(problems=tuple(str(problem) for problem in sorted(problems)))


def _checked(
    found: _File, document: Document, themes: Collection[str], known: Mapping[str, Bound], problems: list[Problem]
) -> Settings:
    if found.theme and found.theme not in themes:
        message = f'there is no theme "{found.theme}"{did_you_mean(found.theme, themes)}'
        problems.append(document.problem(message, "theme"))
    prefix = _keys(found.prefix or DEFAULT_PREFIX, document, problems, "prefix")
    if "," in prefix:
        problems.append(document.problem("the prefix is one key", "prefix"))
    keys: dict[str, str] = {}
    for id, value in found.keys.items():
        if id not in known:
            near = did_you_mean(id, known)
            advice = near if "did you mean" in near else "; the page of keys (?) has the names"
            problems.append(document.problem(f'there is no key for "{id}"{advice}', "keys", id))
        else:
            keys[id] = _keys(value, document, problems, "keys", id)
    for id, message in clashes(keys, known):
        problems.append(document.problem(message, "keys", id))
    return Settings(found.theme, prefix, keys, found.mouse)


def _keys(value: str, document: Document, problems: list[Problem], *place: str) -> str:
    try:
        return normal(value)
    except ValueError as error:
        problems.append(document.problem(str(error), *place))
        return ""


def _with_theme(text: str, theme: str) -> str:
    if _THEME.search(text):
        return _THEME.sub(lambda found: f"theme: {theme}{found['rest']}", text, count=1)
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}theme: {theme}\n" if text else _NEW.format(theme=theme)


def _parsed(file: Path, text: str) -> Document | None:
    problems: list[Problem] = []
    document = parse_text(file, text, problems)
    return None if problems else document


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    if file.exists():
        draft.chmod(file.stat().st_mode & 0o777)
    draft.replace(file)
