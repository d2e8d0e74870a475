from dataclasses import dataclass

import pytest

from lab.checks.asks import Answer, Ask, CouldNotTell, NodeAsk, Observation, Unknown
from lab.checks.base import REGISTRY, Check, Facts, Fault, Judgement
from lab.grading import judge
from lab.model import CheckSpec, Holds, Step, Verdict

FACTS = Facts("v1", ())


@dataclass(frozen=True)
class Params:
    word: str
    times: int = 1


class Says(Check[Params]):
    """Passes when the node says "yes"."""

    takes = Params

    def asks(self, params, facts, seen):
        return (NodeAsk(f"say {params.word}"),)

    def judge(self, params, facts, seen):
        text = seen[NodeAsk(f"say {params.word}")].text
        if text == "raise":
            raise KeyError("of another shape")
        if text == "shrug":
            raise CouldNotTell("nobody knows")
        if text == "stumble":
            raise Fault("two-lists", "the manifest has two lists", "cat manifest")
        return Judgement(
            Verdict.PASS if text == "yes" else Verdict.FAIL, "yes", text, "look", "" if text == "yes" else "no"
        )


@pytest.fixture(autouse=True)
def _says(monkeypatch) -> None:
    monkeypatch.setitem(REGISTRY, "says", Says())


def step(*checks: tuple[str, int, bool]) -> Step:
    specs = tuple(CheckSpec(word, word, "says", Params(word), points, guard) for word, points, guard in checks)
    return Step("s", "S", "", Holds.NOW, specs, (), (), "", "")


def graded(checks, answers):
    seen: dict[Ask, Answer | Unknown] = {
        NodeAsk(f"say {word}"): text if isinstance(text, Unknown) else Answer(text) for word, text in answers.items()
    }
    return judge.grade(step(*checks), FACTS, Observation(seen))


@pytest.mark.parametrize(
    ("answers", "verdict", "earned"),
    [
        ({"a": "yes", "b": "yes", "guard": "yes"}, Verdict.PASS, 5),
        ({"a": "yes", "b": "no", "guard": "yes"}, Verdict.FAIL, 3),
        ({"a": "yes", "b": "shrug", "guard": "yes"}, Verdict.ERROR, 3),
        ({"a": "yes", "b": "raise", "guard": "yes"}, Verdict.ERROR, 3),
        ({"a": "yes", "b": Unknown("hung"), "guard": "yes"}, Verdict.ERROR, 3),
        ({"a": "yes", "b": "yes", "guard": "no"}, Verdict.FAIL, 0),
        ({"a": "yes", "b": "yes", "guard": "shrug"}, Verdict.ERROR, 0),
        ({"a": "yes", "b": "yes"}, Verdict.ERROR, 0),
        ({}, Verdict.ERROR, 0),
    ],
)
def test_points(answers, verdict, earned) -> None:
    result = graded([("a", 3, False), ("b", 2, False), ("guard", 0, True)], answers)
    assert (result.verdict, result.earned, result.possible) == (verdict, earned, 5)


@pytest.mark.parametrize(
    ("answer", "said"), [("shrug", "nobody knows"), ("raise", "KeyError"), (Unknown("it hung"), "it hung")]
)
def test_what_could_not_be_told_says_why(answer, said) -> None:
    [check] = graded([("a", 3, False)], {"a": answer}).checks
    assert (check.verdict, check.reason) == (Verdict.ERROR, "could-not-tell")
    assert said in check.observed


def test_a_fault_that_a_judge_lets_through_is_an_error_with_its_reason() -> None:
    result = graded([("a", 3, False)], {"a": "stumble"})
    [check] = result.checks
    assert (check.verdict, check.reason, check.command) == (Verdict.ERROR, "two-lists", "cat manifest")
    assert "the manifest has two lists" in check.observed
    assert result.earned == 0


def test_asks_of_all_steps() -> None:
    asks = judge.asks([step(("a", 1, False)), step(("b", 1, False), ("a", 1, False))], FACTS, Observation())
    assert [ask.command for ask in asks if isinstance(ask, NodeAsk)] == ["say a", "say b", "say a"]


class Digs(Says):
    """Asks what the first answer names, and stops where an answer cannot be read."""

    def asks(self, params, facts, seen):
        first = NodeAsk(f"say {params.word}")
        yield first
        yield NodeAsk(f"say {seen[first].text}")
        yield NodeAsk(f"say {int(seen[first].text)}")


def test_a_check_asks_on_from_what_was_answered(monkeypatch) -> None:
    monkeypatch.setitem(REGISTRY, "says", Digs())
    first = NodeAsk("say a")
    told: dict[Ask, Answer | Unknown] = {}
    steps = [step(("a", 1, False))]
    assert judge.asks(steps, FACTS, Observation(told)) == [first]
    assert judge.asks(steps, FACTS, Observation({first: Unknown("hung")})) == [first]
    assert judge.asks(steps, FACTS, Observation({first: Answer("b")})) == [first, NodeAsk("say b")]


class Flaws(Says):
    """Meets a fault in what it reads while it asks on."""

    def asks(self, params, facts, seen):
        yield NodeAsk(f"say {params.word}")
        raise Fault("unreadable", "the file cannot be read")


def test_a_fault_met_while_asking_ends_the_asking(monkeypatch) -> None:
    monkeypatch.setitem(REGISTRY, "says", Flaws())
    assert judge.asks([step(("a", 1, False))], FACTS, Observation()) == [NodeAsk("say a")]


def test_skipped_earns_nothing() -> None:
    result = judge.skipped(step(("a", 3, False), ("guard", 0, True)), "not started")
    assert (result.verdict, result.earned, result.possible) == (Verdict.SKIP, 0, 3)
    assert [check.observed for check in result.checks] == ["not started", "not started"]
    assert [check.guard for check in result.checks] == [False, True]
