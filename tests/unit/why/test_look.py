"""What the script on the node prints becomes evidence, and no private key is part of it."""

import base64
import json

import yaml

from lab import certs
from lab.why.look import evidence, sections_of, without_keys
from lab.why.records import Reply, Said

NOW = 1_795_830_471.5
FILE = "/etc/kubernetes/pki/apiserver.key"
PAIR = certs.server_pair(["localhost"])
CONTAINER = {
    "id": "8f", "name": "kube-apiserver", "attempt": 3, "state": "CONTAINER_EXITED", "pod": "uid",
    "created": "2026-11-28T01:46:58.814083825Z", "started": "2026-11-28T01:46:59Z", "finished": "0001-01-01T00:00:00Z",
    "code": 1, "reason": "Error", "message": "", "image": "x", "log": "/var/log/pods/0.log", "argv": ["kube-apiserver"],
    "mounts": [["/etc/ssl/certs", "/etc/ssl/certs"]],
}  # fmt: skip
LINE = {"path": "/var/log/pods/0.log", "line": "2026-11-28T01:46:59.5Z stderr F Error: unknown flag: --x"}


def printed(**sections: str) -> str:
    return "".join(f"section {name} {base64.b64encode(text.encode()).decode()}\n" for name, text in sections.items())


def file(path: str, content: bytes) -> str:
    return f"file file 600 0 1795830281 1795830282 0 {path.encode().hex()} - {content.hex()}\ninotify 24\n"


def test_sections_become_evidence() -> None:
    argv = base64.b64encode(b"/usr/bin/etcd\0--x\0").decode()
    sections = sections_of(
        printed(
            now=f"{NOW}\n",
            uptime="1000.0\n100\n",
            inspected=json.dumps(CONTAINER) + "\n",
            logs=json.dumps(LINE) + "\n",
            units="Result=success\nId=kubelet.service\nActiveState=active\n\nId=containerd.service\nActiveState=failed\n",
            journal='1795830400.25 kubelet[7]: E1128 "Could not" err="x"\nno time\n',
            names='["a:1"]',
            files=file(FILE, b"a: b\n"),
            processes=f"645 50000 {argv}\n",
            disk="Mounted Avail\n/proc/1/root 1 2 3 4\n",
        )
    )
    seen = evidence(sections, {"/readyz": Reply(200, "ok")}, {})
    assert (seen.now, seen.ready, seen.inotify) == (NOW, True, 24)
    [container] = seen.containers
    assert (container.attempt, container.code, container.running, container.finished) == (3, 1, False, 0.0)
    assert [said.text for said in container.log] == ["Error: unknown flag: --x"]
    assert seen.services["containerd"]["ActiveState"] == "failed"
    assert seen.journal == (Said(1795830400.25, 'kubelet[7]: E1128 "Could not" err="x"'),)
    assert seen.images == frozenset({"a:1"})
    assert (seen.files[FILE].mode, seen.files[FILE].mtime, seen.files[FILE].text) == (0o600, 1795830281.0, "a: b\n")
    process = seen.process("etcd")
    assert process
    assert process.started == NOW - 1000 + 500
    assert seen.disk == (("/proc/1/root", "1", "2", "3", "4"),)


def test_what_is_not_told_is_not_known() -> None:
    seen = evidence(sections_of("bash: no such file\n"), {}, {})
    assert (seen.now, seen.images, seen.pods, seen.ready) == (0.0, None, (), False)


def test_no_private_key_is_kept() -> None:
    kept = without_keys(PAIR.certificate + PAIR.key)
    assert b"-----BEGIN PRIVATE KEY" not in kept
    assert PAIR.certificate in kept
    assert b"-----BEGIN PUBLIC KEY-----" in kept
    config = yaml.safe_dump({"client-key-data": base64.b64encode(PAIR.key).decode()}, width=100_000).encode()
    assert base64.b64encode(PAIR.key)[:60] not in without_keys(config)
    assert b"UNREADABLE" in without_keys(b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n")
