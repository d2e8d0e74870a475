"""Gathers answers in rounds: one command in the helper for all asks to the node, and requests to the API beside it.

Checks may ask for more in view of what is known. Those rounds go on with the node while the API server, which takes
longer, is still asked; so they cost hardly any time.
"""

import base64
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from shlex import quote
from typing import Any

from lab import shell
from lab.checks.asks import Answer, ApiAsk, Ask, CreateAsk, DirectoryAsk, FileAsk, NodeAsk, Observation, Unknown
from lab.checks.support import node_file_reader, pod_creation
from lab.checks.support.api_server_down import LAST_WORD
from lab.checks.support.node_file import NodeFile
from lab.checks.support.node_file_reader import FileAsks
from lab.errors import LabError
from lab.k8s import last_word, webhook
from lab.k8s.api import READ
from lab.k8s.cluster import Cluster
from lab.shell.threads import DaemonThreads
from lab.why.diagnosis import diagnose
from lab.why.fault import Sure
from lab.why.look import look

ASK_TIMEOUT = 20
"""Seconds for one ask on the node: containerd or a full disk may hang it, and the others shall be answered."""
PROBE = 40.0
"""Seconds for a probe: the API server may ask a webhook for 30 s, or wait for a name server, before it refuses."""
API_AT_ONCE = 16
"""Requests to the API server at the same time: as many as it keeps connections, so that no probe waits for another.

Gatekeeper answers within 3 s or lets pass: of a hundred probes on two busy cores each took 0.4 s at most.
"""
ROUNDS = 12
"""Rounds of asks at most: a check that never stops asking shall not hold up the others."""
NODE, API, LAST = "node", "API server", "webhook"
"""Who is asked; the webhook when all others have answered."""
Answers = dict[Ask, Answer | NodeFile | Unknown]
_TIMED_OUT = 124  # what timeout(1) ends with

_HEAD = "work=$(mktemp -d /run/lab-observe.XXXXXX)\ntrap 'rm -rf \"$work\"' EXIT\n"
_ONE = (
    'timeout -k 2 {seconds} bash -c {command} </dev/null >"$work/out" 2>"$work/err"; '
    'echo "{number} $? $(base64 -w0 "$work/out") . $(base64 -w0 "$work/err")"\n'
)


def observe(wanted: Callable[[Observation], Iterable[Ask]], cluster: Cluster) -> Observation:
    """Answer asks, each once. What could not be asked is `Unknown`; nothing is raised for it.

    Args:
        wanted: what is to be asked, in view of what is known; it is called again with each answer until it wants
            nothing new. The answers of the node and of the API server come independently of one another.
        cluster: whom to ask.
    """
    away: list[str] = []

    def with_reason(seen: Observation) -> Iterable[Ask]:
        yield from wanted(seen)
        if away:
            yield LAST_WORD

    queue = _Queue(with_reason)
    senders: dict[str, Callable[[list[Any]], Answers]] = {
        NODE: lambda asks: _ask_node(asks, lambda script: cluster.helper.run(script, timeout=90).text),
        API: lambda asks: _ask_api(asks, cluster, away),
        LAST: lambda asks: {ask: _ask_webhook(cluster) for ask in asks},
    }
    with DaemonThreads() as pool:
        jobs: dict[Future[Answers], str] = {}
        try:
            while True:
                jobs |= {pool.submit(senders[whom], asks): whom for whom, asks in queue.next(set(jobs.values()))}
                if not jobs:
                    return Observation(_explained(queue.answers, away, cluster))
                for done in wait(jobs, return_when=FIRST_COMPLETED).done:
                    del jobs[done]
                    queue.answers.update(done.result())
        except BaseException:
            shell.stop_all()  # an interrupt waits neither for this, nor for threads that wait for the API server
            raise


def _explained(answers: Answers, away: list[str], cluster: Cluster) -> Answers:
    """The answers; where the API server gave none, its fault, or the last words of its container or of the kubelet."""
    if not away or not (said := fault_of(cluster) or _last_word(answers)):
        return answers
    why = Unknown(f"{away[0].rstrip('.')}: {said}")
    return {ask: why if answer == Unknown(away[0]) else answer for ask, answer in answers.items()}


def fault_of(cluster: Cluster) -> str:
    """The sentence of the fault that `lab why` names first; empty where it names none."""
    with suppress(LabError):
        sure = (each for each in diagnose(look(cluster)).findings if each.sure is not Sure.POSSIBLE)
        return next((each.sentence.rstrip(".") for each in sure), "")
    return ""


def _last_word(answers: Answers) -> str:
    told = answers.get(LAST_WORD)
    word = last_word.parse(told.text) if isinstance(told, Answer) else None
    return word.said if word else ""


class _Queue:
    """The asks that are not sent yet, and the answers so far."""

    def __init__(self, wanted: Callable[[Observation], Iterable[Ask]]) -> None:
        self.answers: dict[Ask, Answer | NodeFile | Unknown] = {}
        self._wanted = wanted
        self._asked: set[Ask] = set()
        self._rounds = 0

    def next(self, busy: set[str]) -> list[tuple[str, list[Ask]]]:
        """The asks that can be sent now, and to whom, where some are busy with earlier ones."""
        new = [ask for ask in dict.fromkeys(self._wanted(Observation(self.answers))) if ask not in self._asked]
        if new and self._rounds >= ROUNDS:
            self.answers |= {ask: Unknown(f"it was not asked within {ROUNDS} rounds") for ask in new}
            self._asked.update(new)
            return []
        node: list[Ask] = [ask for ask in new if isinstance(ask, NodeAsk | FileAsk | DirectoryAsk)]
        api: list[Ask] = [ask for ask in new if isinstance(ask, ApiAsk | CreateAsk) and ask.order <= 0]
        found = [(whom, asks) for whom, asks in ((NODE, node), (API, api)) if asks and whom not in busy]
        if not found and not busy:  # nothing more will come: what is to be asked at the end
            late: list[Ask] = [ask for ask in new if isinstance(ask, ApiAsk)]
            found = [(API, late)] if late else [(LAST, new)] if new else []
        self._asked.update(ask for _, asks in found for ask in asks)
        self._rounds += bool(found)
        return found


def script_of(asks: Sequence[NodeAsk], files: FileAsks = ()) -> str:
    """The one script that runs every ask and prints a line for each: number, exit code, both streams in base64.

    The files come first, in lines of their own, and end with a blank one.
    """
    lines = [
        _ONE.format(seconds=ASK_TIMEOUT, command=quote(ask.command), number=number) for number, ask in enumerate(asks)
    ]
    reader = node_file_reader.command(files)
    return f"{reader}echo\n" + (_HEAD + "".join(lines) if lines else "")


def parse(asks: Sequence[NodeAsk], output: str) -> Answers:
    """Answers by ask, from what the script printed; an ask without a whole line is unknown."""
    answers: Answers = {ask: Unknown("the node gave no answer") for ask in asks}
    for line in output.splitlines():
        fields = line.split(" ")
        if len(fields) != 5 or not fields[0].isdecimal() or int(fields[0]) >= len(asks):
            continue
        try:
            code, out, error = int(fields[1]), _text(fields[2]), _text(fields[4])
        except ValueError:
            continue
        answers[asks[int(fields[0])]] = (
            Unknown(f"the node did not answer within {ASK_TIMEOUT} s")
            if code == _TIMED_OUT
            else Answer(out if code == 0 else out + error, code)
        )
    return answers


def _ask_node(asks: Sequence[NodeAsk | FileAsk | DirectoryAsk], run: Callable[[str], str]) -> Answers:
    files = [ask for ask in asks if not isinstance(ask, NodeAsk)]
    commands = [ask for ask in asks if isinstance(ask, NodeAsk)]
    try:
        told, _, rest = run(script_of(commands, files)).partition("\n\n" if files else "\n")
    except LabError as error:
        return {ask: Unknown(f"the node cannot be asked: {error.message}") for ask in asks}
    return dict(node_file_reader.parse(files, told)) | parse(commands, rest)


def _ask_api(asks: Sequence[ApiAsk | CreateAsk], cluster: Cluster, away: list[str]) -> Answers:
    """`away`: why, once a request had no answer: the next ones would wait for nothing too."""

    def ask_one(ask: ApiAsk | CreateAsk) -> Answer | Unknown:
        if away:
            return Unknown(away[0])
        try:
            if isinstance(ask, CreateAsk):
                response = pod_creation.send(ask, cluster.api, PROBE)
            else:
                response = cluster.api.request(ask.path, ask.method, ask.body, READ if ask.method == "GET" else PROBE)
        except LabError as error:
            away.append(error.message)
            return Unknown(error.message)
        return Answer(response.body, response.status)

    answers: Answers = {}
    with DaemonThreads(API_AT_ONCE) as pool:
        for order in sorted({ask.order for ask in asks}):
            now = [ask for ask in asks if ask.order == order]
            answers |= dict(zip(now, pool.map(ask_one, now), strict=True))
    return answers


def _ask_webhook(cluster: Cluster) -> Answer | Unknown:
    try:
        logged = webhook.decisions(cluster.name)
    except LabError as error:
        return Unknown(f"the webhook's log cannot be read: {error.message}")
    return Answer("no webhook of the lab runs", 1) if logged is None else Answer(logged)


def _text(field: str) -> str:
    return base64.b64decode(field).decode(errors="replace")
