"""The lab at a glance: engine, cluster, API server and progress, each as far as it can be told."""

from collections.abc import Sequence

from lab.engine import docker
from lab.errors import LabError
from lab.k8s.cluster import Cluster
from lab.model import Exercise, ExerciseProgress, LabStatus
from lab.progress import Journal, Note


def look(cluster: Cluster, exercises: Sequence[Exercise], note: Note) -> LabStatus:
    """Look, in a fraction of a second; what cannot be told says so.

    Args:
        cluster: need not be there.
        exercises: whose progress is told.
        note: told when the journal of the progress is not as it should be.
    """
    name = cluster.name
    try:
        engine = docker.find().title
    except LabError as error:
        return LabStatus(name, error.message, False, "unknown", "", "", "", _progress(exercises, None))
    try:
        state = cluster.node.state()
        record = cluster.record()
    except LabError:
        return LabStatus(name, engine, True, "absent", "", "", "", _progress(exercises, None))
    running = state == "running"
    journal = Journal.load(cluster.files.progress, record.uid, note, key=record.journal_key)
    return LabStatus(
        name,
        engine,
        True,
        "running" if running else "stopped",
        f"{cluster.node.container} ({state})",
        _readiness(cluster) if running else "",
        record.kubernetes_version,
        _progress(exercises, journal),
    )


def _readiness(cluster: Cluster) -> str:
    try:
        why = cluster.api.readiness()
    except LabError as error:
        why = error.message
    return f"not ready: {why}" if why else "ready"


def _progress(exercises: Sequence[Exercise], journal: Journal | None) -> tuple[ExerciseProgress, ...]:
    progress = []
    for exercise in exercises:
        score = journal.score(exercise.id) if journal else None
        started = journal.started(exercise.id) if journal else False
        aside = journal.aside(exercise.id) if journal else False
        earned, at = (score.earned, score.at) if score else (0, "")
        progress.append(ExerciseProgress(exercise.id, exercise.title, started, earned, exercise.points, aside, at))
    return tuple(progress)
