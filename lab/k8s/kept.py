"""Checks the files that the lab keeps on the host for a cluster, before anything is changed.

Each function raises a ClusterError that names the file, what is wrong with it, and the command that cures.
"""

import gzip
import hashlib
import io
import ssl
import tarfile
import zlib
from pathlib import Path

from lab import paths
from lab.k8s import static_pods
from lab.k8s.golden import MANIFESTS
from lab.k8s.record import ANEW, RESET_ALL, Record, damaged

_WHOLE = b"# Kept by the lab. What stands below has the SHA-256 "


def writable(files: paths.ClusterPaths) -> None:
    """See that the cluster's folder takes files.

    Raises:
        LabError: it is read-only or full, or another user's.
    """
    probe = files.folder / "probe"
    paths.write_private(probe, b"x" * 65536)
    probe.unlink()


def golden(files: paths.ClusterPaths, record: Record) -> None:
    """See that the golden state is whole.

    Raises:
        ClusterError: it is not.
    """
    file = files.golden
    try:
        whole = digest_of(file) == record.golden if record.golden else _readable(file)
        if not whole:
            raise damaged(file, "is not what the lab wrote there" if file.stat().st_size else "is empty", ANEW)
    except FileNotFoundError as error:
        raise damaged(file, "is gone", ANEW) from error
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}", ANEW) from error


def digest_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sealed(content: bytes) -> bytes:
    """A content under a line with its digest."""
    return _WHOLE + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def opened(file: Path, content: bytes) -> bytes:
    """What was sealed, of a file's content.

    Raises:
        ClusterError: it is not whole.
    """
    digest, _, inside = content.removeprefix(_WHOLE).partition(b"\n")
    if digest != hashlib.sha256(inside).hexdigest().encode():
        raise damaged(file, "is not what the lab wrote there", RESET_ALL)
    return inside


def keep_manifest(files: paths.ClusterPaths, exercise: str, content: bytes) -> None:
    """Keep a manifest of the kube-apiserver for an exercise, under a line with its digest.

    Raises:
        LabError: it cannot be written.
    """
    paths.write_private(files.kept_manifest(exercise), sealed(content))


def keep_manifest_for_all(files: paths.ClusterPaths, content: bytes) -> None:
    """Keep this manifest for every exercise that has kept another.

    Raises:
        LabError: it cannot be written.
    """
    for file in files.kept_manifests.glob("*.yaml"):
        keep_manifest(files, file.stem, content)


def manifest(files: paths.ClusterPaths, exercise: str, needed: bool = False) -> bytes | None:
    """The manifest that is kept for an exercise; None where there is none.

    Args:
        files: the cluster's.
        exercise: its id.
        needed: there has to be one.

    Raises:
        ClusterError: it is not whole, or not there though it has to be.
    """
    file = files.kept_manifest(exercise)
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        if needed:
            raise damaged(file, "is gone", RESET_ALL) from error
        return None
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}", RESET_ALL) from error
    if content.startswith(_WHOLE):  # that of an older version has no such line
        content = opened(file, content)
    if not static_pods.image_of(content):
        raise damaged(file, "is no manifest of a pod", RESET_ALL)
    return content


def certificates(folder: Path, cure: str) -> dict[str, bytes]:
    """The webhook's certificates, by file name.

    Args:
        folder: where they lie.
        cure: what to do where they cannot be used.

    Raises:
        ClusterError: they cannot be used.
    """
    names = ("cert.pem", "key.pem", "client-ca.pem")
    found: dict[str, bytes] = {}
    for name in names:
        try:
            found[name] = (folder / name).read_bytes()
        except OSError as error:
            why = "is gone" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
            raise damaged(folder / name, why, cure) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(folder / names[0], folder / names[1])
    except (ssl.SSLError, ValueError) as error:
        raise damaged(folder / names[0], f"and {names[1]} are no certificate and its key", cure) from error
    try:
        context.load_verify_locations(cadata=found[names[2]].decode())
    except (ssl.SSLError, ValueError) as error:
        raise damaged(folder / names[2], "is no certificate", cure) from error
    return found


def _readable(archive: Path) -> bool:
    """Whether an archive whose digest is not known can be read to its end, and has the manifests."""
    try:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive.read_bytes()))) as tar:
            return f"{MANIFESTS}/kube-apiserver.yaml" in tar.getnames()
    except (tarfile.TarError, zlib.error, EOFError, OSError):
        return False
