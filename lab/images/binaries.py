"""Compiles Kubernetes, etcd, CoreDNS, crictl, kind and Gatekeeper from one Go module, and keeps them in Docker."""

import io
import json
import os
import re
import tarfile
from pathlib import Path

from lab import shell
from lab.engine.docker import LABEL, image_exists
from lab.errors import BuildError, CommandError
from lab.images.build import BUILD_TIMEOUT, Workshop, key_of, logged, scratch
from lab.model import Finding

GO_NEEDED = (1, 26, 2)
ESTIMATE = 500.0  # seconds on 2 idle cores with an empty cache
_COMMANDS = ("./cmd/kube", "./cmd/etcd", "./cmd/coredns", "./cmd/pause")
_TOOLS = ("sigs.k8s.io/kind", "sigs.k8s.io/cri-tools/cmd/crictl", "github.com/open-policy-agent/gatekeeper/v3")
_NO_GO = (
    "Nothing answers as an image registry, so the node image has to be built, and that needs Go "
    f"{'.'.join(map(str, GO_NEEDED))} or later (https://go.dev/dl/)."
)
_LINKS = {
    "node": ("kube", ("kubeadm", "kubelet", "kubectl")),
    "kubernetes": ("kube", ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")),
    "etcd": ("etcd", ("etcdctl", "etcdutl")),
}
_IPTABLES = tuple(f"{family}{verb}" for family in ("iptables", "ip6tables") for verb in ("", "-save", "-restore"))


def go_version() -> tuple[int, ...]:
    """The version of the Go toolchain on this machine, such as `(1, 26, 2)`; empty when there is none."""
    if not shell.which("go"):
        return ()
    answer = shell.run(["go", "env", "GOVERSION"], check=False, env={"GOTOOLCHAIN": "local"}).text
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def finding(needed: bool) -> Finding:
    """The Go toolchain, for `lab doctor`; a requirement only where the node image has to be built."""
    version = go_version()
    seen = f"Go {'.'.join(map(str, version))}" if version else "not on PATH"
    return Finding("Go", version >= GO_NEEDED, seen, f"{_NO_GO}", required=needed)


def flags(workshop: Workshop) -> list[str]:
    """The flags of `go build`: no debug information, no paths of this machine, the versions that the programs print."""
    version = workshop.pins.kubernetes
    major, minor = version.lstrip("v").split(".")[:2]
    settings: list[str] = []
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
        settings += [
            f"-X {package}.gitVersion={version}",
            f"-X {package}.gitMajor={major}",
            f"-X {package}.gitMinor={minor}",
            f"-X {package}.gitTreeState=archive",
        ]
    settings.append(f"-X sigs.k8s.io/cri-tools/pkg/version.Version={workshop.pins.crictl}")
    linker = " ".join(["-s", "-w", *settings])
    return ["-buildvcs=false", "-trimpath", "-gcflags=all=-dwarf=false", f"-ldflags={linker}"]


def tag(workshop: Workshop) -> str:
    """The name of the Docker image that holds the programs: one for each state of what goes in."""
    source = workshop.sources
    version = ".".join(map(str, go_version()[:2]))  # a patch release of Go is no reason to compile anew
    key = key_of(source / "go.mod", source / "go.sum", source / "cmd", version, *flags(workshop), _layout())
    return f"cks-lab/binaries:{key}-{workshop.architecture}"


def ensure(workshop: Workshop) -> str:
    """The image of the programs, compiled first when it is not there. Go's own cache makes an interrupted
    build go on where it was.

    Raises:
        BuildError: there is no Go, or the build failed; names the log.
    """
    name = tag(workshop)
    if image_exists(name):
        return name
    if go_version() < GO_NEEDED:
        raise BuildError(_NO_GO, "Install it and type: lab up")
    log = workshop.log("go")
    title = "Compiling Kubernetes, etcd, CoreDNS, crictl, kind and Gatekeeper"
    with workshop.status.phase(title, ESTIMATE), scratch("programs") as folder:
        go_build([*_COMMANDS, *_TOOLS], folder, workshop, log)
        archive = folder / "programs.tar"
        _pack(folder, archive)
        logged(["import", "--change", f"LABEL {LABEL}=all", str(archive), name], log)
    return name


def go_build(packages: list[str], folder: Path, workshop: Workshop, log: Path) -> None:
    """Compile packages of the Go module into a folder.

    Raises:
        BuildError: it failed; names the log.
    """
    settings = {
        "CGO_ENABLED": "0",
        "GOFLAGS": "",
        "GOWORK": "off",
        "GOARCH": workshop.architecture,
        "GOOS": "linux",
    }
    if workshop.engine.memory_bytes > 8 * 1024**3:
        settings["GOGC"] = os.environ.get("GOGC", "400")  # fewer collections: a fifth less time where memory allows
    try:
        shell.run(
            ["go", "build", *flags(workshop), "-o", f"{folder}/", *packages],
            cwd=workshop.sources, env=settings, timeout=BUILD_TIMEOUT, log=log,
        )  # fmt: skip
    except CommandError as error:
        raise BuildError(error.message, f"The full log is {log}. Go on where it stopped with: lab up") from error


def module_folder(module: str, workshop: Workshop) -> Path:
    """The folder of a pinned module's sources in Go's module cache; downloaded first when they are missing.

    Raises:
        BuildError: it could not be downloaded.
    """
    try:
        answer = shell.run(
            ["go", "mod", "download", "-json", module],
            cwd=workshop.sources, env={"GOFLAGS": "", "GOWORK": "off"}, timeout=600,
        )  # fmt: skip
        return Path(json.loads(answer.text)["Dir"])
    except (CommandError, KeyError, ValueError) as error:
        raise BuildError(f"The Go module {module} could not be had: {error}", "Check `go env GOPROXY`.") from error


def _layout() -> str:
    return repr((_LINKS, _IPTABLES))


def _pack(folder: Path, archive: Path) -> None:
    """Lay the programs out as the Dockerfiles copy them, with a link for every name of a program."""
    with tarfile.open(archive, "w") as tar:
        for program in ("pause", "coredns", "crictl", "kind", "gatekeeper"):
            tar.add(folder / program, f"programs/{program}", filter=_as_root)
        stored: dict[str, str] = {}
        for place, (program, names) in _LINKS.items():
            path = f"programs/{place}/{program}"
            if program in stored:  # the same bytes again: a hard link inside the archive
                _link(tar, path, stored[program], tarfile.LNKTYPE)
            else:
                tar.add(folder / program, path, filter=_as_root)
                stored[program] = path
            for name in names:
                _link(tar, f"programs/{place}/{name}", program, tarfile.SYMTYPE)
        for name in _IPTABLES:
            verb = name.replace("tables", "tables-nft", 1)
            _link(tar, f"programs/iptables-links/{name}", verb, tarfile.SYMTYPE)


def _link(tar: tarfile.TarFile, path: str, target: str, kind: bytes) -> None:
    entry = tarfile.TarInfo(path)
    entry.type, entry.linkname, entry.mode = kind, target, 0o777
    tar.addfile(entry, io.BytesIO())


def _as_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = 0
    entry.mode = 0o755
    return entry
