"""answer-digest: a file on the node holds the digest of a component's image."""

from collections.abc import Iterable
from dataclasses import dataclass
from shlex import quote

from lab.checks import images
from lab.checks.base import Ask, Check, Facts, Judgement, NodeAsk, Observation, check
from lab.model import Verdict


@dataclass(frozen=True)
class Params:
    """`file`: path on the node. `component`: such as `kube-apiserver`."""

    file: str
    component: str


@check("answer-digest")
class AnswerDigest(Check[Params]):
    """The digest alone and the whole `repository@digest` are both accepted."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The file, and the images on the node to say what a wrong digest is."""
        return self._file(params), images.LISTING

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Compare what is written with what the cluster runs."""
        answer = seen[self._file(params)]
        expected = f"{params.file} holds one line: the digest of the image that {params.component} runs"

        def verdict(reason: str, observed: str) -> Judgement:
            passed = Verdict.FAIL if reason else Verdict.PASS
            return Judgement(passed, expected, observed, f"cat {params.file}", reason)

        if answer.code:
            return verdict("no-answer", f"there is no file {params.file} that can be read")
        lines = list(images.lines_of(answer.text))
        if len(lines) != 1:
            return verdict("not-one-line", f"the file has {len(lines)} lines that say something; it should have one")
        reference = images.parse(lines[0]) if "@" in lines[0] else images.Reference("", "", lines[0])
        if wrong := images.wrong_digest(reference.digest, params.component, facts, images.names_of(seen)):
            return verdict(wrong.reason, wrong.sentence)
        repository = facts.image_of(params.component).repository
        if reference.repository not in ("", repository):
            return verdict("other-repository", f"the digest is right, but it belongs to {repository}")
        return verdict("", "the digest of the image that runs")

    @staticmethod
    def _file(params: Params) -> NodeAsk:
        return NodeAsk(f"head -c 4096 -- {quote(params.file)}")
