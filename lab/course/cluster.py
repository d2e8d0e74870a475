"""Makes, removes and resets a cluster, and finds out whether the host is fit for one."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from shlex import join as shell_join
from tempfile import TemporaryDirectory

from lab import paths
from lab.course.context import Context
from lab.engine import daemon, docker, host
from lab.errors import ClusterError, CommandError, EngineError
from lab.images import beside_node, binaries, kind_tool, node, official, pins
from lab.images import gatekeeper as gatekeeper_release
from lab.images.build import Workshop
from lab.journal import bookmark
from lab.k8s import drift, gatekeeper_state, kept, lifecycle, owner, probe_namespace, saved, webhook
from lab.k8s.record import Record
from lab.model import Difference, Finding
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


def drift_of(context: Context) -> tuple[Difference, ...]:
    """Everything in which the cluster differs from its golden state."""
    return drift.find(context.cluster, context.record())


def _make_anew(context: Context, record: Record) -> Record:
    """Make the cluster anew from the images that it was made of; what was copied of the learner's stays."""
    workshop = Workshop(pins.load(), docker.find(), context.status)
    tool, stock = kind_tool.ensure(workshop), beside_node.ensure(workshop, record.origin)
    image = node.NodeImage(record.node_image, record.origin)
    copied = context.cluster.files.before_reset
    with TemporaryDirectory(dir=paths.state_home()) as aside:
        if copied.exists():
            copied.rename(Path(aside) / copied.name)
        record = lifecycle.make(context.cluster, tool, image, stock, record.kubernetes_version, context.status)
        if (Path(aside) / copied.name).exists():
            (Path(aside) / copied.name).rename(copied)
    return record


def reset_all(context: Context, keep: Path | None = None) -> None:
    """Put the golden state back, and forget all progress."""
    docker.find()
    files, record = context.cluster.files, context.cluster.record(half_reset=True)
    kept.writable(files)
    kept.golden(files, record)
    saved.see_writable(keep)
    if not files.half_reset.exists():
        shutil.rmtree(files.before_reset, ignore_errors=True)
    paths.write_private(files.half_reset, b"")
    try:
        lifecycle.put_back(context.cluster, record, context.status)
    except (ClusterError, CommandError) as error:
        why = error.message.partition("\n")[0].rstrip(".")
        context.status.note(f"The node cannot be put back, so the cluster is made anew from its image: {why}.")
        record = _make_anew(context, record)
    if keep and files.before_reset.exists():
        shutil.copytree(files.before_reset, keep, dirs_exist_ok=True)
    gatekeeper_state.forget(context.cluster)
    probe_namespace.forget(context.cluster)
    webhook.remove(context.name)
    shutil.rmtree(files.kept_manifests, ignore_errors=True)
    last_good.forget(files)
    bookmark.forget(files.place)
    context.journal(record).clear_all()
    files.half_reset.unlink(missing_ok=True)


def shell_argv(context: Context, command: Sequence[str], tty: bool) -> list[str]:
    """The argument list of root's shell on the node, or of a command.

    On a terminal, a shell begins in the folder of the exercise at which the learner is.
    """
    context.record()
    words = [command[0] if len(command) == 1 else shell_join(command)] if command else []
    place = None if command else bookmark.recall(context.cluster.files.place, context.catalog.exercises)
    folder = context.catalog.find(place.exercise_id).node_folder if place else ""
    return context.cluster.node.shell_argv(words, tty, folder)
