"""lab report on the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from report_scene import changed, journal_of, open_report, report_of

from lab.cli.report import report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    ada = report_of(journal_of(tmp_path / "state"))
    bob = open_report(journal_of(tmp_path / "state", "uid-2"), "bob", "uid-2", earned=4)
    for name, written in (("ada", ada), ("bob", changed(bob, False, hints_taken=1))):
        (tmp_path / "reports" / f"{name}.json").write_text(json.dumps(written))
    return tmp_path / "reports"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(report, [str(each) for each in arguments])


def test_merge_takes_every_format_and_tells_what_does_not_check(folder: Path) -> None:
    done = run("merge", folder)
    assert "| ada | 3 of 4 |  |\n" in done.stdout
    assert f"{folder}/bob.json does not check: It was changed" in done.stderr
    assert "ada.json" not in done.stderr
    assert run("merge", "--format", "csv", folder).stdout.count("\n") == 3
    assert run("merge", "--format", "html", folder).stdout.startswith("<!DOCTYPE html>\n<html")


def test_merge_without_help(folder: Path) -> None:
    assert "| ada | 0 of 4 |  |\n" in run("merge", "--no-help", folder).stdout


def test_the_last_before_the_due_time_needs_one(folder: Path) -> None:
    assert "--due" in str(run("merge", "--take", "due", folder).exception)
    assert "| ada | 3 of 4 |" in run("merge", "--take", "due", "--due", "2026-01-31", folder).stdout
    assert "pin is late" in run("merge", "--take", "due", "--due", "2026-01-30", folder).stdout


@pytest.mark.slow
def test_watch_renews_its_page_until_ctrl_c(folder: Path) -> None:
    argv = [sys.executable, "-m", "lab", "report", "watch", str(folder)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout
        assert program.stderr
        page = folder / "class.html"
        assert program.stdout.readline().startswith(f"Open {page.as_uri()} in a browser.")
        assert 'content="5"' in page.read_text()
        (folder / "bob.json").unlink()
        assert program.stderr.readline().endswith(" 1 files\n")
        assert "bob" not in page.read_text()
        time.sleep(0.1)
        program.send_signal(signal.SIGINT)
        assert program.wait(30) == 0
        assert program.stderr.read() == ""
