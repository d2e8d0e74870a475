"""The use cases: the one door that the command line and the TUI both go through."""

import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, wraps
from pathlib import Path
from shlex import join as shell_join
from typing import Any, TypeVar, cast

from lab import advice, cluster_status, exercises, paths
from lab.actions import run
from lab.actions.support.webhook import start as start_webhook
from lab.catalog.load import Catalog
from lab.checks.base import Facts, ImageFact
from lab.engine import daemon, docker, host
from lab.errors import ClusterError, EngineError, LabError, NoClusterError, NotStartedError
from lab.grading.observe import observe
from lab.grading.session import Grading, evidence_of
from lab.grading.watch_list import interest_of
from lab.images import beside_node, binaries, kind_tool, node, official, pins
from lab.images import gatekeeper as gatekeeper_release
from lab.images.build import Workshop
from lab.journal import bookmark
from lab.journal.journal import Journal
from lab.k8s import gatekeeper_state, golden, kept, lifecycle, owner, probe_namespace, saved, webhook
from lab.k8s.cluster import Cluster
from lab.k8s.record import Record
from lab.k8s.watch.cluster import Watching
from lab.lock import Lock
from lab.model import (
    ActionSpec,
    ClusterInfo,
    Exercise,
    Finding,
    Hint,
    LabStatus,
    Place,
    Report,
    Step,
    Told,
    Verdict,
    worst,
)
from lab.phases import Status
from lab.request_path import way
from lab.request_path.station import RequestPath

M = TypeVar("M", bound=Callable[..., Any])

BROKEN_JOURNAL = "broken-journal"
"""The reason of a report whose journal is not as the lab wrote it."""
VERIFY_WAIT = 60.0
"""Seconds to wait for what takes a moment to show, such as Gatekeeper's next audit."""


def _alone(command: str) -> Callable[[M], M]:
    """Decorate a method that changes the cluster: only one works at a time, and others are told which."""

    def decorate(method: M) -> M:
        @wraps(method)
        def call(self: "Course", *arguments: Any, **options: Any) -> Any:
            with self._lock.held(command.format(*arguments), self.status):
                return method(self, *arguments, **options)

        return cast(M, call)

    return decorate


@advice.at_the_door
class Course:
    """The use cases for the cluster of one name. Methods block, for seconds or minutes, and raise `LabError`.

    Args:
        name: the cluster's name.
        status: told how long work goes on; may be replaced at any time.
        ask: asks a yes-or-no question before `sudo` is used; may be replaced at any time.
    """

    def __init__(self, name: str, status: Status, ask: Callable[[str], bool] = lambda question: False) -> None:
        self.name = name
        self.status = status
        self.ask = ask
        self._cluster = Cluster(name)
        self._lock = Lock(self._cluster.files.lock, self._cluster.files.folder)
        self._noted: set[str] = set()

    @property
    def status(self) -> Status:
        """Told how long work goes on."""
        return self._status

    @status.setter
    def status(self, status: Status) -> None:
        self._status = advice.NamedStatus(status, self.name)

    @cached_property
    def catalog(self) -> Catalog:
        """The exercises.

        Raises:
            DataError: something is wrong with them.
        """
        return advice.named(exercises.load(), self.name)

    # -- the cluster

    def doctor(self) -> tuple[Finding, ...]:
        """Every requirement, met or not, with what to do."""
        try:
            engine = docker.find()
            first = Finding("engine", True, engine.title)
        except EngineError as error:
            engine = None
            first = Finding("engine", False, error.message, error.hint)
        registry = official.finding(pins.load())
        go = binaries.finding(needed=not registry.ok)
        return (first, *host.findings(engine), registry, go)

    def fix(self) -> None:
        """Install and start what can be: the engine.

        Raises:
            EngineError: it could not be had.
        """
        daemon.ensure(self.status, self.ask)

    def exists(self) -> bool:
        """Whether there is a whole cluster of this name.

        Raises:
            EngineError: no engine answers.
        """
        docker.find()
        try:
            self._cluster.record()
        except NoClusterError:
            return False
        return True

    @_alone("lab up")
    def up(self, from_source: bool = False) -> ClusterInfo:
        """Make the cluster, or adopt the one that exists.

        Raises:
            LabError: an EngineError, BuildError or ClusterError; each says what to do.
        """
        engine = daemon.ensure(self.status, self.ask)
        if self._cluster.files.half_reset.exists() and self._cluster.node.state():
            self.status.note("An earlier `lab reset --all` was interrupted; it is done again.")
            self.reset_all()
        workshop = Workshop(pins.load(), engine, self.status)
        record = lifecycle.adopt(self._cluster, lambda: kind_tool.ensure(workshop), self.status)
        if record is None:
            host.check_inotify()
            image = node.ensure(workshop, from_source)
            stock = beside_node.ensure(workshop, image.origin)
            tool = kind_tool.ensure(workshop)
            record = lifecycle.make(self._cluster, tool, image, stock, workshop.pins.kubernetes, self.status)
        else:
            record = lifecycle.restock(self._cluster, record, beside_node.ensure(workshop, record.origin))
        return _info(record)

    @_alone("lab down")
    def down(self, purge: bool = False) -> None:
        """Remove the cluster with all that was made for it; with `purge` also images and programs.

        Raises:
            EngineError: no engine answers.
            ClusterError: it is another lab's.
        """
        docker.find()
        if not owner.there(self.name) and not self._cluster.files.folder.exists():
            self.status.note(f'There is no cluster "{self.name}".')
        else:
            owner.refuse_unknown(self._cluster.files)
            with self.status.phase(f'Removing the cluster "{self.name}"', 2):
                lifecycle.clear(self._cluster)
        if purge:
            with self.status.phase("Removing the images that the lab made", 5):
                node.purge()
                kind_tool.purge()
                gatekeeper_release.purge()

    def look(self) -> LabStatus:
        """The lab at a glance; what cannot be told says so."""
        return cluster_status.look(self._cluster, self.catalog.exercises, self._journal, self._lock.taken())

    def watch(self, told: Callable[[Told], None]) -> Watching:
        """Be told of changes that may change a verdict, until `stop` is called; also while there is no cluster.

        Args:
            told: called in another thread, within a fraction of a second; shall not take long.

        Raises:
            DataError: something is wrong with the exercises.
        """
        return Watching(self.name, interest_of(self.catalog.exercises), told)

    def place(self) -> Place | None:
        """Where the learner was last on this cluster; None when that is not known, or is there no more."""
        return bookmark.recall(self._cluster.files.place, self.catalog.exercises)

    def remember(self, place: Place) -> None:
        """Keep where the learner is. It is a convenience: where it cannot be written, it is not kept."""
        bookmark.keep(self._cluster.files.place, place)

    @_alone("lab reset --all")
    def reset_all(self, keep: Path | None = None) -> None:
        """Put the golden state back, and forget all progress.

        Args:
            keep: a folder of this machine into which what was in /etc/kubernetes and /root is copied.

        Raises:
            ClusterError: it did not come back; NoClusterError: there is none.
        """
        docker.find()
        record = self._cluster.record(half_reset=True)
        kept.writable(self._cluster.files)
        kept.golden(self._cluster.files, record)
        saved.see_writable(keep)
        paths.write_private(self._cluster.files.half_reset, b"")
        lifecycle.put_back(self._cluster, record, self.status)
        if keep:
            saved.clear(self._cluster.helper, saved.ALL, self.status, keep)
        gatekeeper_state.forget(self._cluster)
        probe_namespace.forget(self._cluster)
        webhook.remove(self.name)
        shutil.rmtree(self._cluster.files.kept_manifests, ignore_errors=True)
        bookmark.forget(self._cluster.files.place)
        self._journal(record).clear_all()
        self._cluster.files.half_reset.unlink(missing_ok=True)

    def shell_argv(self, command: Sequence[str] = (), tty: bool = True) -> list[str]:
        """The argument list of root's shell on the node, or of a command in it.

        One word is taken as a line for the shell; several are quoted as they are.

        Raises:
            NoClusterError: there is no cluster.
        """
        self._record()
        words = [command[0] if len(command) == 1 else shell_join(command)] if command else []
        return self._cluster.node.shell_argv(words, tty)

    # -- exercises

    @_alone("lab start {}")
    def start(self, exercise_id: str) -> None:
        """Put an exercise's own starting state in place; what was there of it already stays.

        What other exercises have in effect on the cluster is set aside first; what they earned stays.

        Raises:
            LabError: there is no such exercise or cluster, or an action failed.
        """
        exercise, record = self.catalog.find(exercise_id), self._record()
        journal = self._journal(record)
        if journal.started(exercise.id) and not journal.aside(exercise.id):
            self.status.note(f"{exercise.id} is started already. Begin again with: lab reset {exercise.id}")
            return
        others = [other for other in self._in_effect(exercise, journal) if other.aside]
        again = exercise.resume if journal.aside(exercise.id) else exercise.start
        self._check(journal, (exercise, again), *((other, other.aside) for other in others))
        for other in others:
            self._set_aside(other, record)
        self._act(exercise, again)
        journal.start(exercise.id)

    def verify(self, selectors: Sequence[str] = (), wait: float = 0.0) -> Report:
        """Look at exercises or steps, and judge what is seen.

        Args:
            selectors: `exercise` or `exercise/step`; everything when empty.
            wait: seconds to look again where a check says that it will soon be able to tell.

        Raises:
            UsageError: a selector names nothing; NoClusterError: there is no cluster.
        """
        chosen, record = self.catalog.select(selectors), self._record()
        journal = self._journal(record)
        results = self._grading(record, journal).look(chosen, wait)
        verdict = worst([result.verdict for result in results])
        broken = journal.broken
        return Report(_info(record), results, verdict, broken, BROKEN_JOURNAL if broken else "")

    def hint(self, exercise_id: str, step_id: str) -> Hint:
        """The next hint of a step, recorded as taken.

        Raises:
            UsageError: there is no such exercise or step.
        """
        step = self._step(exercise_id, step_id)
        number = self._journal(self._record()).take_hint(exercise_id, step_id, len(step.hints))
        return Hint(step_id, number, len(step.hints), step.hints[number - 1])

    def current_step(self, exercise_id: str) -> str:
        """The id of the first step of an exercise that does not pass; the last one when all do.

        Raises:
            UsageError: there is no such exercise; NoClusterError: there is no cluster.
        """
        [result] = self.verify([exercise_id]).exercises
        open_steps = [step.id for step in result.steps if step.verdict is not Verdict.PASS]
        return open_steps[0] if open_steps else result.steps[-1].id

    def hints_taken(self, exercise_id: str, step_id: str) -> tuple[str, ...]:
        """The texts of the hints of a step that were taken."""
        step = self._step(exercise_id, step_id)
        return step.hints[: self._journal(self._record()).hints_taken(exercise_id, step_id)]

    def solution(self, exercise_id: str, step_id: str) -> str:
        """The script that is a step's solution, recorded as taken.

        Raises:
            UsageError: there is no such exercise or step.
        """
        step = self._step(exercise_id, step_id)
        self._journal(self._record()).mark_solved(exercise_id, step_id)
        return step.solution

    def solutions_taken(self, exercise_id: str) -> tuple[str, ...]:
        """The ids of the steps whose solution was shown, or typed by `solve`."""
        return self._journal(self._record()).solved(self.catalog.find(exercise_id).id)

    @_alone("lab solve {}")
    def solve(self, selector: str) -> Report:
        """Type the solution of an exercise or step, and observe after each step.

        An exercise that was set aside is taken up first.

        Raises:
            NotStartedError: the exercise is not started; ClusterError: a solution's script failed.
        """
        record = self._record()
        for exercise, steps in self.catalog.select([selector]):
            journal = self._journal(record)
            if not journal.started(exercise.id):
                raise NotStartedError(exercise.id)
            if journal.aside(exercise.id):
                self.start(exercise.id)
            self._check(journal, *((exercise, step.prepare) for step in steps))
            for step in steps:
                self._act(exercise, step.prepare)
                with self.status.phase(f"Solving {exercise.id}/{step.id}: {step.title}", 20):
                    self._type(exercise, step, step.solution)
                journal.mark_solved(exercise.id, step.id)
                self.verify([f"{exercise.id}/{step.id}"], VERIFY_WAIT)
                if step.after:
                    self._type(exercise, step, step.after)
        return self.verify([selector], VERIFY_WAIT)

    def path(self, subject: str = "", namespace: str = "default") -> RequestPath:
        """The way of a request through the API server, with the state of each station.

        Args:
            subject: an image, which is sent as a dry run; or the name of a pod that exists; empty for the stations.
            namespace: where the pod is, or is tried.

        Raises:
            LabError: there is no cluster, or no engine.
        """
        record = self._record()
        facts = self._facts(record, self._journal(record))
        facts = replace(facts, nonce=secrets.token_hex(8), now=datetime.now(UTC))
        seen = observe(lambda so_far: way.asks(subject, namespace, facts, so_far), self._cluster)
        found = way.path(subject, namespace, facts, seen)
        return advice.of_exercise(found, run.exercise_with(self.catalog.exercises, "gatekeeper"))

    @_alone("lab reset {}")
    def reset(self, exercise_id: str, keep: Path | None = None) -> None:
        """Put an exercise back to just after its start; when it was not started, leave nothing of it.

        Another exercise that has in effect what this puts back is set aside first. Files that are deleted are listed.

        Args:
            exercise_id: which.
            keep: a folder of this machine into which the files that are deleted are copied first.

        Raises:
            LabError: there is no such exercise or cluster, `keep` cannot be written, or an action failed.
        """
        exercise, record = self.catalog.find(exercise_id), self._record()
        saved.see_writable(keep)
        journal = self._journal(record)
        started = journal.started(exercise.id)
        others = [other for other in self._in_effect(exercise, journal) if run.undoes(exercise.reset, other.aside)]
        self._check(journal, (exercise, exercise.reset), *((other, other.aside) for other in others))
        lifecycle.wake(self._cluster, self.status)
        for other in others:
            self._set_aside(other, record)
        self._act(exercise, exercise.reset)
        saved.clear(self._cluster.helper, exercise.id, self.status, keep)
        journal.clear(exercise.id)
        if (place := self.place()) and place.exercise_id == exercise.id:
            self.remember(Place(exercise.id))
        if started:
            self._act(exercise, exercise.start)
            journal.start(exercise.id)

    @_alone("lab webhook up")
    def webhook_up(self) -> None:
        """Start the reference webhook on the cluster's network, with the certificates of its exercise.

        Raises:
            LabError: there is no cluster, its exercise was not started, or it does not start.
        """
        docker.find()
        start_webhook(self._cluster, self.status, run.exercise_with(self.catalog.exercises, "webhook-files"))

    @_alone("lab webhook down")
    def webhook_down(self) -> None:
        """Remove the reference webhook from the cluster's network.

        Raises:
            LabError: there is no cluster.
        """
        self._record()
        webhook.remove(self.name)

    def webhook_log(self) -> str:
        """What the reference webhook logged lately: at most some hundred decisions.

        Raises:
            LabError: there is no cluster, or no webhook runs.
        """
        self._needs_webhook()
        return webhook.log(self.name)

    def webhook_logs_argv(self, follow: bool) -> list[str]:
        """The argument list of a program that prints the webhook's log.

        Raises:
            LabError: there is no cluster, or no webhook runs.
        """
        self._needs_webhook()
        return ["docker", "logs", *(["--follow"] if follow else []), webhook.container(self.name)]

    # -- inside

    def _record(self) -> Record:
        docker.find()
        return self._cluster.record(half_reset=self._lock.taken())  # another's is not interrupted

    def _needs_webhook(self) -> None:
        self._record()
        if not webhook.running(self.name):
            raise ClusterError("The webhook does not run.", "Start it with: lab webhook up")

    def _journal(self, record: Record) -> Journal:
        return Journal.load(self._cluster.files.progress, record.uid, self._note_once, key=record.journal_key)

    def _at_work(self) -> str:
        """Why nothing can be told of the cluster now: another lab changes it; empty when none does."""
        holder = self._lock.holder()
        return f"{holder} is at work on the cluster; verify again when it has ended" if holder else ""

    def _note_once(self, text: str) -> None:
        """Say what every look would say again."""
        if text not in self._noted:
            self._noted.add(text)
            self.status.note(text)

    def _step(self, exercise_id: str, step_id: str) -> Step:
        [(_, (step, *_))] = self.catalog.select([f"{exercise_id}/{step_id}"])
        return step

    def _grading(self, record: Record, journal: Journal) -> Grading:
        return Grading(self._cluster, journal, self._facts(record, journal), self.status, self._at_work)

    def _facts(self, record: Record, journal: Journal) -> Facts:
        """What was true right after `lab up`, and the manifest of before an exercise in effect changes it."""
        images = (ImageFact(image.name, image.manifest_digest, image.config_digest) for image in record.images)
        namespace = probe_namespace.recall(self._cluster)
        facts = Facts(record.kubernetes_version, tuple(images), address=record.address, namespace=namespace)
        in_effect = (each for each in self.catalog.exercises if journal.started(each.id) and not journal.aside(each.id))
        try:
            manifests = golden.manifests(self._cluster.files.golden)
            if changing := next((each.id for each in in_effect if run.changes_manifests(each.aside)), ""):
                before = kept.manifest(self._cluster.files, changing) or manifests["kube-apiserver.yaml"]
                return replace(facts, manifests=manifests, kept_manifest=before)
        except LabError:  # damaged: a check that needs them says so
            return facts
        return replace(facts, manifests=manifests)

    def _set_aside(self, exercise: Exercise, record: Record) -> None:
        """End the effects of an exercise on others; what it earns now is journalled first."""
        journal = self._journal(record)
        [result] = self._grading(record, journal).look([(exercise, exercise.steps)])
        passed = {step.id: evidence_of(step) for step in result.steps if step.verdict is Verdict.PASS}
        self._act(exercise, exercise.aside)
        journal.set_aside(exercise.id, passed)
        again = f"Take it up again with: lab start {exercise.id}"
        self.status.note(f"{exercise.id} was set aside; what it earned is kept ({result.earned} points). {again}")

    def _in_effect(self, exercise: Exercise, journal: Journal) -> list[Exercise]:
        """The other exercises that are started and not set aside."""
        others = [other for other in self.catalog.exercises if other.id != exercise.id]
        return [other for other in others if journal.started(other.id) and not journal.aside(other.id)]

    def _check(self, journal: Journal, *wanted: tuple[Exercise, Sequence[ActionSpec]]) -> None:
        """See that what is to be done can be, as far as the host's files go, before anything is changed."""
        kept.writable(self._cluster.files)
        _ = self._cluster.api  # raises where the kubeconfig cannot be used
        for exercise, specs in wanted:
            run.check(exercise, specs, self._cluster, self.status, journal.started(exercise.id))

    def _act(self, exercise: Exercise, specs: Sequence[ActionSpec]) -> None:
        run.act(exercise, specs, self._cluster, self.status)

    def _type(self, exercise: Exercise, step: Step, script: str) -> None:
        run.type_script(exercise, step, script, self._cluster)


def _info(record: Record) -> ClusterInfo:
    return ClusterInfo(record.name, record.kubernetes_version, record.node_image, record.provider)
