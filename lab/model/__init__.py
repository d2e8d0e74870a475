"""The records that all rooms share. Nothing here reads a file or a cluster."""

from lab.model.exercise import (
    FORMAT_VERSION,
    ActionSpec,
    CheckSpec,
    Difficulty,
    Exercise,
    Holds,
    Reference,
    Step,
)
from lab.model.rescue import Rescue
from lab.model.results import (
    CheckResult,
    ClusterInfo,
    Evidence,
    ExerciseResult,
    Learner,
    Report,
    Score,
    StepResult,
    Verdict,
    last_score,
    worst,
)
from lab.model.status import Difference, ExerciseProgress, Finding, Hint, LabStatus, Place, Told

__all__ = [
    "FORMAT_VERSION",
    "ActionSpec",
    "CheckResult",
    "CheckSpec",
    "ClusterInfo",
    "Difference",
    "Difficulty",
    "Evidence",
    "Exercise",
    "ExerciseProgress",
    "ExerciseResult",
    "Finding",
    "Hint",
    "Holds",
    "LabStatus",
    "Learner",
    "Place",
    "Reference",
    "Report",
    "Rescue",
    "Score",
    "Step",
    "StepResult",
    "Told",
    "Verdict",
    "last_score",
    "worst",
]
