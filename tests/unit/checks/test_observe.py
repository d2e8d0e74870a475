import base64
import subprocess

import pytest

from lab.checks import observe
from lab.checks.base import Answer, ApiAsk, NodeAsk, Unknown
from lab.errors import ClusterError
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


class Cluster:
    def __init__(self, node=None, api=None):
        self.node, self.api = node, api


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
    seen = observe.observe([*asks, asks[0]], Cluster(node))
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
    seen = observe.observe(asks, Cluster(node))
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
    seen = observe.observe([NodeAsk("a"), ApiAsk("/readyz")], Cluster(failing, api))
    assert seen.answers[NodeAsk("a")] == Unknown("the node cannot be asked: it is stopped")
    assert seen[ApiAsk("/readyz")] == Answer("ok", 200)


def test_an_api_server_that_is_away_is_asked_once(node) -> None:
    api = Api(a=Response(404, "none"), b=Unreachable("refused"), c=Response(200, ""))
    asks = [ApiAsk("/a", "POST", "{}", order=-1), ApiAsk("/b"), ApiAsk("/c", order=1), NodeAsk("echo x")]
    seen = observe.observe(asks, Cluster(node, api))
    assert api.asked == [("/a", "POST", "{}"), ("/b", "GET", "")]
    assert seen[asks[0]] == Answer("none", 404)
    assert seen.answers[asks[1]] == seen.answers[asks[2]] == Unknown("refused")
    assert seen[asks[3]] == Answer("x\n")


def test_requests_are_sent_by_their_order(node) -> None:
    api = Api(a=Response(200, ""), b=Response(200, ""), c=Response(200, ""))
    observe.observe([ApiAsk("/c", order=1), ApiAsk("/b"), ApiAsk("/a", order=-1)], Cluster(node, api))
    assert [path for path, _, _ in api.asked] == ["/a", "/b", "/c"]


def test_nothing_to_ask_asks_nobody() -> None:
    assert observe.observe([], Cluster()).answers == {}
