"""A `lab` whose clusters are only journals, for docs/instructor.md without one: `lab report` is the real one.

The first step of image-digest passes where a file is there, which `shell` and `solve` make.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from lab import cli
from lab.journal.journal import Journal
from lab.model import CheckResult, ClusterInfo, Evidence, ExerciseResult, Holds, Report, StepResult, Verdict
from lab.report import FORMATS, learner

EXERCISE = "image-digest"
POINTS = {"find": 3, "pin": 3, "run": 4}


def journal_of(name: str) -> Journal:
    path = Path(os.environ["LAB_STATE_HOME"]) / "clusters" / name / "progress.jsonl"
    return Journal.load(path, f"uid-{name}", lambda note: click.echo(note, err=True), key=name)


@click.group()
@click.option("--name", required=True)
@click.pass_context
def lab(ctx: click.Context, name: str) -> None:
    ctx.obj = name


@lab.command()
@click.pass_obj
def up(name: str) -> None:
    journal_of(name)


@lab.command()
@click.pass_obj
def down(name: str) -> None:
    journal_of(name)


@lab.command()
@click.argument("exercise", type=click.Choice([EXERCISE]))
@click.pass_obj
def start(name: str, exercise: str) -> None:
    journal_of(name).start(exercise)
    click.echo(f"{exercise} is started. What next:")


@lab.command()
@click.argument("command")
@click.pass_obj
def shell(name: str, command: str) -> None:
    found_by(name).touch()


@lab.command()
@click.argument("selector")
@click.pass_obj
def hint(name: str, selector: str) -> None:
    number = journal_of(name).take_hint(EXERCISE, "find", 3)
    click.echo(f"Hint {number} of 3 for {selector}:")


@lab.command()
@click.argument("selector")
@click.pass_obj
def solve(name: str, selector: str) -> None:
    journal = journal_of(name)
    found_by(name).touch()
    journal.mark_solved(EXERCISE, "find")
    journal.record_scores(EXERCISE, {"find": (3, 3)})


@lab.command()
@click.argument("exercise", type=click.Choice([EXERCISE]))
@click.option("--learner", "who", required=True)
@click.option("--format", "form", type=click.Choice(["json"]))
@click.option("--output", type=click.Path(path_type=Path))
@click.pass_context
def verify(ctx: click.Context, exercise: str, who: str, form: str, output: Path) -> None:
    journal, passes = journal_of(ctx.obj), {"find"} if found_by(ctx.obj).exists() else set()
    journal.record_scores(EXERCISE, {step: (most if step in passes else 0, most) for step, most in POINTS.items()})
    steps = tuple(step_of(journal, step, step in passes) for step in POINTS)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    report = Report(
        ClusterInfo(ctx.obj, "v1", "image", "kind", f"uid-{ctx.obj}"),
        (ExerciseResult(EXERCISE, "Pin it", steps, Verdict.FAIL, started_at=journal.started_at(EXERCISE)),),
        Verdict.FAIL, at=now, learner=learner.parse(who), evidence=lambda: Evidence(ctx.obj, journal.content()),
        begun_at=journal.began_at,
    )  # fmt: skip
    with output.open("w") as stream:
        FORMATS[form](report, stream)
    ctx.exit(1)


def step_of(journal: Journal, step: str, passes: bool) -> StepResult:
    verdict, points = (Verdict.PASS if passes else Verdict.FAIL), POINTS[step]
    taken = journal.help_taken(EXERCISE, step)
    check = CheckResult("answer", "It is right", verdict, "right", "seen", "ls", points)
    return StepResult(
        step, step, Holds.NOW, (check,), verdict, points if passes else 0, points,
        hints_taken=taken.hints, solution_taken=taken.solution, passed_at=journal.passed_at(EXERCISE, step),
    )  # fmt: skip


def found_by(name: str) -> Path:
    return Path(os.environ["LAB_STATE_HOME"]) / "clusters" / name / "found"


if __name__ == "__main__":
    (cli.main if sys.argv[1] == "report" else lab)()
