"""Writes the reports of `lab verify` for people and for programs. One file a format."""

from collections.abc import Callable
from typing import TextIO

from lab.model import Report
from lab.report import as_csv, as_json, as_junit, as_markdown, text

FORMATS: dict[str, Callable[[Report, TextIO], None]] = {
    "text": text.write,
    "json": as_json.write,
    "junit": as_junit.write,
    "csv": as_csv.write,
    "markdown": as_markdown.write,
}
"""The function that writes a report, by the name that `--format` takes."""
