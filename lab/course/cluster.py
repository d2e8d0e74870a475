"""Makes, removes and resets a cluster, and finds out whether the host is fit for one."""

import shutil
from collections.abc import Callable
from pathlib import Path

from lab import paths
from lab.course.context import Context
from lab.engine import daemon, docker, host
from lab.errors import EngineError
from lab.images import beside_node, binaries, kind_tool, node, official, pins
from lab.images import gatekeeper as gatekeeper_release
from lab.images.build import Workshop
from lab.journal import bookmark
from lab.k8s import gatekeeper_state, kept, lifecycle, owner, probe_namespace, saved, webhook
from lab.k8s.record import Record
from lab.model import Finding
from lab.rescue import last_good


def doctor() -> tuple[Finding, ...]:
    """Every requirement of the host, met or not."""
    try:
        engine = docker.find()
        first = Finding("engine", True, engine.title)
    except EngineError as error:
        engine = None
        first = Finding("engine", False, error.message, error.hint)
    registry = official.finding(pins.load())
    go = binaries.finding(needed=not registry.ok)
    return (first, *host.findings(engine), registry, go)


def up(context: Context, ask: Callable[[str], bool], from_source: bool) -> Record:
    """Make the cluster, or adopt the one that exists; gives its record."""
    engine = daemon.ensure(context.status, ask)
    if context.cluster.files.half_reset.exists() and context.cluster.node.state():
        context.status.note("An earlier `lab reset --all` was interrupted; it is done again.")
        reset_all(context)
    workshop = Workshop(pins.load(), engine, context.status)
    if record := lifecycle.adopt(context.cluster, lambda: kind_tool.ensure(workshop), context.status):
        return lifecycle.restock(context.cluster, record, beside_node.ensure(workshop, record.origin))
    host.check_inotify()
    image = node.ensure(workshop, from_source)
    stock = beside_node.ensure(workshop, image.origin)
    tool = kind_tool.ensure(workshop)
    return lifecycle.make(context.cluster, tool, image, stock, workshop.pins.kubernetes, context.status)


def down(context: Context, purge: bool) -> None:
    """Remove the cluster; with `purge` also images and programs."""
    docker.find()
    if not owner.there(context.name) and not context.cluster.files.folder.exists():
        context.status.note(f'There is no cluster "{context.name}".')
    else:
        owner.refuse_unknown(context.cluster.files)
        with context.status.phase(f'Removing the cluster "{context.name}"', 2):
            lifecycle.clear(context.cluster)
    if purge:
        with context.status.phase("Removing the images that the lab made", 5):
            node.purge()
            kind_tool.purge()
            gatekeeper_release.purge()


def reset_all(context: Context, keep: Path | None = None) -> None:
    """Put the golden state back, and forget all progress."""
    docker.find()
    files, record = context.cluster.files, context.cluster.record(half_reset=True)
    kept.writable(files)
    kept.golden(files, record)
    saved.see_writable(keep)
    paths.write_private(files.half_reset, b"")
    lifecycle.put_back(context.cluster, record, context.status)
    if keep:
        saved.clear(context.cluster.helper, saved.ALL, context.status, keep)
    gatekeeper_state.forget(context.cluster)
    probe_namespace.forget(context.cluster)
    webhook.remove(context.name)
    shutil.rmtree(files.kept_manifests, ignore_errors=True)
    last_good.forget(files)
    bookmark.forget(files.place)
    context.journal(record).clear_all()
    files.half_reset.unlink(missing_ok=True)
