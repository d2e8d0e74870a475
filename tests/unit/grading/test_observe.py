import base64
import json
import os
import shlex
import signal
import subprocess
import threading
import time
from contextlib import suppress

import pytest
from stand_in import StandIn

from lab.checks.asks import Answer, ApiAsk, CouldNotTell, DirectoryAsk, FileAsk, NodeAsk, Unknown
from lab.checks.support import api_server_down
from lab.errors import ClusterError
from lab.grading import observe
from lab.k8s.api import Response, Unreachable
from lab.shell import Completed


class Node:
    """Runs the script by this machine's bash, below a folder of the test's own instead of /run."""

    def __init__(self, place, failure=None):
        self.place, self.failure, self.scripts = place, failure, []

    def run(self, script, **options):
        self.scripts.append(script)
        if self.failure:
            raise self.failure
        here = script.replace("/run/", f"{self.place}/")
        done = subprocess.run(["bash", "-c", here], capture_output=True, check=True, timeout=20)
        return Completed((), 0, done.stdout, done.stderr)


class Api:
    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def request(self, path, method="GET", body="", timeout=10.0):
        self.asked.append((path, method, body))
        answer = self.answers[path.strip("/")]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Hanging:
    """An API server that answers only when the gate is open; keeps how many it was asked at the same time."""

    def __init__(self):
        self.gate, self.asked, self.lock, self.now, self.most = (
            threading.Event(),
            threading.Event(),
            threading.Lock(),
            0,
            0,
        )

    def request(self, path, method="GET", body="", timeout=10.0):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.asked.set()
        self.gate.wait(60)
        with self.lock:
            self.now -= 1
        return Response(200, "ok")


def look(asks, cluster):
    return observe.observe(lambda seen: asks, cluster)


class Cluster(StandIn):
    def __init__(self, node=None, api=None):
        self.helper, self.api = node, api


@pytest.fixture
def node(tmp_path):
    return Node(tmp_path)


def test_every_answer_comes_from_one_command(node, tmp_path) -> None:
    asks = [
        NodeAsk("echo one; echo 'it'\"'\"'s' two"),
        NodeAsk("echo out; echo trouble >&2; exit 3"),
        NodeAsk("echo fine; echo a warning >&2"),
        NodeAsk("cat"),  # standard input is empty
        NodeAsk("printf 'a\\000\\377b'"),
        NodeAsk("no-such-program"),
        NodeAsk("exit 1"),
    ]
    seen = look([*asks, asks[0]], Cluster(node))
    assert len(node.scripts) == 1
    assert seen[asks[0]] == Answer("one\nit's two\n")
    assert seen[asks[1]] == Answer("out\ntrouble\n", 3)
    assert seen[asks[2]] == Answer("fine\n")  # what is said beside a success is no part of the answer
    assert seen[asks[3]] == Answer("")
    assert seen[asks[4]] == Answer("a\0\ufffdb")
    assert seen[asks[5]].code == 127
    assert seen[asks[6]] == Answer("", 1)
    assert list(tmp_path.iterdir()) == []  # nothing stays on the node


def test_an_ask_that_hangs_leaves_the_others_their_answers(node, monkeypatch) -> None:
    monkeypatch.setattr(observe, "ASK_TIMEOUT", 1)
    asks = [NodeAsk("echo before"), NodeAsk("sleep 30"), NodeAsk("echo after")]
    seen = look(asks, Cluster(node))
    assert seen[asks[0]] == Answer("before\n")
    assert seen.answers[asks[1]] == Unknown("the node did not answer within 1 s")
    assert seen[asks[2]] == Answer("after\n")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "line",
    ["", "0", "0 0", f"0 0 {encoded('x')}", f"7 0 {encoded('x')} . ", f"x 0 {encoded('x')} . ", "\0 garbage",
     f"0 y {encoded('x')} . ", "0 0 abc . ", f"0 0 {encoded('x')} . abc", "0 0 \ufffd . ", "² 0  . "],
)  # fmt: skip
def test_a_line_that_is_not_whole_is_no_answer(line) -> None:
    asks = [NodeAsk("a"), NodeAsk("b")]
    parsed = observe.parse(asks, f"{line}\n1 0 {encoded('good')} . \n")
    assert isinstance(parsed[asks[0]], Unknown)
    assert parsed[asks[1]] == Answer("good")


def test_a_node_that_cannot_be_entered_leaves_the_api_its_answers(tmp_path) -> None:
    api = Api(readyz=Response(200, "ok"))
    failing = Node(tmp_path, ClusterError("it is stopped", "lab up"))
    seen = look([NodeAsk("a"), ApiAsk("/readyz")], Cluster(failing, api))
    assert seen.answers[NodeAsk("a")] == Unknown("the node cannot be asked: it is stopped")
    assert seen[ApiAsk("/readyz")] == Answer("ok", 200)


def test_an_api_server_that_is_away_is_asked_once(node, monkeypatch) -> None:
    monkeypatch.setattr(observe, "fault_of", lambda cluster: "")
    monkeypatch.setattr(observe, "LAST_WORD", NodeAsk("true"))
    api = Api(a=Response(404, "none"), b=Unreachable("refused"), c=Response(200, ""))
    asks = [ApiAsk("/a", "POST", "{}", order=-1), ApiAsk("/b"), ApiAsk("/c", order=1), NodeAsk("echo x")]
    seen = look(asks, Cluster(node, api))
    assert api.asked == [("/a", "POST", "{}"), ("/b", "GET", "")]
    assert seen[asks[0]] == Answer("none", 404)
    assert seen.answers[asks[1]] == seen.answers[asks[2]] == Unknown("refused")
    assert seen[asks[3]] == Answer("x\n")


def test_requests_are_sent_by_their_order(node) -> None:
    api = Api(a=Response(200, ""), b=Response(200, ""), c=Response(200, ""))
    look([ApiAsk("/c", order=1), ApiAsk("/b"), ApiAsk("/a", order=-1)], Cluster(node, api))
    assert [path for path, _, _ in api.asked] == ["/a", "/b", "/c"]


def test_nothing_to_ask_asks_nobody() -> None:
    assert look([], Cluster()).answers == {}


def test_what_an_answer_leads_to_is_asked_while_the_api_server_is_still_at_it(node) -> None:
    told = threading.Event()

    class Slow(Api):
        def request(self, path, method="GET", body="", timeout=10.0):
            assert path != "/slow" or told.wait(10), "the node's second round waited for the API server"
            return super().request(path, method, body, timeout)

    first, api = NodeAsk("echo second"), Slow(slow=Response(200, ""), late=Response(200, ""), more=Response(200, ""))

    def wanted(seen):
        yield from (ApiAsk("/late", order=1), ApiAsk("/slow"), first)
        second = NodeAsk(f"echo {seen[first].text.strip()} round")
        yield second
        if second in seen:
            told.set()
            yield ApiAsk("/more")

    seen = observe.observe(suppressed(wanted), Cluster(node, api))
    assert seen[NodeAsk("echo second round")] == Answer("second round\n")
    assert [path for path, _, _ in api.asked] == ["/slow", "/more", "/late"]


def suppressed(wanted):
    """As a step's checks are asked: what comes before a missing answer counts."""

    def collect(seen):
        found = []
        with suppress(CouldNotTell):
            for ask in wanted(seen):
                found.append(ask)
        return found

    return collect


def test_a_check_that_always_wants_more_gets_no_answer_in_the_end(node, monkeypatch) -> None:
    monkeypatch.setattr(observe, "ROUNDS", 3)
    seen = observe.observe(lambda seen: [NodeAsk(f"echo {n}") for n in range(len(seen.answers) + 1)], Cluster(node))
    assert [type(answer) for answer in seen.answers.values()] == [Answer, Answer, Answer, Unknown]


@pytest.fixture
def me():
    """This process's number: the first one's root cannot be looked at here."""
    return os.getpid()


def files(node, *asks):
    return look(asks, Cluster(node))


def test_a_file_of_any_name_and_content(node, tmp_path, me) -> None:
    names = ["plain", "a b", 'it\'s "quoted"', "line\nbreak", "$(touch x) `y`", "-n", "ü", "\\x41", "tab\t"]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(bytes(range(256)) * number)
    asks = [FileAsk(f"{tmp_path}/{name}", me) for name in names]
    seen = files(node, *asks, NodeAsk("echo beside"))
    for number, ask in enumerate(asks):
        assert (seen[ask].kind, seen[ask].content, seen[ask].whole) == ("file", bytes(range(256)) * number, True), ask
    assert seen[NodeAsk("echo beside")] == Answer("beside\n")
    assert len(node.scripts) == 1


def test_what_is_no_plain_file(node, tmp_path, me) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "nowhere").symlink_to("gone")
    (tmp_path / "file").write_text("x" * 100)
    kinds = {"pipe": "other", "round": "missing", "nowhere": "missing", "none": "missing", "file/x": "missing",
             "": "directory", "n" * 300: "missing"}  # fmt: skip
    seen = files(node, *(FileAsk(f"{tmp_path}/{name}", me) for name in kinds))
    assert {name: seen[FileAsk(f"{tmp_path}/{name}", me)].kind for name in kinds} == kinds
    assert seen[FileAsk(f"{tmp_path}/nowhere", me)].way[-1].target == "gone"
    cut = FileAsk(f"{tmp_path}/file", me, limit=10)
    assert (files(node, cut)[cut].content, files(node, cut)[cut].whole) == (b"x" * 10, False)


def test_a_process_that_has_ended_is_no_answer(node) -> None:
    ask = FileAsk("/etc/hostname", 2**22 + 1)
    with pytest.raises(CouldNotTell, match="the process 4194305"):
        files(node, ask)[ask]


def test_links_are_followed_and_told(node, tmp_path, me) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_text("found")
    (tmp_path / "short").symlink_to("real/../real")
    (tmp_path / "whole").symlink_to(tmp_path / "short" / "file")
    ask = FileAsk(f"{tmp_path}/whole", me)
    seen = files(node, ask)[ask]
    assert seen.content == b"found"
    assert [place.kind for place in seen.way if place.path.startswith(f"{tmp_path}/")].count("link") == 2
    assert seen.way[-1].path == f"{tmp_path}/real/file"
    assert seen.way[-1].mtime == pytest.approx((tmp_path / "real" / "file").stat().st_mtime, abs=1e-6)


def test_a_directory_with_all_that_is_in_it(node, tmp_path, me) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / ".hidden").write_text("h")
    (tmp_path / "d" / "a\nb").write_text("ab")
    (tmp_path / "d" / "folder").mkdir()
    (tmp_path / "d" / "link").symlink_to("gone")
    ask = DirectoryAsk(f"{tmp_path}/d", me)
    seen = files(node, ask)[ask]
    found = {name: (file.kind, file.content) for name, file in seen.entries.items()}
    assert seen.kind == "directory"
    assert found == {
        ".hidden": ("file", b"h"), "a\nb": ("file", b"ab"), "folder": ("directory", b""), "link": ("missing", b""),
    }  # fmt: skip


CHANGES = {
    "nothing": ("true", False),
    "a mode": ("chmod 600 d/link/file", False),
    "a folder's mode": ("chmod 700 d d/b", False),
    "a file beside": ("echo x >d/b/other; touch d/other", False),
    "its content": ("echo x >>d/b/file", True),
    "its content, kept times": ("cp -p d/b/file o; echo x >d/b/file; touch -r o d/b/file; touch d/b/x", True),
    "another file in its place": ("mv d/b/older d/b/file", True),
    "another link": ("ln -sfn c d/link", True),
    "another folder": ("mv d/b d/old; mv d/c d/b", True),
    "another folder above": ("mv d old; mv e d", True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whether_something_else_may_have_been_read_at_a_moment(node, tmp_path, me, change) -> None:
    script, changed = CHANGES[change]
    make = "mkdir -p d/b d/c e/b; echo 1 >d/b/file; cp -p d/b/file d/c; echo 2 >d/b/older; cp -a d/b e; ln -s b d/link"
    subprocess.run(["bash", "-ec", f"{make}; ln -s b e/link"], cwd=tmp_path, check=True)
    time.sleep(0.05)  # file systems tell the time in steps of some milliseconds
    moment = time.time() - 0.02
    subprocess.run(["bash", "-ec", script], cwd=tmp_path, check=True)
    ask = FileAsk(f"{tmp_path}/d/link/file", me)
    assert bool(files(node, ask)[ask].changed_since(moment)) == changed


def test_why_the_api_server_gave_no_answer_is_told(node, monkeypatch) -> None:
    said = {"container": {"exitCode": 1, "finishedAt": "2027-01-15T08:00:10Z"}, "log": ["Error: unknown flag: --x"]}
    monkeypatch.setattr(observe, "fault_of", lambda cluster: "")
    monkeypatch.setattr(observe, "LAST_WORD", NodeAsk(f"echo {shlex.quote(json.dumps(said))}"))
    api = Api(a=Response(404, "none"), b=Unreachable("It does not answer."), c=Response(200, ""))
    asks = [ApiAsk("/a", order=-1), ApiAsk("/b"), ApiAsk("/c", order=1)]
    seen = look(asks, Cluster(node, api))
    why = Unknown("It does not answer: its container ended with code 1 and said last: unknown flag: --x")
    assert [seen.answers[ask] for ask in asks] == [Answer("none", 404), why, why]


def test_the_fault_of_an_api_server_that_is_away_is_named(node, monkeypatch) -> None:
    monkeypatch.setattr(observe, "fault_of", lambda cluster: "--x is no flag of kube-apiserver")
    monkeypatch.setattr(observe, "LAST_WORD", NodeAsk("true"))
    ask = ApiAsk("/b")
    seen = look([ask], Cluster(node, Api(b=Unreachable("It does not answer."))))
    assert seen.answers[ask] == Unknown("It does not answer: --x is no flag of kube-apiserver")


def test_an_api_server_that_answers_needs_no_reason(node) -> None:
    seen = look([ApiAsk("/a"), NodeAsk("echo x")], Cluster(node, Api(a=Response(200, ""))))
    assert api_server_down.LAST_WORD not in seen


def test_ctrl_c_waits_for_no_request_that_hangs(node) -> None:
    api, begun = Hanging(), []

    def interrupt() -> None:
        api.asked.wait(60)
        begun.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    interrupter = threading.Thread(target=interrupt)
    before = {interrupter, *threading.enumerate()}
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        look([ApiAsk("/readyz")], Cluster(node, api))
    assert time.monotonic() - begun[0] < 20  # and not the minute of the gate
    left = set(threading.enumerate()) - before
    assert left
    assert all(each.daemon for each in left)  # Python waits for the others when it exits
    api.gate.set()


def test_so_many_requests_at_once_and_no_more(node, monkeypatch) -> None:
    api = Hanging()
    monkeypatch.setattr(observe, "API_AT_ONCE", 3)
    opener = threading.Timer(0.5, api.gate.set)
    opener.start()
    asks = [ApiAsk(f"/{number}") for number in range(9)]
    seen = look(asks, Cluster(node, api))
    assert [seen[ask].text for ask in asks] == ["ok"] * 9
    assert 1 < api.most <= 3
