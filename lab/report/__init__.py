"""Reports: what `lab verify` found, written for people and for programs. One file a format."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TextIO

from lab.model import Report


def _write(module: str, report: Report, stream: TextIO) -> None:
    import_module(f"lab.report.{module}").write(report, stream)  # loaded for this alone, and not for each command


FORMATS: dict[str, Callable[[Report, TextIO], None]] = {
    "text": partial(_write, "text"),
    "json": partial(_write, "as_json"),
    "junit": partial(_write, "as_junit"),
    "csv": partial(_write, "as_csv"),
    "markdown": partial(_write, "as_markdown"),
}
"""How a report is written, by the name that `--format` takes."""
