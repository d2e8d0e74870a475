"""Puts the control plane's last good files back, with the learner's kept on the node, and the learner's on again."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from lab import advice
from lab.course.context import Context, alone
from lab.errors import ClusterError, LabError
from lab.k8s import kept, lifecycle, saved
from lab.model import Rescue
from lab.phases import Status
from lab.rescue import difference, files, last_good, put_back, restart
from lab.rescue.difference import Plan

OWNER, MINE = "rescue", "rescue-mine"
"""Whose folders of `lab.k8s.saved` have what a rescue, and what putting the learner's on again, replaced."""


@advice.at_the_door
class Rescuer:
    """The use cases of a rescue. Methods raise what those of `Course` do."""

    def __init__(self, context: Context) -> None:
        self.name = context.name
        self._context = context

    @property
    def status(self) -> Status:
        """Shows how long work takes."""
        return self._context.status

    def look(self) -> Rescue:
        """What a rescue would do now; changes nothing."""
        return _look(self._context)[0]

    def keep(self) -> None:
        """Keep the control plane's files as good, if the API server is ready with them and has been for long enough.

        It is a convenience: where that cannot be told, what was kept before stays.
        """
        with suppress(LabError):
            self._context.record()
            if not self._context.lock.taken() and not self._context.cluster.api.readiness():
                last_good.keep(self._context.cluster)

    @alone("lab rescue")
    def put_back(self) -> Rescue:
        """Put the last good files back where there is something to rescue, and wait until the API server is ready.

        Raises:
            ClusterError: it did not come back.
        """
        return _put_back(self._context)

    @alone("lab rescue --mine")
    def mine(self) -> Rescue:
        """Put the learner's files of the last rescue on again; does not wait for what comes of it.

        Raises:
            ClusterError: none were kept.
        """
        return _mine(self._context)


def _put_back(context: Context) -> Rescue:
    context.record()
    cluster, begun = context.cluster, time.monotonic()
    lifecycle.wake(cluster, context.status)
    found, good, plan = _look(context)
    if not found.needed:
        return found
    kept.writable(cluster.files)
    put_back.put(cluster, good, plan.paths, context.status, OWNER, again=not found.ready)
    put_back.wait(cluster, good, context.status)
    folder = saved.newest(cluster.helper, OWNER) if plan.paths else ""
    return replace(found, kept_in=folder, seconds=time.monotonic() - begun)


def _mine(context: Context) -> Rescue:
    context.record()
    helper = context.cluster.helper
    folder = saved.newest(helper, OWNER)
    if not folder:
        raise ClusterError("No rescue has kept files of yours on this cluster.", "See what one would do: lab rescue")
    learners = saved.contents(helper, folder)
    node = {path: file.content for path, file in files.read(helper).items()}
    wanted = {**{path: node[path] for path in files.manifests(node)}, **learners}
    differ = [path for path in learners if node.get(path) != learners[path]]
    if differ:
        put_back.put(context.cluster, wanted, differ, context.status, MINE, again=False)
    return Rescue(bool(differ), True, files=tuple(differ), kept_in=folder)


def _look(context: Context) -> tuple[Rescue, Mapping[str, bytes], Plan]:
    record, cluster = context.record(), context.cluster
    last = last_good.good(cluster, record)
    good, of = last.contents, _when(last.kept_at)
    node = files.read(cluster.helper)
    plan = difference.plan({path: file.content for path, file in node.items()}, good, of)
    seen, away = restart.read(cluster.helper), cluster.api.readiness()
    if seen is None:
        raise ClusterError("The node does not say what runs on it.", "lab up")
    stopped = tuple(name for name, runs in (("containerd", seen.containerd), ("kubelet", seen.kubelet)) if not runs)
    needed = bool(stopped or away) or (bool(plan.paths) and not files.in_effect(node, seen.started))
    return Rescue(needed, not away, plan.text, tuple(plan.put), plan.aside, of, stopped), good, plan


def _when(kept_at: float) -> str:
    return f"at {datetime.fromtimestamp(kept_at):%H:%M:%S}" if kept_at else "after lab up"
