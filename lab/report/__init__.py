"""Writes the reports of `lab verify` for people and for programs. One file a format."""

from collections.abc import Callable
from typing import TextIO

from lab.model import Report
from lab.report import as_json, text

FORMATS: dict[str, Callable[[Report, TextIO], None]] = {
    "text": text.write,
    "json": as_json.write,
}
"""The function that writes a report, by the name that `--format` takes."""
