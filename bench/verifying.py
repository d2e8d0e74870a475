"""`lab verify opa-whitelist` against the same questions put with kubectl and bash, one after another."""

import json
import sys
import time
from shlex import quote

from bench.clusters import OURS
from bench.on_node import run_on
from lab import shell
from lab.checks.asks import ApiAsk, Ask, DirectoryAsk, FileAsk, NodeAsk
from lab.checks.base import Facts, ImageFact
from lab.exercises import load
from lab.grading import judge
from lab.grading.observe import observe
from lab.k8s.cluster import Cluster
from lab.k8s.node import Node
from lab.phases import Status

EXERCISE = "opa-whitelist"
_FOLDER = "/root/.bench"


def measure(node: Node, repeat: int, status: Status) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seconds for `lab verify` of the solved exercise, and for its questions on the node by kubectl.

    The audit has come round before, and what the questions need lies on the node before the clock starts.

    Raises:
        CommandError: a command failed.
    """
    for command in ("start", "solve"):
        _lab(command, EXERCISE)
    _lab("verify", EXERCISE)
    script = _script(_asks())
    run_on(node, f"mkdir -p {_FOLDER}; cat >{_FOLDER}/ask", input=script.encode())
    ours, theirs = [], []
    for _ in range(repeat):
        begun = time.monotonic()
        _lab("verify", EXERCISE)
        ours.append(time.monotonic() - begun)
        begun = time.monotonic()
        run_on(node, f"bash {_FOLDER}/ask >/dev/null 2>&1", timeout=300)
        theirs.append(time.monotonic() - begun)
    status.note(f"lab verify {EXERCISE}: {ours[-1]:.2f} s; its {len(_asks())} questions by kubectl: {theirs[-1]:.2f} s")
    run_on(node, f"rm -rf {_FOLDER}")
    return tuple(ours), tuple(theirs)


def _lab(*words: str) -> None:
    shell.run([sys.executable, "-m", "lab", *words, "--name", OURS], timeout=600)


def _asks() -> list[Ask]:
    """What verify asks, each once, in the order in which it has to be asked."""
    record = Cluster(OURS).record()
    images = tuple(ImageFact(image.name, image.manifest_digest, image.config_digest) for image in record.images)
    steps = load().find(EXERCISE).steps
    facts = Facts(record.kubernetes_version, images, "bench")
    asks = observe(lambda seen: judge.asks(steps, facts, seen), Cluster(OURS)).answers
    return sorted(asks, key=lambda ask: ask.order if isinstance(ask, ApiAsk) else 0)


def _script(asks: list[Ask]) -> str:
    lines = []
    for number, ask in enumerate(asks):
        if isinstance(ask, NodeAsk):
            lines.append(f"bash -c {quote(ask.command)}")
        elif isinstance(ask, FileAsk):
            lines.append(f"cat -- {quote(ask.path)}")
        elif isinstance(ask, DirectoryAsk):
            lines.append(f"tar -cf - -- {quote(ask.path)}")
        elif isinstance(ask, ApiAsk):
            lines.append(_kubectl(ask, f"{_FOLDER}/{number}"))
    return "\n".join(lines) + "\ntrue\n"


def _kubectl(ask: ApiAsk, file: str) -> str:
    """The request as somebody would put it with kubectl."""
    if ask.method == "GET":
        return f"kubectl get --raw {quote(ask.path)}"
    if ask.method == "POST":
        return f"kubectl create --raw {quote(ask.path)} -f - <<<{quote(ask.body)}"
    # kubectl has no raw PATCH: the pod is read, changed and put back as a dry run
    pod = ask.path.partition("/ephemeralcontainers")[0]
    added = json.dumps(json.loads(ask.body)["spec"]["ephemeralContainers"])
    change = f".spec.ephemeralContainers = {added}"
    return (
        f"kubectl get --raw {quote(pod)} | jq {quote(change)} >{file}\n"
        f"kubectl replace --raw {quote(ask.path)} -f {file}"
    )
