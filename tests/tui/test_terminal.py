"""The terminal pane with real programs: what a person types arrives, what a program writes is seen, nothing is left."""

import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from rich.cells import cell_len
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Button

from lab.tui.textual_faults import keep_alt_keys
from lab.tui.widgets import terminal, terminal_program
from lab.tui.widgets.terminal import PREFIX, TerminalPane
from lab.tui.widgets.terminal_emulator import HISTORY, Emulator
from lab.tui.widgets.terminal_keys import encode
from lab.tui.widgets.terminal_paint import _NARROW, Marks, Painter

BASH = ["env", "PS1=$ ", "HISTFILE=/dev/null", "bash", "--norc", "--noprofile"]
READER = """
import os, sys, tty
tty.setraw(0)
os.write(1, (sys.argv[2] + "ready").encode())
while True:
    with open(sys.argv[1], "ab") as file:
        file.write(os.read(0, 1000))
"""


class Host(App[None]):
    """An app with a terminal, and with keys of its own that must not get at what is typed."""

    CLICK_CHAIN_TIME_THRESHOLD = 60  # a slow machine clicks slowly
    BINDINGS = [("n", "did('next')"), ("tab", "did('tab')"), ("ctrl+c", "did('copy')")]  # noqa: RUF012

    def __init__(self, prefix: str = PREFIX) -> None:
        super().__init__()
        self.pane = TerminalPane(prefix)
        self.did: list[str] = []

    def compose(self) -> ComposeResult:
        yield Button("other")
        yield self.pane

    def on_terminal_pane_prefixed(self, event: TerminalPane.Prefixed) -> None:
        self.did.append(f"prefixed {event.key}")

    def on_terminal_pane_ended(self, event: TerminalPane.Ended) -> None:
        self.did.append(f"ended {event.code}")

    def on_terminal_pane_no_prompt(self) -> None:
        self.did.append("no prompt")

    def action_did(self, what: str) -> None:
        self.did.append(what)

    @property
    def text(self) -> str:
        return str(self.pane.emulator.board.capture_text())


async def until(pilot: Pilot[None], true: Callable[[], object]) -> None:
    deadline = monotonic() + 30
    while not true():
        assert isinstance(pilot.app, Host)
        assert monotonic() < deadline, f"this never came true: {pilot.app.text} {pilot.app.did}"
        await pilot.pause(0.02)


@asynccontextmanager
async def opened(argv: Sequence[str], seen: str = "", prefix: str = PREFIX) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(prefix)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.pane.focus()
        app.pane.open(argv)
        await until(pilot, lambda: seen in app.text)
        yield app, pilot


class Reader:
    """A program that keeps what it reads."""

    def __init__(self, folder: Path, says: str = "") -> None:
        self.file = folder / "read"
        self.file.touch()
        self.argv = [sys.executable, "-c", READER, str(self.file), says]

    @property
    def read(self) -> bytes:
        return self.file.read_bytes()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may end between the opening and the reading
        return False


# -- keys


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("a", "a"),
        ("ctrl+c", "\x03"),
        ("ctrl+p", "\x10"),
        ("ctrl+q", "\x11"),
        ("ctrl+at", "\x00"),
        ("ctrl+@", "\x00"),
        ("ctrl+underscore", "\x1f"),
        ("ctrl+shift+minus", "\x1f"),
        ("ctrl+backslash", "\x1c"),
        ("ctrl+left_square_bracket", "\x1b"),
        ("escape", "\x1b"),
        ("tab", "\t"),
        ("shift+tab", "\x1b[Z"),
        ("enter", "\r"),
        ("alt+enter", "\x1b\r"),
        ("backspace", "\x7f"),
        ("ctrl+backspace", "\x08"),
        ("alt+backspace", "\x1b\x7f"),
        ("alt+b", "\x1bb"),
        ("alt+shift+b", "\x1bB"),
        ("alt+full_stop", "\x1b."),
        ("alt+ctrl+h", "\x1b\x08"),
        ("up", "\x1b[A"),
        ("end", "\x1b[F"),
        ("ctrl+left", "\x1b[1;5D"),
        ("alt+shift+home", "\x1b[1;4H"),
        ("delete", "\x1b[3~"),
        ("shift+pageup", "\x1b[5;2~"),
        ("f1", "\x1bOP"),
        ("ctrl+f2", "\x1b[1;5Q"),
        ("f5", "\x1b[15~"),
        ("f12", "\x1b[24~"),
        ("f13", "\x1b[1;2P"),
        ("left_shift", ""),
        ("media_play", ""),
        ("super+c", ""),
    ],
)
def test_a_key_is_what_xterm_sends(key: str, sent: str) -> None:
    assert encode(key) == sent


def test_cursor_keys_in_application_mode() -> None:
    assert [encode(key, application=True) for key in ("up", "home", "ctrl+up")] == ["\x1bOA", "\x1bOH", "\x1b[1;5A"]


def test_what_is_typed_with_other_letters() -> None:
    assert encode("ł", "ł") == "ł"
    assert encode("alt+ż", "ż") == "\x1bż"


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("\x1b:wq\r", ["alt+colon", "w", "q", "enter"]),
        ("\x1b.", ["alt+full_stop"]),
        ("\x1bb", ["alt+b"]),
        ("\x1bB", ["alt+shift+b"]),
        ("\x1b0", ["alt+0"]),
        ("\x1b\r", ["alt+enter"]),
        ("\x1b\x7f", ["alt+backspace"]),
        ("\x1d", ["ctrl+right_square_bracket"]),
        ("\x1b[93;5u", ["ctrl+right_square_bracket"]),
        ("\x1b[A\x1bOA\x1b[1;5A", ["up", "up", "ctrl+up"]),
        ("\x1b[Z", ["shift+tab"]),
    ],
)
def test_textual_reads_keys_as_they_are(typed: str, keys: list[str]) -> None:
    keep_alt_keys()
    """A newer Textual that reads them otherwise is seen here."""
    events = list(XTermParser().feed(typed))
    assert [event.key for event in events if isinstance(event, Key)] == keys
    assert "".join(encode(event.key, event.character) for event in events if isinstance(event, Key))


async def test_all_keys_go_to_the_program(reader: Reader) -> None:
    keys = {
        "n": b"n",
        "tab": b"\t",
        "shift+tab": b"\x1b[Z",
        "escape": b"\x1b",
        "ctrl+c": b"\x03",
        "ctrl+d": b"\x04",
        "ctrl+p": b"\x10",
        "ctrl+q": b"\x11",
        "ctrl+r": b"\x12",
        "ctrl+z": b"\x1a",
        "up": b"\x1b[A",
        "home": b"\x1b[H",
        "alt+b": b"\x1bb",
        "f1": b"\x1bOP",
        "question_mark": b"?",
        "space": b" ",
        "enter": b"\r",
    }
    async with opened(reader.argv, "ready") as (app, pilot):
        await pilot.press(*keys)
        await until(pilot, lambda: reader.read == b"".join(keys.values()))
        assert app.did == []
        assert len(app.screen_stack) == 1  # no command palette


async def test_cursor_keys_follow_the_mode_that_the_program_set(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "\x1b[?1h")
    async with opened(reader.argv, "ready") as (_, pilot):
        await pilot.press("up", "end")
        await until(pilot, lambda: reader.read == b"\x1bOA\x1bOF")


@pytest.mark.parametrize("prefix", [PREFIX, "ctrl+b", "f12"])
async def test_the_key_after_the_prefix_is_not_the_programs(prefix: str, reader: Reader) -> None:
    async with opened(reader.argv, "ready", prefix) as (app, pilot):
        await pilot.press(prefix)
        assert app.pane.prefixed
        await pilot.press("left_shift", "question_mark")  # as terminals with the Kitty protocol report it
        await pilot.press(prefix, "tab", "x")
        await until(pilot, lambda: reader.read == b"x")
        assert app.did == ["prefixed question_mark", "prefixed tab"]
        assert not app.pane.prefixed


async def test_the_prefix_twice_is_sent(reader: Reader) -> None:
    async with opened(reader.argv, "ready") as (app, pilot):
        await pilot.press(PREFIX, PREFIX, "ctrl+5", "f")  # ctrl+5 is the same byte
        await until(pilot, lambda: app.did == ["prefixed f"] and reader.read == b"\x1d")


# -- pastes


async def test_a_paste_is_typed(reader: Reader) -> None:
    async with opened(reader.argv, "ready") as (app, pilot):
        app.pane.type_in("one\r\ntwo\n\tżółć\x1b[201~\x03")
        expected = "one\rtwo\r\tżółć[201~".encode()
        await until(pilot, lambda: reader.read == expected)


async def test_a_paste_is_bracketed_when_the_program_asks(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "\x1b[?2004h")
    async with opened(reader.argv, "ready") as (app, pilot):
        app.pane.type_in("rm -r \x1b[201~x\n")
        await until(pilot, lambda: reader.read == b"\x1b[200~rm -r [201~x\r\x1b[201~")


LINES = ["mkdir -p $HOME/pp", "touch $HOME/pp/a", "\u00a0 # żółć \u3000"]  # blanks that are no spaces are kept


async def paste(app: Host, text: str) -> None:
    """Paste a text as the real terminal sends it."""
    for event in XTermParser().feed(f"\x1b[200~{text}\x1b[201~"):
        app.post_message(event)


ENDS = pytest.mark.parametrize("end", ["\r", "\n", "\r\n"], ids=["CR", "LF", "CRLF"])


@ENDS
async def test_the_lines_of_a_paste_into_bash_wait_for_enter_and_are_run_as_lines(end: str, tmp_path: Path) -> None:
    async with opened(["env", f"HOME={tmp_path}", *BASH], "$") as (app, pilot):
        await paste(app, end.join(LINES))
        await until(pilot, lambda: "touch" in app.text)
        assert not (tmp_path / "pp").exists()
        await pilot.press("enter")
        await until(pilot, (tmp_path / "pp" / "a").exists)


@ENDS
@pytest.mark.parametrize(
    ("starts", "ready", "keys"),
    [
        ("cat >FILE", "cat >", ["ctrl+d"]),
        ("vi -u NONE +startinsert FILE", "~", ["escape", *":wq", "enter"]),
    ],
    ids=["cat", "vi"],
)
async def test_the_lines_of_a_paste_stay_lines(
    starts: str, ready: str, keys: list[str], end: str, tmp_path: Path
) -> None:
    file = tmp_path / "pasted"
    async with opened(["env", f"HOME={tmp_path}", *BASH], "$") as (app, pilot):
        app.pane.type_in(starts.replace("FILE", str(file)))
        await pilot.press("enter")
        await until(pilot, lambda: ready in app.text)
        await paste(app, end.join([*LINES, ""]))
        await until(pilot, lambda: "touch" in app.text)
        await pilot.press(*keys)
        await until(pilot, lambda: file.exists() and "touch" in file.read_text())
    assert file.read_text().splitlines()[: len(LINES)] == LINES


SLOW = ["bash", "-c", "echo wait; sleep 1; exec env PS1='$ ' HISTFILE=/dev/null bash --norc --noprofile"]


@pytest.mark.parametrize("command", ["echo $((40 + 2))", "for n in 42; do\n  echo $n\ndone"])
async def test_a_command_waits_for_the_prompt_and_what_is_typed_behind_it_too(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(SLOW, "wait") as (app, pilot):
        app.pane.type_at_prompt(command)
        await pilot.press("enter", *"ls", "space", "hash", "ctrl+u")
        await until(pilot, lambda: app.text.endswith("\n42\n$"))
        assert app.text.count("echo") == 1
        app.pane.type_at_prompt("exec cat")
        await pilot.press("enter")
        await until(pilot, lambda: app.text.endswith("exec cat"))
        monkeypatch.setattr(terminal, "PROMPT", 0.2)
        app.pane.type_at_prompt("one line")  # there was a prompt, but what runs now is none
        await until(pilot, lambda: app.did == ["no prompt"])
        app.pane.type_at_prompt("a piece of a file", editor=True)
        await until(pilot, lambda: app.text.endswith("\na piece of a file"))
        assert "one line" not in app.text


async def test_a_shell_that_knows_no_pastes_gets_a_command_at_its_prompt() -> None:
    async with opened(["env", "PS1=# ", "ENV=", "dash", "-i"], "#") as (app, pilot):
        app.pane._prompted = True  # bash on the node had its prompt before
        app.pane.type_at_prompt("echo $((40 + 2))")
        await until(pilot, lambda: app.text.endswith("# echo $((40 + 2))"))


VIMRC = Path(__file__).parents[2] / "cluster" / "node-image" / "learner" / "etc" / "vim" / "vimrc.tiny"


async def test_no_command_is_typed_into_an_editor_but_a_piece_of_a_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "PROMPT", 0.2)
    async with opened(["env", f"HOME={tmp_path}", *BASH], "$") as (app, pilot):
        assert app.pane.at_empty_prompt
        app.pane.type_line(f"vi -u {VIMRC} +startinsert {tmp_path}/file")
        await until(pilot, lambda: "~" in app.text)
        assert not app.pane.at_empty_prompt
        app.pane.type_at_prompt("rm -r x")
        await until(pilot, lambda: app.did == ["no prompt"])
        app.pane.type_at_prompt("    image: x\n    tty: true", editor=True)
        await until(pilot, lambda: "tty: true" in app.text)
        assert "rm -r" not in app.text.partition("~")[0]
        await pilot.press("escape", *":wq", "enter")
        await until(pilot, lambda: (tmp_path / "file").exists())
    assert (tmp_path / "file").read_text().splitlines() == ["    image: x", "    tty: true"]


async def test_a_command_that_was_begun_is_no_empty_prompt() -> None:
    async with opened(BASH, "$") as (app, pilot):
        await until(pilot, lambda: app.pane.at_empty_prompt)
        await pilot.press(*"ls")
        await until(pilot, lambda: app.text.endswith("$ ls"))
        assert not app.pane.at_empty_prompt


async def test_several_lines_are_not_typed_where_they_would_run_one_by_one(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "PROMPT", 0.2)
    async with opened(reader.argv, "ready") as (app, pilot):
        app.pane.type_at_prompt("one\ntwo")
        await pilot.press("enter")
        await until(pilot, lambda: app.did == ["no prompt"])
        await pilot.press("a")
        await until(pilot, lambda: reader.read == b"a")


async def test_a_long_paste_arrives_whole(reader: Reader) -> None:
    text = "".join(f"{number:08}" for number in range(20_000))
    async with opened(reader.argv, "ready") as (app, pilot):
        app.pane.type_in(text)
        await until(pilot, lambda: len(reader.read) == len(text))
    assert reader.read == text.encode()


async def test_what_is_typed_before_the_start_waits(reader: Reader) -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.pane.display = False
        await pilot.pause()
        app.pane.open(["cat"])
        app.pane.type_in("early")
        app.pane.display = True
        await until(pilot, lambda: "early" in app.text)


# -- programs


async def test_bash_completes_edits_and_interrupts(tmp_path: Path) -> None:
    (tmp_path / "the-only-file").touch()
    async with opened(["env", "-C", str(tmp_path), *BASH], "$") as (app, pilot):
        await pilot.press(*"ls", "space", *"the", "tab")
        await until(pilot, lambda: "ls the-only-file" in app.text)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "^C" in app.text)
        await pilot.press(*"leep", "space", *"1000", "home", "s", "enter")
        await until(pilot, lambda: "$ sleep 1000\n" in f"{app.text}\n")
        await pilot.press("ctrl+c", *"echo", "space", *"a", "enter")
        await until(pilot, lambda: "\na\n" in app.text)
        await pilot.press("ctrl+p", "backspace", "b", "enter")
        await until(pilot, lambda: "\nb\n" in app.text)
        await pilot.press("ctrl+d")
        await until(pilot, lambda: app.did == ["ended 0"])


async def test_less_leaves_the_screen_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_text("".join(f"line {number}\n" for number in range(1, 500)))
    async with opened(BASH, "$") as (app, pilot):
        await pilot.press(*"echo", "space", *"kept", "enter")
        app.pane.type_in(f"less {file}")
        await pilot.press("enter")
        await until(pilot, lambda: app.text.startswith("line 1\n"))
        await pilot.press("end")
        await until(pilot, lambda: "line 499" in app.text)
        await pilot.press("home")
        await until(pilot, lambda: app.text.startswith("line 1\n"))
        await pilot.press("q")
        await until(pilot, lambda: "\nkept\n" in app.text and "line 499" not in app.text)


@pytest.mark.skipif(not shutil.which("vi"), reason="no vi here")
async def test_vi_edits_a_file(tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_text("image: old\n")
    async with opened(["vi", str(file)], "image: old") as (app, pilot):
        await pilot.press("A")
        app.pane.type_in("er")
        await until(pilot, lambda: "image: older" in app.text)
        await pilot.press("escape", "colon", "w", "q", "enter")
        await until(pilot, lambda: app.did == ["ended 0"])
    assert file.read_text() == "image: older\n"


async def test_the_program_sees_the_size() -> None:
    async with opened(BASH, "$") as (app, pilot):
        app.pane.type_in("trap 'echo now $(stty size)' WINCH; stty size")
        await pilot.press("enter")
        await until(pilot, lambda: "21 80" in app.text)
        await pilot.resize_terminal(100, 40)
        await until(pilot, lambda: "now 37 100" in app.text)


async def test_the_end_is_told_and_enter_starts_again(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    script = f"echo run >>{runs}; printf '\\033[?1049h\\033[?1000h'; echo last words; exit 3"
    async with opened(["bash", "-c", script]) as (app, pilot):
        await until(pilot, lambda: app.did == ["ended 3"])
        assert "bash ended with exit code 3. Enter starts it again." in app.text
        assert not app.pane.running
        assert not app.pane.emulator.wants_mouse
        await pilot.press("q", "n")  # typed to a program that is gone
        assert app.did == ["ended 3"]
        await pilot.press("enter")
        await until(pilot, lambda: app.did == ["ended 3", "ended 3"])
        assert runs.read_text() == "run\nrun\n"
        await pilot.press("tab")  # nobody needs it: the screen may have it
        await until(pilot, lambda: app.focused is not app.pane)


async def test_last_words_are_kept() -> None:
    async with opened(["bash", "-c", "seq 1 5000; echo end of it"]) as (app, pilot):
        await until(pilot, lambda: app.did == ["ended 0"])
        assert "4999\n5000\nend of it\nbash ended" in app.text


async def test_a_program_that_cannot_be_started_is_told() -> None:
    async with opened(["/no/such/program"]) as (app, pilot):
        await until(pilot, lambda: app.did == ["ended 127"])
        assert "Could not start /no/such/program: No such file or directory." in app.text


async def test_a_second_open_does_nothing(reader: Reader) -> None:
    async with opened(reader.argv, "ready") as (app, pilot):
        app.pane.open(["echo", "no"])
        await pilot.press("x")
        await until(pilot, lambda: reader.read == b"x")
        assert app.did == []


# -- no process is left


def pids(file: Path) -> list[int]:
    return [int(word) for word in file.read_text().split()] if file.exists() else []


FAMILY = "sleep 1000 & echo $$ $! >{0}.new; mv {0}.new {0}; {1}"


@pytest.mark.parametrize("last", ["exec cat", "trap '' HUP; while true; do sleep 0.1; done", "kill -STOP $$"])
async def test_closing_ends_the_program_and_its_children(
    last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_program, "GRACE", 0.1)
    file = tmp_path / "pids"
    async with opened(["bash", "-c", FAMILY.format(file, last)]) as (app, pilot):
        await until(pilot, lambda: pids(file))
        app.pane.close()
        await until(pilot, lambda: not any(map(is_alive, pids(file))))
        await until(pilot, lambda: not app.pane.running)


@pytest.mark.parametrize("last", ["exec cat", "trap '' HUP; while true; do sleep 0.1; done"])
async def test_quitting_ends_the_program(last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal_program, "GRACE", 0.1)
    file = tmp_path / "pids"
    async with opened(["bash", "-c", FAMILY.format(file, last)]) as (_, pilot):
        await until(pilot, lambda: pids(file))
    wait_for(lambda: not any(map(is_alive, pids(file))))


APP = """
import sys
from textual.app import App
from lab.tui.widgets.terminal import TerminalPane

class Killed(App):
    def compose(self):
        yield TerminalPane()
    def on_mount(self):
        self.query_one(TerminalPane).open(sys.argv[1:])

Killed().run(headless=True, size=(80, 24))
"""


def test_the_kernel_ends_the_program_of_an_app_that_was_killed(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    argv = [sys.executable, "-c", APP, "bash", "-c", FAMILY.format(file, "exec cat")]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as app:
        wait_for(lambda: pids(file))
        app.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(map(is_alive, pids(file))))


def wait_for(true: Callable[[], object]) -> None:
    deadline = monotonic() + 30
    while not true():
        assert monotonic() < deadline
        sleep(0.02)


# -- floods


async def test_a_flood_does_not_stop_the_app() -> None:
    async with opened(["yes"], "y\ny\n") as (app, pilot):
        await pilot.press(PREFIX, "f")
        await until(pilot, lambda: app.did == ["prefixed f"])
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.did[1:] == ["ended 130"])
        assert app.pane.emulator.history <= HISTORY


async def test_a_long_output_ends_in_the_same_picture() -> None:
    async with opened([*BASH, "-c", "seq 1 200000"]) as (app, pilot):
        await until(pilot, lambda: app.did == ["ended 0"])
        numbers = [int(line) for line in app.text.splitlines() if line.isdecimal()]
        assert numbers == list(range(numbers[0], 200_001))


async def test_nothing_happens_while_nothing_changes(reader: Reader) -> None:
    async with opened(reader.argv, "ready") as (app, pilot):
        await until(pilot, lambda: not app.pane._timers)


def emulator(width: int = 20, height: int = 4) -> Emulator:
    return Emulator((width, height), lambda data: None, lambda: None, lambda text: None)


def test_shortened_output_looks_the_same() -> None:
    data = b"".join(b"%d %s\r\n" % (number, b"x" * (number % 50)) for number in range(5000)) + b"$ "
    whole, short = emulator(), emulator()
    whole.feed(data)
    short.feed(short.shorten(data))
    assert len(short.shorten(data)) < len(data) / 2
    assert whole.board.capture_text() == short.board.capture_text()
    assert [whole.line(-row) for row in range(1, HISTORY)] == [short.line(-row) for row in range(1, HISTORY)]


@pytest.mark.parametrize("begin", [b"\x1b[1m", b"\x1b[2;3r", b"\x1b]2;title", "\x85".encode(), b"\x0e"])
def test_output_with_control_sequences_is_not_shortened(begin: bytes) -> None:
    data = begin + b"y\r\n" * 5000
    assert emulator().shorten(data) == data


# -- the emulator


@pytest.mark.parametrize(
    "data",
    [
        "\x1b[8;3000;3000t",
        "\x1b[132;1$|\x1b[?40h\x1b[?3h",
        "a\x1b[999999999b",
        "\x1b[999999999I",
        "\x1b[<999999999u",
        "\x1b[1?2H",
        "\x1b]2;" + "no end " * 100_000,
        "\x1b[5ieaten",
        "\x1b\\ \x1b[1\x18\x9c\x80",
    ],
)
def test_strange_output_does_no_harm(data: str) -> None:
    it = emulator()
    it.feed(data.encode())
    it.feed(b"\x18\x1b[2J\x1b[Hafter\r\n")
    assert (it.board.width, it.board.height) == (20, 4)
    assert it.board.capture_text() == "after"


def test_a_program_cannot_type_what_it_has_said() -> None:
    said: list[bytes] = []
    it = Emulator((20, 4), said.append, lambda: None, lambda text: None)
    it.feed(b"\x1b]50;x\nrm\x07\x1b]50;?\x07\x1bP$q\nrm\n\x1b\\\x1b[21t\x1b[6n")
    assert said == [b"\x1b[1;1R"]


def test_nothing_that_controls_the_real_terminal_is_painted() -> None:
    it = emulator()
    it.feed("\x1b\\\x80\x9b1m\x7f漢字 e\u0301 \u200b\u202e❤\ufe0f".encode())
    strip = Painter(it).strip(it.line(0), 20, Marks())
    assert strip.text.replace("�", "").isprintable()
    assert "漢字 e\u0301" in strip.text
    assert strip.cell_length == 20


def test_what_is_painted_unasked_has_one_cell() -> None:
    narrow = [char for char in map(chr, range(0x10000)) if _NARROW(char) and char.isprintable()]
    assert {"a", "ä", "λ", "ж", "│"} <= set(narrow)
    assert [char for char in narrow if cell_len(char) != 1] == []


def test_a_smaller_screen_keeps_the_newest_lines_and_a_larger_one_brings_the_others_back() -> None:
    it = emulator(20, 6)
    it.feed(b"1\r\n2\r\n3\r\n4\r\n5\r\n$ ")
    it.resize(20, 3)
    assert it.board.capture_text() == "4\n5\n$"
    it.resize(40, 6)
    assert it.board.capture_text() == "1\n2\n3\n4\n5\n$"
    it.feed(b"\rx\t\t\ty")
    assert it.board.capture_text().endswith("\nx" + " " * 23 + "y")


def test_a_smaller_screen_under_an_editor() -> None:
    it = emulator(20, 6)
    it.feed(b"1\r\n2\r\n3\r\n4\r\n5\r\n$ vi\x1b[?1049hedited\x1b7\x1b[1;1H")
    assert it.history == 0
    it.resize(20, 3)
    it.feed(b"\x1b[?1049l\r\n$ ")
    assert it.board.capture_text() == "5\n$ vi\n$"
    it.feed(b"\x1b[?1049h")
    assert it.board.capture_text() == ""


def test_clear_clears_the_history() -> None:
    it = emulator()
    it.feed(b"line\r\n" * 50)
    assert it.history
    it.feed(b"\x1b[H\x1b[2J\x1b[3J")
    assert it.history == 0


# -- mouse, selection, scrolling back


async def drag(pilot: Pilot[None], begin: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(TerminalPane, offset=begin)
    await pilot.hover(TerminalPane, offset=end)
    await pilot.mouse_up(TerminalPane, offset=end)


async def test_what_is_selected_is_copied() -> None:
    long = "0123456789" * 10
    async with opened(["bash", "-c", f"echo 'first line '; echo {long}; exec cat"], "89\n") as (app, pilot):
        await drag(pilot, (6, 0), (3, 1))
        assert app.clipboard == "line\n012"
        await drag(pilot, (19, 2), (78, 1))  # backwards, over a line that the terminal wrapped
        assert app.clipboard == "8901234567890123456789"[:2] + long[80:99]
        await pilot.click(TerminalPane, offset=(8, 0), times=2)
        assert app.clipboard == "line"
        await pilot.click(TerminalPane, offset=(8, 0), times=3)
        assert app.clipboard == "first line"


async def test_the_mouse_is_the_programs_when_it_asks(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "\x1b[?1002h\x1b[?1006h")
    async with opened(reader.argv, "ready") as (app, pilot):
        await drag(pilot, (6, 0), (8, 1))
        await until(pilot, lambda: reader.read == b"\x1b[<0;7;1M\x1b[<32;9;2M\x1b[<0;9;2m")
        assert app.clipboard == ""


async def test_a_program_can_copy() -> None:
    async with opened(["bash", "-c", "printf '\\033]52;c;aGVsbG8=\\007'; exec cat"]) as (app, pilot):
        await until(pilot, lambda: app.clipboard == "hello")


async def test_scrolling_back_and_typing() -> None:
    async with opened(["bash", "-c", "seq 1 100; exec cat"], "\n100") as (app, pilot):
        await pilot.press(PREFIX, "home")
        assert app.pane.render_line(1).text.strip() == "2"
        assert "lines back" in app.pane.render_line(0).text
        await pilot.press(PREFIX, "pagedown")
        assert app.pane.render_line(1).text.strip() == str(2 + app.pane.size.height - 1)
        await pilot.press("x")
        assert app.pane.render_line(0).text.strip() == str(100 - app.pane.size.height + 2)
        assert app.did == []


async def test_what_changes_is_drawn() -> None:
    async with opened(["bash", "-c", "echo one; exec cat"], "one") as (app, pilot):
        await until(pilot, lambda: "one" in app.export_screenshot())
        await pilot.press(*"typed")
        await until(pilot, lambda: "typed" in app.export_screenshot())


async def test_colours_and_the_cursor_are_painted() -> None:
    async with opened(["bash", "-c", "printf '\\033[1;38;2;1;2;3mbold\\033[m '; exec cat"], "bold") as (app, pilot):
        await pilot.press("x")
        await until(pilot, lambda: "bold x" in app.text)
        await until(pilot, lambda: any(part.style and part.style.reverse for part in app.pane.render_line(0)))
        parts = {part.text: part.style for part in app.pane.render_line(0) if part.style}
        assert parts["bold"].bold
        assert parts["bold"].color is not None
        assert parts["bold"].color.triplet == (1, 2, 3)
        app.query_one(Button).focus()
        await until(pilot, lambda: not any(part.style and part.style.reverse for part in app.pane.render_line(0)))
