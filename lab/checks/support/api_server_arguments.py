"""Finds what is wrong with the API server's arguments about admission when it does not start with them. Pure."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from lab.checks.base import Fault
from lab.checks.support.api_server_process import CONFIG_FLAG, PLUGINS_FLAG, own_words
from lab.checks.support.pflag import CommandLine, parse

_OTHERS = ("disable-admission-plugins", "admission-control")  # flags too, however near to the two
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u201e"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_NO_SHELL = "a manifest is read by no shell, which would take them off"


def fault(argv: Sequence[str]) -> Fault | None:
    """The first fault that keeps the API server from starting, or from finding its files; None if there is none.

    Args:
        argv: the program and its arguments, as a manifest or a container has them.
    """
    words = own_words(argv)
    line = parse(words)
    return next((found for found in (*_words(words), *_names(line), *_path(line), *_list(line))), None)


def plugins(line: CommandLine) -> tuple[str, ...]:
    """The admission plugins that a command line turns on; none where the list cannot be read."""
    return _items(line, PLUGINS_FLAG) or _items(line, "admission-control")


def disabled(line: CommandLine) -> tuple[str, ...]:
    """The admission plugins that a command line turns off; none where the list cannot be read."""
    return _items(line, _OTHERS[0])


def _items(line: CommandLine, flag: str) -> tuple[str, ...]:
    try:
        return line.items(flag)
    except ValueError:
        return ()


def _words(words: Sequence[str]) -> Iterator[Fault]:
    """Words of which the API server makes no flag."""
    for word in words:
        name = word.partition("=")[0]
        flag = "".join(name.strip(_DASHES + _QUOTES).split()[0:1]).replace("_", "-").rstrip(":")
        if not (near := get_close_matches(flag, (CONFIG_FLAG, PLUGINS_FLAG), cutoff=0.85)):
            continue
        if re.search(r"\s", name):
            said = f'"{word}" is one word of its arguments, in which a flag ends with =: write --{near[0]}=VALUE'
            yield Fault("flag-without-equals", f"{said}, or two entries of the list")
        elif not re.match(r"--[^-]", name):
            yield Fault(
                "no-flag", f'"{word}" among its arguments is no flag: that begins with two hyphens, --{near[0]}'
            )


def _names(line: CommandLine) -> Iterator[Fault]:
    for word in filter(None, line.arguments):
        yield Fault("stray-argument", f'"{word}" among its arguments belongs to no flag, and it takes none')
    for name in line.flags:
        near = get_close_matches(name, (CONFIG_FLAG, PLUGINS_FLAG), cutoff=0.85)
        if near and name not in (CONFIG_FLAG, PLUGINS_FLAG, *_OTHERS):
            yield Fault("unknown-flag", f"--{name} is no flag of the API server's; did you mean --{near[0]}?")


def _path(line: CommandLine) -> Iterator[Fault]:
    path = line.text(CONFIG_FLAG)
    if path.strip(_QUOTES) != path:
        said = f"the path {path} has quotes in it: {_NO_SHELL}; put the whole entry in quotes, or none"
        yield Fault("quoted-path", said)
    elif path.strip() != path:
        yield Fault("blank-in-path", f'the path "{path}" begins or ends with a blank, which is part of it')


def _list(line: CommandLine) -> Iterator[Fault]:
    flag = f"--{PLUGINS_FLAG}"
    if PLUGINS_FLAG in line.flags and "admission-control" in line.flags:
        yield Fault("two-lists", f"{flag} and --admission-control are both there, of which one may be")
    try:
        items = line.items(PLUGINS_FLAG)
    except ValueError:
        shown = ",".join(line.flags[PLUGINS_FLAG])
        said = f"the list of {flag}, {shown}, has quotes where none may be: {_NO_SHELL}"
        yield Fault("quoted-name", said)
        return
    for item in items:
        if item in disabled(line):
            yield Fault("overlap", f"{item} stands in {flag} and in --{_OTHERS[0]}")
        if any(quote in item for quote in _QUOTES):
            yield Fault("quoted-name", f"the list of {flag} has a name with quotes in it, {item}: {_NO_SHELL}")
        elif item.strip() != item:
            said = f'the list of {flag} has the name "{item}", of which the blank is a part: no blank after a comma'
            yield Fault("blank-in-list", said)
        elif re.search(r"\s", item):
            yield Fault("blank-in-list", f'the list of {flag} has the name "{item}": commas part names, not blanks')
        elif not item:
            yield Fault("empty-name", f"the list of {flag} has an empty name: there is a comma too many")
