"""Finds Gatekeeper's release manifest: in its Go module, or from the release's address; never kept in the project."""

import hashlib
import ssl
import urllib.request
from http.client import HTTPException
from pathlib import Path

from lab import paths
from lab.errors import BuildError
from lab.images import binaries
from lab.images.build import Workshop
from lab.images.pins import Pins

_MODULE = "github.com/open-policy-agent/gatekeeper/v3"
_FILE = "deploy/gatekeeper.yaml"
_ADDRESS = "https://raw.githubusercontent.com/open-policy-agent/gatekeeper/{version}/" + _FILE


def manifest(workshop: Workshop) -> str:
    """The manifest of the pinned version, checked by its digest; kept in the cache, so that later no network is needed.

    Raises:
        BuildError: it cannot be had, or is not the one that is pinned.
    """
    pins = workshop.pins
    kept = _kept(pins)
    content = kept.read_bytes() if kept.is_file() else b""
    if _digest(content) != pins.gatekeeper_manifest:
        content = _from_module(workshop) if binaries.go_version() >= binaries.GO_NEEDED else _fetch(pins)
        if (found := _digest(content)) != pins.gatekeeper_manifest:
            message = f"Gatekeeper's manifest {pins.gatekeeper} has the digest {found}, not the pinned one."
            raise BuildError(message, "See gatekeeper_manifest in cluster/pins.yaml.")
        paths.write_private(kept, content)
    return content.decode()


def purge() -> None:
    """Remove the manifests that are kept in the cache."""
    for kept in paths.cache_home().glob("gatekeeper-*.yaml"):
        kept.unlink(missing_ok=True)


def _kept(pins: Pins) -> Path:
    return paths.cache_home() / f"gatekeeper-{pins.gatekeeper}.yaml"


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _from_module(workshop: Workshop) -> bytes:
    return (binaries.module_folder(_MODULE, workshop) / _FILE).read_bytes()


def _fetch(pins: Pins) -> bytes:
    address = _ADDRESS.format(version=pins.gatekeeper)
    try:
        with urllib.request.urlopen(address, timeout=20, context=ssl.create_default_context()) as answer:
            return bytes(answer.read())
    except (OSError, ValueError, HTTPException) as error:
        message = f"Gatekeeper's manifest cannot be had from {address}: {error}."
        raise BuildError(message, "Try again with a network, or install Go, and type: lab up") from error
