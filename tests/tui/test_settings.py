"""The settings file: read strictly, never in the way, and written with care."""

from pathlib import Path

import pytest
from rich.color import Color
from rich.style import Style

import lab.tui.app  # noqa: F401 (its bindings)
from lab import paths
from lab.errors import LabError
from lab.tui import settings
from lab.tui.all_bindings import known
from lab.tui.app import LabApp
from lab.tui.keys import normal, parts_loaded, pressed
from lab.tui.settings import DEFAULT_PREFIX, Settings, read, write_theme
from lab.tui.widgets.terminal import PREFIX

from .driving import at_home, see, until
from .fake_course import FakeCourse

THEMES = ("textual-dark", "nord", "high-contrast")


def write(text: str) -> Path:
    file = paths.settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def taken(text: str) -> Settings:
    return read(write(text), THEMES, known())


def test_no_file_and_an_empty_one_set_nothing() -> None:
    assert read(paths.settings_file(), THEMES, {}) == Settings() == taken("# nothing yet\n")


def test_it_lies_where_xdg_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert paths.settings_file() == tmp_path / "config" / "cks-lab" / "tui.yaml"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert paths.settings_file() == Path("/home/me/.config/cks-lab/tui.yaml")


def test_all_that_can_be_set() -> None:
    found = taken("theme: nord\nprefix: ctrl+b\nmouse: no\nkeys:\n  home.start: b, F5\n  lab.quit: ctrl+]\n")
    keys = {"home.start": "b,f5", "lab.quit": "ctrl+right_square_bracket"}
    assert found == Settings("nord", "ctrl+b", keys, mouse=False)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("them: nord\n", 1, '"them" is not known here; did you mean "theme"?'),
        ("\ntheme: nrod\n", 2, 'there is no theme "nrod"; did you mean "nord"?'),
        ("mouse: off-ish\n", 1, '"mouse" must be true or false, not the text "off-ish"'),
        ("theme: 5\n", 1, '"theme" must be text, not the number 5: put it in quotes'),
        ("keys:\n  home.strat: b\n", 2, 'there is no key for "home.strat"; did you mean "home.start"?'),
        ("keys:\n  zzz: b\n", 2, 'there is no key for "zzz"; the page of keys (?) has the names'),
        ("keys:\n  home.start: entre\n", 2, '"entre" is no key; did you mean "enter"?'),
        ("keys:\n  home.start: crtl+b\n", 2, '"crtl+b" is no key: "crtl"; did you mean "ctrl"?'),
        ("keys:\n  home.start: r\n", 2, '"home.start" and "home.reset" would both have the key r'),
        ("prefix: a,b\n", 1, "the prefix is one key"),
        ("theme: [\n", 2, "this is not YAML"),
        ("theme: nord\ntheme: nord\n", 2, 'the key "theme" is there twice'),
        ("- theme\n", 1, "this must be a mapping, not a list"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(text: str, line: int, said: str) -> None:
    found = taken(text)
    assert found == Settings(problems=found.problems)
    assert any(f"{paths.settings_file()}:{line}: {said}" in problem for problem in found.problems), found.problems


def test_the_prefix_is_the_terminals_own() -> None:
    assert DEFAULT_PREFIX == PREFIX


def test_two_bindings_may_swap_their_keys() -> None:
    assert not taken("keys:\n  home.start: r\n  home.reset: s\n").problems


@pytest.mark.parametrize(
    ("written", "name", "shown"),
    [
        ("?", "question_mark", "?"),
        ("^]", DEFAULT_PREFIX, "Ctrl-]"),
        ("Ctrl+B", "ctrl+b", "Ctrl-b"),
        ("shift+r", "R", "R"),
        ("ctrl++", "ctrl+plus", "Ctrl-+"),
        ("+", "plus", "+"),
        (",", "comma", ","),
        ("Enter", "enter", "Enter"),
        ("f12", "f12", "f12"),
        ("space", "space", "space"),
        ("é", "é", "é"),
    ],
)
def test_keys_have_many_names(written: str, name: str, shown: str) -> None:
    assert normal(written) == name
    assert pressed(name) == shown


def test_every_binding_of_the_lab_that_is_told_has_an_id() -> None:
    for part in parts_loaded():
        for each in part.__dict__.get("BINDINGS", []):
            assert each.id, (part, each)
            assert each.tooltip, (part, each)


def test_no_two_bindings_of_a_screen_have_one_id() -> None:
    owners: dict[str, type] = {}
    for part in parts_loaded():
        for each in part.__dict__.get("BINDINGS", []):
            assert owners.setdefault(each.id, part) is part, each.id


# -- writing


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", settings._NEW.format(theme="nord")),
        (
            "# mine\ntheme: textual-dark   # by day\nprefix: ctrl+b\n",
            "# mine\ntheme: nord   # by day\nprefix: ctrl+b\n",
        ),
        ('theme: "textual-dark"\n', "theme: nord\n"),
        ("theme:\nkeys:\n  lab.quit: Q\n", "theme: nord\nkeys:\n  lab.quit: Q\n"),
        ("prefix: ctrl+b # one\nkeys: {}", "prefix: ctrl+b # one\nkeys: {}\ntheme: nord\n"),
        ("keys:\n  theme: x\n", "keys:\n  theme: x\ntheme: nord\n"),
    ],
)
def test_the_line_of_the_theme_alone_is_written(before: str, after: str) -> None:
    file = write(before) if before else paths.settings_file()
    write_theme(file, "nord")
    assert file.read_text() == after
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("before", ["{theme: textual-dark}\n", "theme: >\n  textual-dark\n"])
def test_what_cannot_be_written_in_a_line_is_left_alone(before: str) -> None:
    file = write(before)
    with pytest.raises(LabError, match="theme: nord"):
        write_theme(file, "nord")
    assert file.read_text() == before


def test_a_link_stays_a_link_and_the_mode_stays(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.yaml"
    target.write_text("theme: textual-dark\n")
    target.chmod(0o640)
    paths.settings_file().parent.mkdir(parents=True)
    paths.settings_file().symlink_to(target)
    write_theme(paths.settings_file(), "nord")
    assert paths.settings_file().is_symlink()
    assert target.read_text() == "theme: nord\n"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(LabError, match="The theme is not kept"):
        write_theme(paths.settings_file(), "nord")


# -- in the app


async def test_the_theme_and_keys_of_the_file_hold() -> None:
    write("theme: high-contrast\nkeys:\n  home.start: b\n")
    course = FakeCourse()
    async with at_home(course) as pilot:
        assert pilot.app.theme == "high-contrast"
        await pilot.press("down")
        await see(pilot, "b starts this exercise")
        await see(pilot, "b Start")
        await pilot.press("s")
        await pilot.press("b")
        await see(pilot, "Start: Pin the kube-apiserver")
        await pilot.press("y")
        await until(pilot, lambda: "start image-digest" in course.calls)


async def test_a_theme_that_is_chosen_is_kept() -> None:
    file = write("# mine\nprefix: ctrl+b\n")
    async with at_home(FakeCourse()) as pilot:
        pilot.app.theme = "nord"
        await until(pilot, lambda: "theme: nord" in file.read_text())
    app = LabApp(FakeCourse())
    assert app.settings == Settings("nord", "ctrl+b")
    assert file.read_text().startswith("# mine\n")


async def test_a_file_that_is_wrong_is_said_and_left_alone() -> None:
    file = write("theme: nrod\n")
    async with at_home(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "The settings were not taken")
        await see(pilot, 'tui.yaml:1: there is no theme "nrod"; did you mean "nord"?')
        pilot.app.theme = "nord"
        await see(pilot, "The theme is not kept: the settings file is wrong.")
    assert file.read_text() == "theme: nrod\n"


@pytest.mark.parametrize("theme", ["high-contrast", "high-contrast-light", "ansi-dark", "ansi-light"])
@pytest.mark.parametrize("colours", [True, False])
async def test_themes_paint_with_and_without_colours(
    theme: str, colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    write(f"theme: {theme}\n")
    async with at_home(FakeCourse()) as pilot:
        assert pilot.app.theme == theme
        await see(pilot, "API server: ✓ ready")
        strips = pilot.app.screen._compositor.render_strips()
        found = {colour for strip in strips for segment in strip if segment.style for colour in _colours(segment.style)}
        assert any(_coloured(colour) for colour in found) is colours


def _colours(style: Style) -> tuple[Color | None, Color | None]:
    return style.color, style.bgcolor


def _coloured(colour: Color | None) -> bool:
    if colour is None or colour.is_default:
        return False
    red, green, blue = colour.get_truecolor()
    return not red == green == blue
