"""etcd: not there, with broken data, or looked for at another address."""

import re
from collections.abc import Iterator

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.static_pod import API_SERVER, ETCD

_FATAL = re.compile(r'^panic|^fatal|"level":"(?:fatal|panic|error)"')
_DATA = re.compile(
    r"corrupt|wal|snap(?:shot)? |failed to (?:open|recover|find)|bolt|bbolt|database|panic|cluster ID|revision", re.I
)


@fault(
    "etcd-address",
    Rank.STORE,
    "The API server looks for etcd at an address where etcd does not listen.",
    "The API server's container ends after 20 s or more: `context deadline exceeded`, `connection refused`.",
    "Compare --etcd-servers with --listen-client-urls in etcd's manifest.",
)
def address(seen: Evidence) -> Iterator[Finding]:
    """Addresses of etcd in the API server's flags that are not among those of etcd."""
    api, etcd = seen.api, seen.pod(ETCD)
    if api is None or etcd is None or seen.ready:
        return
    asked, listens = _urls(api.flags.text("etcd-servers")), _urls(etcd.flags.text("listen-client-urls"))
    wrong = [each for each in asked if listens and each not in listens]
    if wrong or (listens and api.argv and not asked):
        line = seen.last_line(API_SERVER)
        told = ", ".join(listens)
        said = f"The API server looks for etcd at {', '.join(wrong) or 'no address'}, but etcd listens at {told}."
        lines = (api.line_of_flag("etcd-servers"), etcd.line_of_flag("listen-client-urls"), *((line,) if line else ()))
        yield Finding("etcd-address", said, lines, f"vi {api.file.path}")


@fault(
    "etcd-data",
    Rank.STORE,
    "etcd's data is broken or gone.",
    "etcd's container ends with `panic`, `corrupt`, or a message about its wal or snapshot.",
    "Put the golden state back: `lab reset --all`.",
)
def data(seen: Evidence) -> Iterator[Finding]:
    """The last words of an etcd that ended, where they are about its data."""
    line = seen.last_line(ETCD)
    if line and _FATAL.search(line.text) and _DATA.search(line.text) and not seen.ready:
        yield Finding("etcd-data", f"etcd cannot use its data: {line.text}", (line,), "lab reset --all")


@fault(
    "etcd-away",
    Rank.STORE,
    "etcd does not run, so the API server cannot start.",
    "The API server's log says `connection refused` about port 2379.",
    "See why etcd does not run: the other faults that are named, `crictl logs` of its last container.",
    fallback=True,
)
def away(seen: Evidence) -> Iterator[Finding]:
    """No process of etcd, for no reason that another fault names."""
    if seen.ready or seen.process(ETCD) or not seen.processes or not seen.pod(ETCD):
        return
    pod, line = seen.pod(ETCD), seen.last_line(ETCD)
    if (
        pod
        and seen.now - pod.changed > 30
        and (line or not any(each.name == ETCD and each.running for each in seen.containers))
    ):
        told = f" Its last container said: {line.text}" if line else ""
        do = "crictl logs --tail 20 $(crictl ps -a -q --name '^etcd$' | head -n 1)"
        yield Finding("etcd-away", f"etcd does not run.{told}", (line,) if line else (), do, Sure.LIKELY)


def _urls(value: str) -> list[str]:
    return [each.strip().rstrip("/").replace("localhost", "127.0.0.1") for each in value.split(",") if each.strip()]
