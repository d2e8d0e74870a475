"""The status of the lab: engine, cluster, API server and progress, each as far as the lab can find it out."""

from collections.abc import Callable, Sequence

from lab.engine import docker
from lab.errors import LabError, NoClusterError
from lab.journal.journal import Journal
from lab.k8s.cluster import Cluster
from lab.k8s.record import Record, load
from lab.model import Exercise, ExerciseProgress, LabStatus
from lab.rescue import last_good, restart

JournalOf = Callable[[Record], Journal]


def look(cluster: Cluster, exercises: Sequence[Exercise], journal_of: JournalOf, at_work: bool) -> LabStatus:
    """The lab's status, within a fraction of a second; a part that cannot be found out says so.

    Args:
        cluster: need not be there.
        exercises: the exercises whose progress is wanted.
        journal_of: opens the progress journal of a cluster.
        at_work: whether a lab changes the cluster now: then a reset that has not ended was not interrupted.
    """
    name = cluster.name
    try:
        engine = docker.find().title
    except LabError as error:
        return LabStatus(
            name, error.message, False, "unknown", "", "", "", _kept_progress(cluster, exercises, journal_of)
        )
    try:
        state = cluster.node.state()
        record = cluster.record(half_reset=at_work)
    except NoClusterError:
        return LabStatus(name, engine, True, "absent", "", "", "", _progress(exercises, None))
    except LabError as error:
        return LabStatus(name, engine, True, "unknown", f"{error.message} {error.hint}", "", "", ())
    running = state == "running"
    readiness = _readiness(cluster) if running else ""
    seen = restart.read(cluster.helper) if running else None
    if seen and readiness == "ready" and not at_work:
        last_good.keep(cluster, seen)
    return LabStatus(
        name,
        engine,
        True,
        "running" if running else "stopped",
        f"{cluster.node.container} ({state})",
        readiness,
        record.kubernetes_version,
        _progress(exercises, journal_of(record)),
        restart.stage(seen, readiness == "ready") if seen else "",
    )


def _readiness(cluster: Cluster) -> str:
    try:
        why = cluster.api.readiness()
    except LabError as error:
        why = error.message
    return f"not ready: {why}" if why else "ready"


def _kept_progress(
    cluster: Cluster, exercises: Sequence[Exercise], journal_of: JournalOf
) -> tuple[ExerciseProgress, ...]:
    """The progress as this machine keeps it, where nobody can ask for the cluster; empty where that is not known."""
    try:
        record = load(cluster.files.record)
        return _progress(exercises, journal_of(record) if record else None)
    except LabError:
        return ()


def _progress(exercises: Sequence[Exercise], journal: Journal | None) -> tuple[ExerciseProgress, ...]:
    progress = []
    for exercise in exercises:
        score = journal.score(exercise.id) if journal else None
        started = journal.started(exercise.id) if journal else False
        aside = journal.aside(exercise.id) if journal else False
        earned, at = (score.earned, score.at) if score else (0, "")
        steps = journal.scores(exercise.id) if journal else {}
        row = ExerciseProgress(exercise.id, exercise.title, started, earned, exercise.points, aside, at, steps)
        progress.append(row)
    return tuple(progress)
