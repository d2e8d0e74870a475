"""The walk in lines of text, on a course without a cluster; whole walks are held against transcripts."""

import io
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest
from walk_course import SCRIPT, WalkCourse

from lab import cli
from lab.errors import ClusterError, EngineError, LabError
from lab.exit_codes import ExitCode
from lab.model import Holds, Place, Rescue, StepResult, Verdict
from lab.phases import Console
from lab.practice import Stop, Talk, Walk, words
from lab.practice.prose import plain

TRANSCRIPTS = Path(__file__).parent / "practice"
TESTS = Path(__file__).parents[1]


class Lines(io.StringIO):
    """Standard input; where a line is an exception, it is raised."""

    def __init__(self, lines):
        super().__init__()
        self.left = list(lines)

    def readline(self, size=-1):
        line = self.left.pop(0) if self.left else ""
        if isinstance(line, BaseException):
            raise line
        return f"{line}\n" if self.left or line else ""


class Walked:
    def __init__(self, text, code, left):
        self.text, self.code, self.left = text, code, left

    def after(self, word, nth=0):
        """What was said after the word was typed, to the next prompt."""
        return self.text.split(f"> {word}\n")[nth + 1].partition("/find> ")[0].partition("/pin> ")[0]


def walk(course, *lines, place=None, shell=None, width=80, every=0.001) -> Walked:
    sink = io.StringIO()
    course.status = Console(sink, stamps=False)
    source = Lines([*lines, "quit", ""])
    code = Walk(course, Talk(source, sink, lambda: width, echo=True), shell, every).run(place)
    return Walked(sink.getvalue(), code, source.left)


def begun(**fields) -> WalkCourse:
    return WalkCourse(started={"image-digest", "opa-whitelist"}, **fields)


FIND, PIN = Place("image-digest", "find"), Place("image-digest", "pin")


@pytest.mark.parametrize(
    ("name", "width", "lines"),
    [
        ("whole", 80, ["about", "help", "1", "", "", "hint", "solution", "y", "do", "y", "next", "do", "yes", "next",
                       "y", "do", "y", "next", "list", "2"]),
        ("narrow", 40, ["image-digest", "y", "check", "hint", "hint", "hint", "help"]),
    ],
)  # fmt: skip
def test_a_whole_walk(name, width, lines) -> None:
    """The transcripts are read when they change: `LAB_WRITE=1` writes them."""
    walked = walk(WalkCourse(cluster="absent"), *lines, width=width)
    file = TRANSCRIPTS / f"{name}.txt"
    if os.environ.get("LAB_WRITE"):
        file.write_text(walked.text)
    assert walked.text == file.read_text()
    assert (walked.code, walked.left) == (ExitCode.OK, [""])


def test_only_commands_are_wider_than_the_terminal() -> None:
    walked = walk(begun(), "", "hint", "hint", "solution", "y", "help", "next", place=FIND, width=40)
    wide = [line for line in walked.text.splitlines() if len(line) > 40]
    assert wide
    for line in wide:
        assert line.strip().startswith(("look with: ", "`k -n", "- Images: ", "https://", "registry.k8s.io/", "crictl"))


def test_there_is_nothing_in_it_but_lines() -> None:
    walked = walk(WalkCourse(cluster="absent"), "1", "y", "", "hint", "do", "y", "next", "reset", "y")
    assert not [character for character in walked.text if ord(character) < 32 and character != "\n"]


# -- which exercise


@pytest.mark.parametrize(
    ("typed", "exercise"),
    [("1", "image-digest"), ("2", "opa-whitelist"), ("opa-whitelist", "opa-whitelist"), ("", "image-digest")],
)
def test_choosing(typed, exercise) -> None:
    course = WalkCourse()
    walk(course, typed, "y")
    assert course.calls[:2] == [f"verify {exercise}", f"start {exercise}"]


@pytest.mark.parametrize(
    ("fields", "usual"),
    [
        ({"passing": {"answer", "manifest"}}, "opa-whitelist"),
        ({"where": Place("opa-whitelist", "refuse")}, "opa-whitelist"),
        ({"where": PIN, "passing": {"answer", "manifest"}}, "opa-whitelist"),
        ({"passing": {"answer", "manifest", "refused"}}, "image-digest"),
    ],
)
def test_enter_takes_the_exercise_to_go_on_with(fields, usual) -> None:
    course = begun(**fields)
    walk(course, "")
    assert course.calls == [f"verify {usual}"]


@pytest.mark.parametrize("typed", ["0", "3", "99999999999", "²", "iamge-digest", "check", "\x1b[A"])
def test_what_is_no_exercise(typed) -> None:
    walked = walk(WalkCourse(), typed)
    assert f'There is no exercise "{typed.replace(chr(27), "?").lower()}"' in walked.text
    assert "Words: a number, about" in walked.text


def test_not_starting_leads_back_to_the_list() -> None:
    course = WalkCourse()
    walked = walk(course, "1", "perhaps", "n")
    assert walked.text.count("The exercises\n=") == 2
    assert "Type yes or no. [Y/n]" in walked.text
    assert course.calls == ["verify image-digest"]


def test_one_that_was_set_aside_is_taken_up_again() -> None:
    course = begun(aside={"image-digest"})
    walked = walk(course, "1", "")
    assert "set aside for another one. Take it up again? [Y/n]" in walked.text
    assert "The brief of image-digest" not in walked.text
    assert "start image-digest" in course.calls


def test_the_list_shows_how_far_each_is() -> None:
    walked = walk(begun(passing={"answer", "refused"}))
    assert "1. image-digest: Pin the kube-apiserver to its image digest. ~ started, 3 of 4\npoints" in walked.text
    assert "2. opa-whitelist: Let only trusted registries in. ✓ complete, 5 of 5 points" in walked.text


# -- where it begins, and where it goes


def test_it_begins_at_the_first_step_that_does_not_pass_or_at_the_place_that_is_named() -> None:
    course = begun(passing={"answer"})
    assert "Step 2 of 2: Pin it" in walk(course, place=Place("image-digest")).text
    assert course.where == PIN
    assert "Step 1 of 2: Find the digest" in walk(course, place=FIND).text
    assert course.where == FIND


def test_a_complete_exercise_says_so_at_once() -> None:
    walked = walk(begun(passing={"answer", "manifest"}), place=Place("image-digest"))
    assert "All steps of image-digest pass: 4 of 4 points." in walked.text
    assert "What was learnt" not in walked.text


def test_next_and_back() -> None:
    walked = walk(begun(), "back", "next", "next", "back", place=FIND)
    assert "This is the first step." in walked.after("back")
    assert "Step 2 of 2: Pin it" in walked.after("next")
    assert "not all steps pass:\nStep 1 ✗ fails" in walked.after("next", 1)
    assert "Step 1 of 2: Find the digest" in walked.after("back", 1)


def test_list_leaves_the_exercise_as_it_is() -> None:
    course = begun()
    walked = walk(course, "list", "2", place=FIND)
    assert walked.text.count("The exercises\n=") == 1
    assert course.calls == ["verify image-digest", "verify opa-whitelist"]


def test_the_way_of_an_image_is_drawn_and_its_name_stays_as_it_is_typed() -> None:
    course, typed = begun(), "Path quay.io/acme/Reports:V1"
    walked = walk(course, typed, place=FIND)
    assert "path quay.io/acme/Reports:V1" in course.calls
    assert "│   It is reached.\n\nIt would be let in.\n" in walked.after(typed)


def test_why_names_the_fault() -> None:
    course = begun()
    walked = walk(course, "why", place=FIND)
    assert "why" in course.calls
    assert "1. The manifest is not YAML, in line 7.\n" in walked.after("why")


def test_texts_again() -> None:
    walked = walk(begun(), "text", "task", "show", place=FIND)
    assert "Look which image the running kube-apiserver has." in walked.after("text")
    assert "The brief of image-digest." in walked.after("task")
    assert walked.after("show") == walked.after("text")


@pytest.mark.parametrize(
    ("typed", "near"), [("chek", 'did you mean "check"?'), ("xyzzy 1 2", "(known: back, check, do,")]
)
def test_a_word_that_is_none(typed, near) -> None:
    said = walk(begun(), typed, place=FIND).after(typed)
    assert f'There is no word "{typed.split()[0]}"' in said
    assert near in said
    assert "Words: check, wait, hint," in said


def test_every_word_of_the_help_does_something() -> None:
    for word in words.HERE:
        assert "There is no word" not in walk(begun(looks=[lambda: None] * 2), f"{word.upper()} 0", place=FIND).text


# -- looking


def test_check_says_what_each_check_found() -> None:
    course = begun()
    walked = walk(course, "check", "", "verify", place=PIN)
    assert walked.after("check").startswith(
        "Step 2 ✗ fails, 0 of 1 point: Pin it\n"
        "✗ fails: The manifest names the digest (1 point)\n"
        "    expected:  what manifest asks for:\n"
        "               registry.k8s.io/kube-apiserver@sha256:0123456789\n"
        "    observed:  there is no manifest\n"
        "    look with: grep manifest /etc/kubernetes/manifests/kube-apiserver.yaml |"
        " tr -d ' ' | sort | uniq -c | tail\n"
        "✓ passes: The API server is ready\n"
    )
    assert walked.after("verify") == walked.after("check")
    assert course.calls == ["verify image-digest"] * 4


def test_a_step_that_turned_says_what_was_learnt_once() -> None:
    course = begun()
    course.looks = [lambda: None, lambda: course.passing.add("answer")]
    walked = walk(course, "", "", place=FIND)
    assert walked.text.count("Why the solution of `find` works.") == 1
    assert "next goes on to step 2." in walked.text


def test_another_step_that_turned_is_told() -> None:
    course = begun(passing={"answer"})
    course.looks = [lambda: None, course.passing.clear, lambda: course.passing.add("answer")]
    walked = walk(course, "check", "check", place=PIN)
    assert "Step 1 now ✗ fails, 0 of 3 points: Find the digest" in walked.after("check")
    assert "Step 1 now ✓ passes, 3 of 3 points: Find the digest" in walked.after("check", 1)


def test_a_step_that_was_seen_once_shows_no_checks() -> None:
    walked = walk(begun(seen_once={"refuse"}), "check", place=Place("opa-whitelist", "refuse"))
    assert "Step 1 ✓ passes (seen at " in walked.text
    assert "A pod is refused (5 points)" not in walked.text


def test_a_step_that_has_to_be_seen_once_says_so() -> None:
    assert "seen to pass once" in walk(begun(), "check", place=Place("opa-whitelist", "refuse")).text


def test_the_api_server_away() -> None:
    course = begun(api_server="not ready: connection refused", passing={"manifest"})
    said = walk(course, "check", place=PIN).after("check")
    assert "✓ passes: The manifest names the digest" in said  # the node still tells
    assert "? could not tell: The API server is ready\n" in said
    assert "    observed:  could not tell: connection refused" in said
    assert "The API server is not ready: connection refused. What lab could not tell is no\nfail." in said
    assert "What was learnt" not in said


def test_the_node_away() -> None:
    course = begun(cluster="stopped")
    course.looks = [lambda: None, lambda: setattr(course, "cluster", "absent")]
    course.cluster = "running"
    course.api_server = "not ready: no route"
    assert "The cluster is absent." in walk(course, "check", place=PIN).after("check")


def test_an_exercise_that_was_reset_elsewhere() -> None:
    course = begun()
    course.looks = [lambda: None, course.started.clear]
    said = walk(course, "check", place=FIND).after("check")
    assert "not started; start it with: lab start image-digest" in said


# -- waiting


def test_wait_ends_with_a_change() -> None:
    course = begun()
    course.looks = [*[lambda: None] * 3, lambda: course.passing.add("answer")]
    walked = walk(course, "wait", place=FIND)
    assert "Step 1 ✓ passes" in walked.after("wait")
    assert "Why the solution" in walked.after("wait")
    assert course.calls == ["verify image-digest"] * 4
    assert [watching.stopped for watching in course.watches] == [True]


def test_a_change_of_another_step_ends_it_too() -> None:
    course = begun(passing={"answer"})
    course.looks = [lambda: None, lambda: None, course.passing.clear]
    assert "Step 1 now ✗ fails" in walk(course, "wait", place=PIN).after("wait")


def test_an_api_server_that_restarts_is_no_change() -> None:
    course = begun()

    def api(state: str) -> Callable[[], None]:
        return lambda: setattr(course, "api_server", state)

    away = api("not ready: connection refused")
    course.looks = [lambda: None, away, away, api("ready"), lambda: course.passing.add("manifest")]
    said = walk(course, "wait", place=PIN).after("wait")
    assert said.count("The API server is not ready: connection refused.") == 1
    assert said.count("The API server is ready again.") == 1
    assert said.index("again.") < said.index("Step 2 ✓ passes")


def test_wait_ends_after_its_seconds() -> None:
    assert "Nothing changed in 0 s." in walk(begun(), "wait 0", place=FIND).text
    said = walk(begun(), "wait long", place=FIND).text
    assert 'not "long"' in said
    assert "Looking until" not in said


def test_a_step_that_the_lab_probes_says_so_when_it_passes() -> None:
    seen = StepResult("run", "Run", Holds.ONCE, (), Verdict.PASS, 1, 1, "x", probed=True)
    assert words.verdict(seen) == "✓ passes by the lab's own probe (seen at x)"
    assert words.verdict(replace(seen, verdict=Verdict.FAIL, seen_at="")) == "✗ fails"


def test_ctrl_c_ends_waiting_and_leads_back_to_the_prompt() -> None:
    course = begun()

    def stop() -> None:
        raise Stop

    course.looks = [lambda: None, lambda: None, stop]
    walked = walk(course, "wait", "check", place=FIND)
    assert "Stopped. Nothing is lost" in walked.after("wait")
    assert "Step 1 ✗ fails" in walked.after("check")
    assert walked.code == ExitCode.OK
    assert [watching.stopped for watching in course.watches] == [True]


# -- help


def test_hints_come_one_at_a_time() -> None:
    course = begun()
    walked = walk(course, "hint", "hint", "hint", place=FIND)
    assert "Hint 1 of 2\n" in walked.after("hint")
    assert "Hint 2 of 2\n" in walked.after("hint", 1)
    assert "    crictl inspect find\n" in walked.after("hint", 1)
    assert "Hint 1 of 2\n" in walked.after("hint", 2)  # all of them again, which records nothing
    assert course.calls.count("hint image-digest/find") == 2


def test_a_solution_only_after_a_yes_and_recorded() -> None:
    course = begun()
    walked = walk(course, "solution", "n", "solution", "", "solution", "YES", "solution", place=FIND)
    assert SCRIPT not in walked.after("solution") + walked.after("solution", 1)
    assert SCRIPT in walked.after("solution", 2)
    assert SCRIPT in walked.after("solution", 3)  # taken already: no question
    assert course.solved == ["find", "find"]
    assert course.passing == set()


def test_do_only_after_a_yes() -> None:
    course = begun()
    walked = walk(course, "do", "n", "do", "y", place=FIND)
    assert course.calls.count("solve image-digest/find") == 1
    assert "Step 1 ✓ passes" in walked.after("do", 1)
    assert SCRIPT in walked.after("do", 1)


def test_the_end_of_an_exercise_says_what_help_was_taken() -> None:
    walked = walk(begun(), "hint", "do", "y", "next", "do", "y", "next", place=FIND)
    assert "All steps of image-digest pass: 4 of 4 points.\nHints taken: 1. Solutions taken: 2." in walked.text
    assert "Let only trusted registries in\n====" in walked.after("next", 1)


def test_the_shell() -> None:
    opened = []
    course = begun()
    walked = walk(course, "shell", place=FIND, shell=lambda argv: opened.append(argv) or 7)
    assert opened == [["docker", "exec", "-it", "cks-lab-control-plane", "bash", "-l"]]
    assert "Back in the lab." in walked.after("shell")
    assert "lab shell" in walk(course, "shell", place=FIND).after("shell")


def test_what_is_typed_on_ones_own_machine_is_done_here() -> None:
    course = begun()
    first, *others = course.catalog.exercises
    find = replace(first.steps[0], text="```lab\nlab webhook up\n```")
    first = replace(first, steps=(find, *first.steps[1:]))
    course._catalog = replace(course.catalog, exercises=(first, *others))
    typed = "lab  webhook up", "lab webhook logs", "lab webhook down", "lab webhook logs", "lab up"
    walked = walk(course, *typed, place=FIND)
    assert "Typed here, this is done for you: lab webhook up.\n" in walked.text
    assert "Starting the webhook.\nDone: lab webhook up\n" in walked.text
    assert '"event":"decision"' in walked.text
    assert "Done: lab webhook down\n" in walked.text
    assert "Error: The webhook does not run.\n" in walked.text
    assert "That is for another terminal. Done here are: lab webhook up, " in walked.text
    called = [call for call in course.calls if call.startswith("webhook")]
    assert called == ["webhook up", "webhook log", "webhook down", "webhook log"]


def test_a_rescue_shows_the_difference_and_asks() -> None:
    found = Rescue(True, False, "-    - --nonsense", ("/etc/x",), (), "at 12:00:00")
    course = begun(rescues=found)
    walked = walk(course, "rescue", "n", "rescue", "", place=PIN)
    assert course.calls.count("rescue") == 1
    assert "    -    - --nonsense\nTo be put back as they were at 12:00:00: /etc/x.\n" in walked.after("rescue")
    assert "The API server is ready, after 14 s.\n" in walked.after("rescue", 1)
    assert "Nothing to rescue" in walk(begun(), "rescue", place=PIN).after("rescue")


def test_a_reset_only_after_a_yes() -> None:
    course = begun(passing={"answer"})
    walked = walk(course, "reset", "n", "reset", "y", place=PIN)
    assert course.calls.count("reset image-digest") == 1
    assert "Step 1 of 2: Find the digest" in walked.after("reset", 1)
    assert "now" not in walked.after("reset", 1)


# -- what goes wrong, and the end


@pytest.mark.parametrize(
    ("method", "typed"),
    [
        ("verify", ["check"]), ("verify", ["wait"]), ("hint", ["hint"]), ("solution", ["solution", "y"]),
        ("solve", ["do", "y"]), ("shell", ["shell"]), ("reset", ["reset", "y"]),
    ],
)  # fmt: skip
def test_an_error_is_said_and_the_walk_goes_on(method, typed) -> None:
    course = begun()

    def fail_from_now_on() -> None:
        course.failures = {method: [ClusterError("It went wrong.", "Try: lab reset image-digest")]}

    course.looks = [fail_from_now_on]
    walked = walk(course, *typed, "text", place=FIND, shell=lambda argv: 0)
    assert "Error: It went wrong.\nTry: lab reset image-digest" in walked.after(typed[0])
    assert "Look which image" in walked.after("text")
    assert walked.code == ExitCode.OK


@pytest.mark.parametrize("method", ["verify", "start"])
def test_an_error_at_the_start_of_an_exercise_leads_to_the_list(method) -> None:
    course = WalkCourse(failures={method: [LabError("It went wrong.")]})
    walked = walk(course, "1", *(["y"] if method == "start" else []), "2", "y")
    assert walked.text.count("The exercises\n=") == 2
    assert "start opa-whitelist" in course.calls


def test_without_a_cluster_one_is_made() -> None:
    course = WalkCourse(cluster="absent")
    assert "Creating the control plane ..." in walk(course).text
    assert course.calls == ["up"]
    course = WalkCourse(cluster="unknown")
    assert 'Looking for the cluster "cks-lab".' in walk(course).text
    course = WalkCourse(cluster="stopped")
    assert 'The cluster "cks-lab" does not run. Bringing it back.' in walk(course).text
    course = WalkCourse()
    walk(course)
    assert course.calls == []


def test_a_cluster_that_cannot_be_made_ends_it() -> None:
    course = WalkCourse(cluster="absent", failures={"up": [EngineError("No Docker.", "lab doctor --fix")]})
    with pytest.raises(EngineError):
        walk(course)


@pytest.mark.parametrize("lines", [[], ["1"], ["1", "y"], ["1", "y", "do"]])
def test_the_end_of_input_leaves(lines) -> None:
    sink = io.StringIO()
    assert Walk(WalkCourse(), Talk(Lines(lines), sink, lambda: 80), None).run() == ExitCode.OK
    assert "The cluster and your progress stay. Go on with:\n  lab practice --plain" in sink.getvalue()


@pytest.mark.parametrize("lines", [[Stop()], ["1", Stop()], ["1", "y", Stop()], ["1", "y", "do", Stop()]])
def test_ctrl_c_at_a_prompt_leaves(lines) -> None:
    walked = walk(WalkCourse(), *lines)
    assert walked.code == ExitCode.INTERRUPTED
    where = " image-digest/find" if len(lines) > 2 else ""
    assert walked.text.endswith(f"Interrupted. Nothing is lost. Go on with:\n  lab practice --plain{where}\n")


def test_how_to_go_on_has_the_clusters_name() -> None:
    assert walk(begun(name="exam"), place=PIN).text.endswith("  lab --name exam practice --plain image-digest/pin\n")


def test_other_signals_are_not_for_the_walk() -> None:
    with pytest.raises(KeyboardInterrupt) as raised:
        walk(begun(failures={"verify": [KeyboardInterrupt()]}), place=FIND)
    assert not isinstance(raised.value, Stop)


# -- Markdown


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("", []),
        ("\n\na\nb\n\n\nc\n\n", ["a b", "", "c"]),
        ("# One #\ntext", ["One", "===", "text"]),
        ("### `x` and *y*", ["`x` and y", "---------"]),
        ("a **b `c` d** *e* __f__ _g_ h_i_j 2*3*4 `**k**` \\*l\\*", ["a b `c` d e f g h_i_j 2*3*4 `**k**` *l*"]),
        ("[a `b`](https://c.d/e_f_g) <https://h.i>", ["a `b`: https://c.d/e_f_g https://h.i"]),
        ("- a\n  b\n- c\n\n  d", ["- a b", "- c", "", "  d"]),
        ("1. a\n2. b\n   - c", ["1. a", "2. b", "   - c"]),
        ("since\n2021. Then\n500) more", ["since 2021. Then 500) more"]),
        ("- an error\n  500) more", ["- an error 500) more"]),
        ("```bash\n  a  b\n\n# c\n- d\n```\ne", ["      a  b", "", "    # c", "    - d", "e"]),
        ("- a\n\n  ```\n  b\n    c\n  ```", ["- a", "", "      b", "        c"]),
        ("```\ncat <<'EOF'\nx\nEOF\n```", ["cat <<'EOF'", "x", "EOF"]),
        ("```\nnever closed", ["    never closed"]),
        ("| a | b |\n|---|---|\n| c | d |", ["| a | b |", "|---|---|", "| c | d |"]),
        ("> **a** b\n> c\n\nd\n> - e\nf", ["| a b c", "", "d", "| - e", "f"]),
        ("a\n\n---\n\nb", ["a", "", "-" * 20, "", "b"]),
        ("`` a`b ``", ["`` a`b ``"]),
        ("a ` b * c", ["a ` b * c"]),
    ],
)
def test_markdown(markdown, lines) -> None:
    assert list(plain(markdown, 60)) == lines


def test_code_in_a_sentence_is_never_broken() -> None:
    assert list(plain("Type `k get pods -A` or\n`a b`, then wait.", 18)) == [
        "Type", "`k get pods -A` or", "`a b`, then wait.",
    ]  # fmt: skip


# -- long texts


def paged(height, *lines, said=40):
    """What a text of so many lines looks like, and what was not read of what the learner typed."""
    sink, source = io.StringIO(), Lines([*lines])
    talk = Talk(source, sink, lambda: 80, height=lambda: height)
    talk.lines(f"line {number}" for number in range(1, said + 1))
    talk.say("after it")
    return sink.getvalue(), source.left


MORE = "-- more: Enter goes on, q leaves this text -- "


def test_a_long_text_comes_a_page_at_a_time() -> None:
    text, left = paged(24, "", "", "unread")
    first, second, *rest = text.split(MORE)
    assert first.splitlines()[-1] == "line 22"
    assert second.splitlines()[0] == "line 23"
    assert (second.splitlines()[-2:], rest, left) == (["line 40", "after it"], [], ["", "unread"])


def test_the_rest_of_a_text_can_be_left_and_what_comes_after_it_is_said() -> None:
    for ends in ("q", Stop(), ""):  # the last: there is no more to read
        text, _ = paged(24, *([ends] if ends else []), said=90)
        assert [line for line in text.splitlines() if line.startswith("line")][-1] == "line 22"
        assert text.endswith("after it\n")


def test_without_a_height_and_with_one_that_is_enough_nothing_is_asked() -> None:
    assert MORE not in paged(0)[0]
    assert MORE not in paged(43)[0]


def test_a_line_that_the_terminal_folds_counts_as_its_rows() -> None:
    sink = io.StringIO()
    Talk(Lines(["q"]), sink, lambda: 40, height=lambda: 12).lines(["x" * 100] * 9)
    assert sink.getvalue().count("x" * 100) == 3


# -- the command


@pytest.fixture
def world(monkeypatch):
    course = WalkCourse(started={"image-digest"})
    monkeypatch.setattr("lab.course.Course", lambda name, *_: course)
    return course


def lab(capsys, monkeypatch, typed, *arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(SystemExit) as ended:
        cli.main(["practice", *arguments])
    seen = capsys.readouterr()
    return ended.value.code, seen.out, seen.err


def test_the_command(capsys, monkeypatch, world) -> None:
    code, out, err = lab(capsys, monkeypatch, "check\n", "--plain", "image-digest/pin")
    assert (code, err) == (0, "")
    assert "Step 2 of 2: Pin it" in out
    assert "image-digest/pin> check\nStep 2 ✗ fails" in out  # what is no terminal echoes nothing by itself


def test_the_width_of_the_terminal(capsys, monkeypatch, world) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = lab(capsys, monkeypatch, "", "--plain")[1]
    assert "Which exercise? Type its number or id.\n" in out
    monkeypatch.setenv("COLUMNS", "1000")
    assert max(map(len, lab(capsys, monkeypatch, "1\n", "--plain")[1].splitlines())) <= 100


def test_a_place_that_is_none(capsys, monkeypatch, world) -> None:
    for plain_or_not in (["--plain"], []):
        code, out, err = lab(capsys, monkeypatch, "", *plain_or_not, "image-digest/fnid")
        assert (code, out) == (2, "")
        assert 'did you mean "find"?' in err
    assert world.calls == []


def test_no_cluster_and_none_can_be_made(capsys, monkeypatch, world) -> None:
    world.cluster, world.failures = "absent", {"up": [EngineError("No Docker.", "lab doctor --fix")]}
    code, _, err = lab(capsys, monkeypatch, "", "--plain")
    assert (code, err) == (3, "Error: No Docker.\nlab doctor --fix\n")


def test_without_a_terminal_it_is_the_walk_in_lines_of_text_with_a_word_why(capsys, monkeypatch, world) -> None:
    code, out, err = lab(capsys, monkeypatch, "1\n")
    assert (code, err) == (0, "")
    why, _, rest = out.partition("\n")
    assert why == "Here is no terminal for the full screen, so this is the walk in lines of text."
    assert "exercise> 1\n" in rest


@pytest.mark.parametrize("arguments", [[], ["practice"]])
def test_a_terminal_that_cannot_show_the_full_screen_gets_lines_of_text(arguments, capsys, monkeypatch, world) -> None:
    monkeypatch.setattr("lab.tui.run", lambda *_: pytest.fail("the full screen"))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith("TERM says that this terminal cannot show the full screen, so this is")
    assert "Which exercise?" in said


def test_the_tui_opens_at_the_place(monkeypatch, world) -> None:
    opened = []
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("lab.tui.run", lambda name, course_of: opened.append(course_of(name)) or 0)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}", io.StringIO())
        monkeypatch.setattr(getattr(sys, stream), "isatty", lambda: True)
    for arguments, where in (["image-digest"], Place("image-digest")), (["image-digest/pin"], PIN), ([], PIN):
        with pytest.raises(SystemExit) as ended:
            cli.main(["practice", *arguments])
        assert ended.value.code == 0
        assert world.where == where
    assert opened == [world] * 3


PROGRAM = f"""
import sys
sys.path.insert(0, {str(TESTS / "support")!r})
from walk_course import WalkCourse
from lab import cli
import lab.course

class WithShell(WalkCourse):
    def shell_argv(self):
        return ["sh", "-c", "echo in the shell; read line; echo read $line"]

lab.course.Course = lambda *_: WithShell(started={{"image-digest"}})
cli.main(["practice", "--plain", "image-digest/find"])
"""


@pytest.fixture
def terminal():
    child = pexpect.spawn(
        sys.executable, ["-c", PROGRAM], encoding="utf-8", timeout=60, dimensions=(60, 80), cwd=str(TESTS.parent)
    )
    yield child
    child.close(force=True)


def test_on_a_terminal(terminal) -> None:
    """Waiting and Ctrl-C, the shell, and Ctrl-C at the prompt."""
    terminal.expect("image-digest/find> ")
    terminal.sendline("wait")
    terminal.expect("Ctrl-C comes back here")
    terminal.sendintr()
    terminal.expect("Stopped. Nothing is lost")
    terminal.expect("image-digest/find> ")
    terminal.sendline("shell")
    terminal.expect("in the shell")
    terminal.sendline("typed there")
    terminal.expect("read typed there")
    terminal.expect("Back in the lab")
    terminal.expect("image-digest/find> ")
    terminal.sendintr()
    terminal.expect("Go on with:\r\n  lab practice --plain image-digest/find\r\n")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130


def test_ctrl_d_on_a_terminal(terminal) -> None:
    terminal.expect("image-digest/find> ")
    terminal.sendeof()
    terminal.expect("progress stay")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_a_page_at_a_time_on_a_terminal_of_15_rows(terminal) -> None:
    terminal.expect("image-digest/find> ")
    terminal.setwinsize(15, 80)
    terminal.sendline("text")
    terminal.expect("-- more: Enter goes on, q leaves this text -- ")
    assert terminal.before.count("\r\n") <= 14
    terminal.sendline("")
    terminal.expect("image-digest/find> ")
    assert "In the documentation:" in terminal.before


def test_sigterm_while_it_waits_ends_it(terminal) -> None:
    terminal.expect("image-digest/find> ")
    terminal.sendline("wait")
    terminal.expect("Ctrl-C comes back here")
    terminal.kill(signal.SIGTERM)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 143
