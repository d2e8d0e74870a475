"""Fills an exercise's variables in where its data has `{{name}}`.

Only the bare form is a variable: `{{ .Names }}` and other Go templates, which learners type, stay as they
are. One that looks like a variable and names none is a problem, so that no learner meets it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.catalog.decode import did_you_mean
from lab.catalog.yaml_document import Document, Place, Problem

_VARIABLE = re.compile(r"\{\{(?P<before>[ \t]*)(?P<name>[A-Za-z0-9_-]+)(?P<after>[ \t]*)\}\}")


def variables_of(document: Document, problems: list[Problem]) -> dict[str, str]:
    """The variables that an exercise.yaml declares; what is wrong with their types is left to `decode`."""
    declared = document.get("variables")
    variables: dict[str, str] = {}
    for name, value in declared.items() if isinstance(declared, dict) else ():
        if not _VARIABLE.fullmatch(f"{{{{{name}}}}}"):
            message = f'the variable "{name}" must be named with letters, digits, hyphens and underscores'
            problems.append(document.problem(message, "variables", name))
        if isinstance(value, str):
            variables[name] = value
            if _VARIABLE.search(value):
                message = f'the variable "{name}" uses another one: write its value out'
                problems.append(document.problem(message, "variables", name))
    return variables


class Filler:
    """Puts one exercise's variables into its texts; a name that is not known is added to `problems`."""

    def __init__(self, variables: Mapping[str, str], problems: list[Problem]) -> None:
        self._variables = variables
        self._problems = problems

    def text(self, text: str, file: Path, line: int = 1) -> str:
        """A text with its variables filled in; `line` is where it begins in its file."""

        def value(match: re.Match[str]) -> str:
            here = line + text.count("\n", 0, match.start())
            return self._value_of(match, file, here)

        return _VARIABLE.sub(value, text)

    def document(self, document: Document) -> Document:
        """A document with every text in it filled in; the variables themselves stay."""
        return Document(document.file, self._value(document, document.value, ()), document.lines)

    def _value(self, document: Document, value: Any, place: Place) -> Any:
        if place == ("variables",):
            return value
        if isinstance(value, dict):
            return {key: self._value(document, item, (*place, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(document, item, (*place, index)) for index, item in enumerate(value)]
        if isinstance(value, str):
            line = document.line(*place)
            return _VARIABLE.sub(lambda match: self._value_of(match, document.file, line), value)
        return value

    def _value_of(self, match: re.Match[str], file: Path, line: int) -> str:
        name, whole = match["name"], match[0]
        spaced = bool(match["before"] or match["after"])
        if name in self._variables and not spaced:
            return self._variables[name]
        if name in self._variables:
            self._problems.append(Problem(file, line, f"{whole} is not filled in: write {{{{{name}}}}}"))
        elif not spaced:
            near = did_you_mean(name, self._variables)
            message = f"{whole} names no variable (a Go template has spaces: {{{{ {name} }}}}){near}"
            self._problems.append(Problem(file, line, message))
        return whole
