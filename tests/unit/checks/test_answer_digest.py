import pytest

from lab.checks.asks import CouldNotTell, Unknown
from lab.checks.support.node_file import NodeFile, Place
from lab.model import Verdict

FILE = "/root/image-digest/digest"


@pytest.fixture
def judge(world):
    def judge(answer, listing=None):
        answer = NodeFile("file", answer.encode()) if isinstance(answer, str) else answer
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
        "\ufeff{right}\n",
        "@{right}\n",
    ],
)
def test_accepted(world, judge, text) -> None:
    found = judge(world.fill(text))
    assert (found.verdict, found.reason) == (Verdict.PASS, "")


def test_every_wrong_digest(world, judge, wrong) -> None:
    text, reason = wrong
    for written in (text, f"{world.repository}@{text}"):
        found = judge(f"{written}\n")
        assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
        assert FILE in found.expected
        assert found.command == f"cat {FILE}"
        assert world.digests["right"] not in found.expected  # does not give the answer away


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-one-line"),
        ("# only a note\n", "not-one-line"),
        ("{right}\n{config}\n", "not-one-line"),
        ("{right} {config}\n", "two-digests"),
        ("registry.k8s.io/kube-scheduler@{right}", "other-repository"),
        ("kube-apiserver@{right}", "other-repository"),
        ("docker.io/{repository}@{right}", "other-repository"),
        ("{repository}:@{right}", "other-repository"),
        ("{repository}:v1.36.4", "not-a-digest"),
        ("@", "not-a-digest"),
        ("\x1b[2J\ufffd", "not-a-digest"),
        ("\x00\x1b[2J\ufffd", "no-text"),
        ("imageID: {config}", "config-digest"),
    ],
)
def test_other_wrong_answers(world, judge, text, reason) -> None:
    found = judge(world.fill(text))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ("image: {right}", "extra-words", "take away the image: before it"),
        ("imageID: {repository}@{right}", "extra-words", "take away the imageID: before it"),
        ("imageID:{tag}@{right}", "extra-words", "take away the imageID: before it"),
        ('"{right}"', "extra-words", 'take away the " before it and the " behind it'),
        ("'{repository}@{right}'", "extra-words", "take away the ' before it and the ' behind it"),
        ("- {right}", "extra-words", "take away the - before it"),
        ("docker-pullable://{repository}@{right}", "extra-words", "take away the docker-pullable:// before it"),
        ("docker://{right}", "extra-words", "take away the docker:// before it"),
        ("{right},", "extra-words", "take away the , behind it"),
        ("digest={right}", "extra-words", "take away the digest= before it"),
        ("the digest is {right} # found", "extra-words", "the the digest is before it and the # found behind it"),
        ("{repository} {right}", "no-at", "an @ is missing: registry.k8s.io/kube-apiserver"),
        ("{repository}{right}", "no-at", "an @ is missing: registry.k8s.io/kube-apiserver"),
        ("{repository}:{right}", "no-at", "an @ is missing: registry.k8s.io/kube-apiserver"),
        ("{tag} {right}", "no-at", "an @ is missing: registry.k8s.io/kube-apiserver:v1.36.4"),
        ("sha256: {hex}", "not-a-digest", "a blank stands inside"),
        ("{repository}@sha256:{upper}", "not-a-digest", "lower case"),
        ("SHA256:{hex}", "not-a-digest", "lower case"),
        ("{right}0", "not-a-digest", "65 hexadecimal digits, not 64"),
        ("https://{repository}@{right}", "extra-words", "take away the https:// before it"),
        ("kube-apiserver: {right}", "extra-words", "take away the kube-apiserver: before it"),
        ("`{right}`", "extra-words", "take away the ` before it and the ` behind it"),
        ('imageID: "{scheduler}"', "other-component", 'besides, take away the imageID: " before it and the " behind'),
    ],
)
def test_what_has_to_go_or_is_missing_is_named(world, judge, text, reason, said) -> None:
    found = judge(world.fill(text) + "\n")
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert said in found.observed
    assert world.digests["hex"] not in found.observed


@pytest.mark.parametrize(("kind", "said"), [("missing", "no file"), ("directory", "is a directory"), ("other", "pipe")])
def test_without_a_file_there_is_no_answer(judge, kind, said) -> None:
    found = judge(NodeFile(kind))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "no-answer")
    assert said in found.observed
    assert found.command == (f"cat {FILE}" if kind == "missing" else f"ls -ld {FILE}")  # cat of a pipe never ends


def test_a_link_that_leads_nowhere_is_named(judge) -> None:
    way = (Place("/root/image-digest", "directory", 0, 0), Place(FILE, "link", 0, 0, "gone"))
    assert "is a link to gone, where no file is" in judge(NodeFile("missing", way=way)).observed


def test_what_is_no_text_is_named_and_not_printed(world, judge) -> None:
    found = judge(NodeFile("file", world.digests["right"].encode("utf-16")))
    assert (found.reason, found.command) == ("no-text", f"ls -l {FILE}")
    assert "is written in UTF-16" in found.observed


def test_a_node_that_does_not_answer_is_no_fail(judge) -> None:
    with pytest.raises(CouldNotTell, match="hung"):
        judge(Unknown("hung"))


def test_the_images_need_not_be_known(world, judge) -> None:
    assert judge(world.digests["right"], Unknown("hung")).verdict is Verdict.PASS
    assert judge(world.digests["config"], Unknown("hung")).reason == "config-digest"
