"""lab doctor: whether this host is fit."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from lab.cli import printing
from lab.cli.options import json_option, name_option, pass_course
from lab.exit_codes import ExitCode
from lab.model import Finding

if TYPE_CHECKING:
    from lab.course import Course


@click.command()
@click.option("--fix", is_flag=True, help="Install and start what can be.")
@json_option
@name_option
@pass_course
def doctor(course: "Course", fix: bool, as_json: bool) -> None:
    """Is this host fit? Says for each requirement what was seen and what to do."""
    if fix:
        course.fix()
    findings = course.doctor()
    if as_json:
        printing.json([asdict(finding) for finding in findings])
    elif not printing.table(
        ("", "Requirement", "Seen", "What to do"),
        [(_word(each), each.name, each.seen, "" if each.ok else each.advice) for each in findings],
    ):
        for finding in findings:
            click.echo(f"{_word(finding):8}{finding.name:16}{finding.seen}")
            if not finding.ok and finding.advice:
                click.echo(f"{'':24}-> {finding.advice}")
    unmet = any(finding.required and not finding.ok for finding in findings)
    sys.exit(ExitCode.FAILED if unmet else ExitCode.OK)


def _word(finding: Finding) -> str:
    return "ok" if finding.ok else "MISSING" if finding.required else "note"
