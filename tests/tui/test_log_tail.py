"""The end of the log that is written to."""

import os
from pathlib import Path

from lab.tui.log_tail import newest, tail


def log(folder: Path, name: str, written: float) -> Path:
    file = folder / name
    file.write_text("x\n")
    os.utime(file, (written, written))
    return file


def test_the_newest_log_since_the_work_began(tmp_path: Path) -> None:
    assert newest(tmp_path / "none", 0) is None
    old, go = log(tmp_path, "build-pull.log", 50), log(tmp_path, "build-go.log", 110)
    assert newest(tmp_path, 120) is None
    assert newest(tmp_path, 100) == go
    os.utime(old, (130, 130))
    assert newest(tmp_path, 100) == old


def test_logs_that_are_always_written_to_are_the_last_resort(tmp_path: Path) -> None:
    engine, go = log(tmp_path, "dockerd.log", 200), log(tmp_path, "build-go.log", 110)
    assert newest(tmp_path, 100) == go
    assert newest(tmp_path, 150) == engine


def test_lines_are_as_a_terminal_would_show_them(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(b"a\n\x1b[1;32mgreen\x1b[0m\r\n10%\r50%\r100%\nta\tb\n\xff\n\x1b]0;title\x07rest\n")
    assert tail(file, 9) == ["a", "green", "100%", "ta  b", "�", "rest"]
    assert tail(file, 2) == ["�", "rest"]


def test_of_a_long_file_only_the_end_is_read(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_text("".join(f"line {number}\n" for number in range(100_000)))
    lines = tail(file, 10_000)
    assert lines[-1] == "line 99999"
    assert 500 < len(lines) < 2000
    assert all(line.startswith("line ") for line in lines)


def test_a_log_that_is_gone_has_no_lines(tmp_path: Path) -> None:
    assert tail(tmp_path / "gone.log", 5) == []
