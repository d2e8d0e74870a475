"""Runs an exercise's actions and solution scripts on a cluster."""

from collections.abc import Sequence

from lab import actions
from lab.actions.base import MANIFESTS, Setting
from lab.catalog.exercise_files import EXTRA as FILES
from lab.errors import ClusterError, CommandError
from lab.k8s.cluster import Cluster
from lab.model import ActionSpec, Exercise, Step
from lab.phases import Status
from lab.rescue import last_good

SOLVE_TIMEOUT = 600.0
"""Seconds that a solution's script may take."""


def check(exercise: Exercise, specs: Sequence[ActionSpec], cluster: Cluster, status: Status, started: bool) -> None:
    """See that what actions need of the host's files can be used; changes nothing.

    Args:
        exercise: whose they are.
        specs: the actions.
        cluster: where they act.
        status: told what goes on.
        started: whether the exercise was started.

    Raises:
        LabError: something cannot.
    """
    setting = Setting(cluster, status, exercise.id, exercise.folder / FILES, started)
    for spec in specs:
        actions.REGISTRY[spec.do].check(spec.params, setting)


def act(exercise: Exercise, specs: Sequence[ActionSpec], cluster: Cluster, status: Status) -> None:
    """Do actions, one after the other.

    Raises:
        LabError: one failed; those before it are done.
    """
    setting = Setting(cluster, status, exercise.id, exercise.folder / FILES)
    for spec in specs:
        actions.REGISTRY[spec.do].run(spec.params, setting)
    if changes_manifests(specs):
        last_good.keep(cluster, at_once=True)


def undoes(reset: Sequence[ActionSpec], aside: Sequence[ActionSpec]) -> bool:
    """Whether a reset changes what the other actions take out of effect: that would be lost."""
    changed, wanted = ({actions.REGISTRY[spec.do].shared for spec in specs} - {""} for specs in (reset, aside))
    return bool(changed & wanted)


def changes_manifests(specs: Sequence[ActionSpec]) -> bool:
    """Whether actions change the static pods' manifests."""
    return any(actions.REGISTRY[spec.do].shared == MANIFESTS for spec in specs)


def exercise_with(exercises: Sequence[Exercise], verb: str) -> str:
    """The id of the first exercise whose start has a verb; empty when none has."""
    return next((each.id for each in exercises if any(spec.do == verb for spec in each.start)), "")


def type_script(exercise: Exercise, step: Step, script: str, cluster: Cluster) -> None:
    """Run a script of a step's solution on the node, as root.

    Raises:
        ClusterError: it failed; has the end of what it printed.
    """
    try:
        cluster.helper.type(script, timeout=SOLVE_TIMEOUT)
    except CommandError as error:
        said = "\n".join(error.output.strip().splitlines()[-8:])
        message = f"The solution of {exercise.id}/{step.id} did not work on the cluster as it is now:\n{said}"
        raise ClusterError(message, f"Put the exercise back and try again: lab reset {exercise.id}") from error
