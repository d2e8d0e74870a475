"""answer-digest: a file on the node holds the digest of a component's image."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import Ask, FileAsk, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import image_digests
from lab.checks.support.node_file import NodeFile
from lab.k8s import image_reference

_DIGEST = re.compile(r"(?i:sha256): *\w*")
_NAME = re.compile(r"[^\s\"'`=]*$")
_BYTES = 4096


@dataclass(frozen=True)
class Params:
    """`file`: path on the node. `component`: such as `kube-apiserver`."""

    file: str
    component: str


@dataclass(frozen=True)
class Written:
    """A line taken apart: `before` NAME @ DIGEST `after`; `at` is false where something stands there without an @."""

    digest: str
    name: str = ""
    at: bool = True
    before: str = ""
    after: str = ""

    @property
    def extra(self) -> str:
        """What has to be taken away, in words; empty when nothing has."""
        parts = [
            f"the {word.strip()} {where} it"
            for word, where in ((self.before, "before"), (self.after, "behind"))
            if word
        ]
        return " and ".join(parts)


@check("answer-digest")
class AnswerDigest(Check[Params]):
    """The digest alone and the whole `repository@digest` are both accepted; what else stands there is named."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The file, and the images on the node to say what a wrong digest is."""
        return FileAsk(params.file, limit=_BYTES), image_digests.LISTING

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Compare what is written with what the cluster runs."""
        expected = f"{params.file} holds one line: the digest of the image that {params.component} runs"
        command = f"{_look(seen[FileAsk(params.file, limit=_BYTES)])} {params.file}"
        if fault := self._wrong(params, facts, seen):
            return fault.fail(expected, command)
        return passed(expected, f"{params.file} holds the digest of the image that {params.component} runs", command)

    @staticmethod
    def _wrong(params: Params, facts: Facts, seen: Observation) -> Fault | None:
        file = seen[FileAsk(params.file, limit=_BYTES)]
        if file.kind != "file":
            return Fault("no-answer", _no_file(params.file, file))
        if not _is_text(file):
            return Fault("no-text", _no_text(params.file, file))
        lines = list(image_digests.lines_of(file.content.decode(errors="replace").removeprefix("\ufeff")))
        if len(lines) != 1:
            said = f"has {len(lines)} lines that say something" if lines else "is empty"
            return Fault("not-one-line", f"the file {said}; it should have one line, with the digest")
        repository = facts.image_of(params.component).repository
        if len(_DIGEST.findall(lines[0])) > 1:
            return Fault("two-digests", "the line has more than one digest; it should have one")
        written = take_apart(lines[0], repository)
        if wrong := image_digests.wrong_digest(written.digest, params.component, facts, image_digests.names_of(seen)):
            besides = f"; besides, take away {written.extra}" if written.extra else ""
            return Fault(wrong.reason, f"{wrong.observed}{besides}")
        if not written.at:
            observed = f"the digest is right, but between the name and the digest an @ is missing: {written.name}"
            return Fault("no-at", observed)
        if written.extra:
            observed = f"the digest is right, but the line has more than that: take away {written.extra}"
            return Fault("extra-words", observed)
        reference = image_reference.parse(f"{written.name}@{written.digest}")
        if reference.repository not in ("", repository) or not reference.valid:
            observed = f"the digest is right, but it belongs to {repository}, not to {written.name}"
            return Fault("other-repository", observed)
        return None


def take_apart(line: str, repository: str) -> Written:
    """A line of an answer; `repository` is the right one, which is found in it whatever stands before."""
    found = _DIGEST.search(line)
    if not found:
        return Written(line.partition("@")[2] if "@" in line else line)
    before, after = line[: found.start()], line[found.end() :]
    at = before.endswith("@")
    head = before.removesuffix("@") if at else before.rstrip(" :")
    ours = re.search(rf"(?:(?<![\w./-])|(?<=://)){re.escape(repository)}(:[\w.-]*)?$", head)
    if ours:
        return Written(found[0], ours[0], at, head[: ours.start()], after)
    if not at:
        return Written(found[0], before=before, after=after)
    name = _NAME.search(head)
    whole = name[0] if name else ""
    scheme, separator, rest = whole.rpartition("://")
    return Written(found[0], rest, True, head[: len(head) - len(whole)] + scheme + separator, after)


def _is_text(file: NodeFile) -> bool:
    return b"\0" not in file.content


def _look(file: NodeFile) -> str:
    """The command that shows a file; `cat` of a pipe or a device would never end."""
    if file.kind in ("file", "missing"):
        return "cat" if _is_text(file) else "ls -l"
    return "ls -ld"


def _no_file(path: str, file: NodeFile) -> str:
    if file.kind == "missing":
        link = file.way[-1] if file.way and file.way[-1].kind == "link" else None
        return f"{path} is a link to {link.target}, where no file is" if link else f"there is no file {path}"
    return f"{path} is a directory, not a file" if file.kind == "directory" else f"{path} is a device, pipe or socket"


def _no_text(path: str, file: NodeFile) -> str:
    if file.content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"{path} is written in UTF-16; it should be plain text: one line, with the digest"
    return f"{path} holds bytes that are no text; it should have one line, with the digest"
