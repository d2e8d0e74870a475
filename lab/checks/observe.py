"""Gathering answers: one command on the node for all its asks, and the API's asks at the same time."""

import base64
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from shlex import quote

from lab import shell
from lab.checks.base import Answer, ApiAsk, Ask, NodeAsk, Observation, Unknown, WebhookAsk
from lab.errors import LabError
from lab.k8s import webhook
from lab.k8s.api import READ
from lab.k8s.cluster import Cluster

ASK_TIMEOUT = 20
"""Seconds for one ask on the node: containerd or a full disk may hang it, and the others shall be answered."""
PROBE = 40.0
"""Seconds for a probe: the API server may ask a webhook for 30 s, or wait for a name server, before it refuses."""
API_AT_ONCE = 4
"""Requests to the API server at the same time: Gatekeeper answers within 3 s or lets pass, and has 2 cores."""
_TIMED_OUT = 124  # what timeout(1) ends with

_HEAD = "work=$(mktemp -d /run/lab-observe.XXXXXX)\ntrap 'rm -rf \"$work\"' EXIT\n"
_ONE = (
    'timeout -k 2 {seconds} bash -c {command} </dev/null >"$work/out" 2>"$work/err"; '
    'echo "{number} $? $(base64 -w0 "$work/out") . $(base64 -w0 "$work/err")"\n'
)


def observe(asks: Iterable[Ask], cluster: Cluster) -> Observation:
    """Answer asks, each once. What could not be asked is `Unknown`; nothing is raised for it."""
    wanted = tuple(dict.fromkeys(asks))
    node_asks = [ask for ask in wanted if isinstance(ask, NodeAsk)]
    api_asks = [ask for ask in wanted if isinstance(ask, ApiAsk)]
    with ThreadPoolExecutor(2) as pool:
        from_node = pool.submit(_ask_node, node_asks, lambda script: cluster.node.run(script, timeout=90).text)
        from_api = pool.submit(_ask_api, api_asks, cluster)
        try:
            answers = {**from_node.result(), **from_api.result()}
        except BaseException:
            shell.stop_all()  # an interrupt shall not wait for what hangs
            raise
    return Observation({**answers, **{ask: _ask_webhook(cluster) for ask in wanted if isinstance(ask, WebhookAsk)}})


def script_of(asks: list[NodeAsk]) -> str:
    """The one script that runs every ask and prints a line for each: number, exit code, both streams in base64."""
    lines = [
        _ONE.format(seconds=ASK_TIMEOUT, command=quote(ask.command), number=number) for number, ask in enumerate(asks)
    ]
    return _HEAD + "".join(lines)


def parse(asks: list[NodeAsk], output: str) -> dict[Ask, Answer | Unknown]:
    """Answers by ask, from what the script printed; an ask without a whole line is unknown."""
    answers: dict[Ask, Answer | Unknown] = {ask: Unknown("the node gave no answer") for ask in asks}
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


def _ask_node(asks: list[NodeAsk], run: Callable[[str], str]) -> dict[Ask, Answer | Unknown]:
    if not asks:
        return {}
    try:
        return parse(asks, run(script_of(asks)))
    except LabError as error:
        return {ask: Unknown(f"the node cannot be asked: {error.message}") for ask in asks}


def _ask_api(asks: list[ApiAsk], cluster: Cluster) -> dict[Ask, Answer | Unknown]:
    away: list[str] = []  # why, once a request had no answer: the next ones would wait for nothing too

    def ask_one(ask: ApiAsk) -> Answer | Unknown:
        if away:
            return Unknown(away[0])
        try:
            response = cluster.api.request(ask.path, ask.method, ask.body, READ if ask.method == "GET" else PROBE)
        except LabError as error:
            away.append(error.message)
            return Unknown(error.message)
        return Answer(response.body, response.status)

    answers: dict[Ask, Answer | Unknown] = {}
    with ThreadPoolExecutor(API_AT_ONCE) as pool:
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
