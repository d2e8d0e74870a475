import pytest

from lab.checks.base import Answer, CouldNotTell, NodeAsk, Observation, Unknown
from lab.checks.digest_answer import AnswerDigest, Params
from lab.model import Verdict

FILE = "/root/image-digest/digest"


@pytest.fixture
def judge(world):
    def judge(answer, listing=None):
        return world.judge("answer-digest", [answer, listing or world.listing], file=FILE, component=world.component)

    return judge


@pytest.mark.parametrize(
    "text",
    [
        "{right}",
        "{right}\n",
        "  {right}\r\n",
        "# found with crictl\n\n{right}\n",
        "{repository}@{right}\n",
        "{tag}@{right}\n",
    ],
)
def test_accepted(world, judge, text) -> None:
    found = judge(Answer(world.fill(text)))
    assert (found.verdict, found.reason) == (Verdict.PASS, "")


def test_every_wrong_digest(world, judge, wrong) -> None:
    text, reason = wrong
    for written in (text, f"{world.repository}@{text}"):
        found = judge(Answer(f"{written}\n"))
        assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
        assert FILE in found.expected
        assert found.command == f"cat {FILE}"
        assert world.digests["right"] not in found.expected  # does not give the answer away


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("head: cannot open: No such file or directory\n", 1), "no-answer"),
        (Answer(""), "not-one-line"),
        (Answer("# only a note\n"), "not-one-line"),
        (Answer("{right}\n{config}\n"), "not-one-line"),
        (Answer("image: {right}"), "not-a-digest"),
        (Answer("registry.k8s.io/kube-scheduler@{right}"), "other-repository"),
        (Answer("kube-apiserver@{right}"), "other-repository"),
        (Answer("{repository}:v1.36.4"), "not-a-digest"),
        (Answer("@"), "not-a-digest"),
        (Answer("\x00\x1b[2J\ufffd"), "not-a-digest"),
    ],
)
def test_other_wrong_answers(world, judge, answer, reason) -> None:
    found = judge(Answer(world.fill(answer.text), answer.code))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)


def test_a_node_that_does_not_answer_is_no_fail(judge) -> None:
    with pytest.raises(CouldNotTell, match="hung"):
        judge(Unknown("hung"))


def test_the_images_need_not_be_known(world, judge) -> None:
    assert judge(Answer(world.digests["right"]), Unknown("hung")).verdict is Verdict.PASS
    assert judge(Answer(world.digests["config"]), Unknown("hung")).reason == "config-digest"


def test_a_path_is_quoted_for_the_shell(world) -> None:
    file, _ = AnswerDigest().asks(Params("/root/a b;rm -rf x", "kube-apiserver"), world.facts, Observation())
    assert isinstance(file, NodeAsk)
    assert file.command == "head -c 4096 -- '/root/a b;rm -rf x'"
