"""Verifies exercises, and follows a request: with what was true of the cluster at `lab up`."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from lab import advice
from lab.actions import run
from lab.checks.base import Facts, ImageFact
from lab.course.context import Context, info
from lab.errors import LabError
from lab.grading.observe import observe
from lab.grading.session import Grading
from lab.journal.journal import Journal
from lab.k8s import golden, kept, probe_namespace
from lab.k8s.record import Record
from lab.model import Evidence, Report, worst
from lab.report import learner
from lab.request_path import way
from lab.request_path.station import RequestPath

BROKEN_JOURNAL = "broken-journal"
"""The reason of a report whose journal is not as the lab wrote it."""
VERIFY_WAIT = 60.0
"""Seconds to wait for what takes a moment to show, such as Gatekeeper's next audit."""


def verify(context: Context, selectors: Sequence[str] = (), wait: float = 0.0) -> Report:
    """Check exercises or steps, for at most `wait` seconds where a check will soon be able to tell."""
    chosen, record = context.catalog.select(selectors), context.record()
    journal = context.journal(record)
    results = grading(context, record, journal).look(chosen, wait)
    verdict = worst([result.verdict for result in results])
    broken = journal.broken
    reason = BROKEN_JOURNAL if broken else ""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Report(
        info(record), results, verdict, broken, reason, now, learner.recall(),
        lambda: Evidence(record.journal_key, journal.content()), journal.began_at,
    )  # fmt: skip


def path(context: Context, subject: str, namespace: str) -> RequestPath:
    """The way of a request through the API server, with the state of each station."""
    record = context.record()
    known = facts(context, record, context.journal(record))
    known = replace(known, nonce=secrets.token_hex(8), now=datetime.now(UTC))
    seen = observe(lambda so_far: way.asks(subject, namespace, known, so_far), context.cluster)
    found = way.path(subject, namespace, known, seen)
    return advice.of_exercise(found, run.exercise_with(context.catalog.exercises, "gatekeeper"))


def grading(context: Context, record: Record, journal: Journal) -> Grading:
    """The grading of the cluster's exercises."""
    return Grading(context.cluster, journal, facts(context, record, journal), context.status, context.at_work)


def facts(context: Context, record: Record, journal: Journal) -> Facts:
    """The facts from right after `lab up`, and the manifest from before an exercise in effect changes it."""
    images = (ImageFact(image.name, image.manifest_digest, image.config_digest) for image in record.images)
    namespace = probe_namespace.recall(context.cluster)
    facts = Facts(record.kubernetes_version, tuple(images), address=record.address, namespace=namespace)
    in_effect = (each for each in context.catalog.exercises if journal.started(each.id) and not journal.aside(each.id))
    try:
        manifests = golden.manifests(context.cluster.files.golden)
        if changing := next((each.id for each in in_effect if run.changes_manifests(each.aside)), ""):
            before = kept.manifest(context.cluster.files, changing) or manifests["kube-apiserver.yaml"]
            return replace(facts, manifests=manifests, kept_manifest=before)
    except LabError:  # damaged: a check that needs them reports it
        return facts
    return replace(facts, manifests=manifests)
