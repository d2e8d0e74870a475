"""Installs Gatekeeper as released, but for what one node without internet needs, and waits until it answers."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab import paths
from lab.errors import ClusterError, DataError
from lab.k8s.cluster import Cluster
from lab.k8s.gatekeeper_status import AUDIT, CONFIGURATION, CONTROLLER, NAMESPACE, is_current, reports
from lab.k8s.kubectl import APPLY, get, kubectl
from lab.k8s.kubectl import until as wait_until
from lab.phases import Status

_PROBE = "lab-probe"
_SECRET = f"/api/v1/namespaces/{NAMESPACE}/secrets/gatekeeper-webhook-server-cert"
# A kind of its own each time: Gatekeeper remembers where a kind was served, watches there too early when it comes
# again, and takes no other template in while that watch fails.
_PROBE_OBJECTS = """
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: labprobe%(key)s}
spec:
  crd: {spec: {names: {kind: LabProbe%(key)s}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package labprobe
        violation[{"msg": "the probe of lab start"}] { input.review.object.metadata.name == "lab-probe" }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: LabProbe%(key)s
metadata: {name: lab-probe}
spec: {match: {kinds: [{apiGroups: [""], kinds: [ConfigMap]}], namespaces: [default]}}
"""


@dataclass(frozen=True)
class Changes:
    """The lab's changes to the release manifest (cluster/gatekeeper/changes.yaml); times in seconds."""

    replicas: int
    imagePullPolicy: str
    auditInterval: int
    probePeriod: int


def changes(file: Path | None = None) -> Changes:
    """Read the changes.

    Raises:
        DataError: the file lacks one, or has another key.
    """
    file = file or paths.data("cluster") / "gatekeeper" / "changes.yaml"
    try:
        return Changes(**yaml.safe_load(file.read_text()))
    except TypeError as error:
        raise DataError(f"{file}: {error}") from error


def changed(manifest: str, wanted: Changes) -> list[dict[str, Any]]:
    """The objects of a release manifest, with the lab's changes."""
    objects = [document for document in yaml.safe_load_all(manifest) if document]
    for document in objects:
        if document["kind"] != "Deployment":
            continue
        [container] = document["spec"]["template"]["spec"]["containers"]
        container["imagePullPolicy"] = wanted.imagePullPolicy
        container["readinessProbe"]["periodSeconds"] = wanted.probePeriod
        if document["metadata"]["name"] == AUDIT:
            container["args"].append(f"--audit-interval={wanted.auditInterval}")
        else:
            document["spec"]["replicas"] = wanted.replicas
    return objects


def install(cluster: Cluster, manifest: str, status: Status) -> list[dict[str, Any]]:
    """Install Gatekeeper.

    Args:
        cluster: where.
        manifest: the release manifest.
        status: shows how long it takes.

    Returns:
        The objects that were applied.

    Raises:
        ClusterError: the API server did not take them.
    """
    objects = changed(manifest, changes())
    with status.phase("Installing Gatekeeper", 2):
        kubectl(cluster, APPLY, yaml.safe_dump_all(objects))
    return objects


def wait_until_ready(cluster: Cluster, status: Status) -> None:
    """Wait until Gatekeeper's pods are ready and the API server trusts its certificate.

    Raises:
        ClusterError: they are not within 180 s.
    """
    with status.phase("Waiting for Gatekeeper's pods and its certificate", 6):
        until(lambda: bool(get(cluster, _SECRET).get("data", {}).get("tls.crt")), "its certificate was not made")
        # The kubelet looks for a mounted secret's new content at the pod's next sync, up to a minute later; a change
        # of the pod is such a sync.
        touch = f"kubectl annotate pod -n {NAMESPACE} --all --overwrite cks-lab.invalid/seen=$(date +%s) >/dev/null"
        until(lambda: _ready(cluster) or _again(lambda: kubectl(cluster, touch), 2), "its pods are not ready")
        until(lambda: _trusted(cluster), "the API server was not told its certificate")


def _ready(cluster: Cluster) -> bool:
    for name in (CONTROLLER, AUDIT):
        live = get(cluster, f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{name}")
        state, wanted = live.get("status", {}), live.get("spec", {}).get("replicas", 1)
        current = state.get("observedGeneration") == live.get("metadata", {}).get("generation")
        if not current or state.get("readyReplicas", 0) != wanted or state.get("replicas") != wanted:
            return False
    return True


def _trusted(cluster: Cluster) -> bool:
    live = get(cluster, f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{CONFIGURATION}")
    return bool(live) and all(webhook["clientConfig"].get("caBundle") for webhook in live["webhooks"])


def see_it_enforce(cluster: Cluster, status: Status) -> None:
    """Wait until a dry run shows a constraint of the lab's own enforced; remove it and wait until it is gone.

    Raises:
        ClusterError: it is not enforced, not even by pods started anew.
    """
    try:
        with status.phase("Seeing Gatekeeper enforce a probe, and removing it", 4):
            _probe(cluster, timeout=30)
        return
    except ClusterError:
        status.note("Gatekeeper is stuck; its pods are started anew.")
    restart(cluster, status)
    with status.phase("Seeing Gatekeeper enforce a probe, and removing it", 4):
        _probe(cluster, timeout=90)


def restart(cluster: Cluster, status: Status) -> None:
    """Start Gatekeeper's pods anew, and wait until they are ready.

    Raises:
        ClusterError: they are not within 180 s.
    """
    kubectl(cluster, f"kubectl delete pods -n {NAMESPACE} --all --grace-period=1 --wait >/dev/null")
    wait_until_ready(cluster, status)


def settled(cluster: Cluster) -> bool:
    """Whether each of its pods has taken in every template and constraint that there is, also the bad ones.

    What is removed earlier leaves a watch behind that can never be served.
    """
    listing = kubectl(
        cluster,
        "kinds=$(kubectl api-resources --api-group=constraints.gatekeeper.sh -o name --cached=false | paste -sd,)\n"
        "kubectl get constrainttemplates${kinds:+,$kinds} -o json",
    )
    every = json.loads(listing)["items"]
    pods = len((CONTROLLER, AUDIT))
    return all(sum(is_current(report, each) for report in reports(each)) >= pods for each in every)


def _probe(cluster: Cluster, timeout: float) -> None:
    path = "/api/v1/namespaces/default/configmaps?dryRun=All"
    body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": _PROBE}})

    def refused() -> bool:
        answer = cluster.api.request(path, "POST", body)
        return answer.status == 403 and f"[{_PROBE}]" in answer.body

    key = secrets.token_hex(3)
    template, constraint = (_PROBE_OBJECTS % {"key": key}).split("---")
    with _removed(cluster, f"labprobe{key}"):
        kubectl(cluster, APPLY, template)
        until(lambda: _succeeds(cluster, APPLY, constraint), "it makes no CRD of a template", timeout)
        until(refused, "it does not enforce a constraint", timeout)
        until(lambda: settled(cluster), "one of its pods does not take a constraint in", timeout)
    until(lambda: not refused(), "it still enforces a constraint that is gone", timeout)


@contextmanager
def _removed(cluster: Cluster, name: str) -> Iterator[None]:
    try:
        yield
    finally:
        kubectl(
            cluster,
            f"kubectl delete {name} {_PROBE} --ignore-not-found --wait >/dev/null 2>&1 || true\n"
            f"kubectl delete constrainttemplate {name} --ignore-not-found --wait >/dev/null",
        )


def _succeeds(cluster: Cluster, script: str, manifest: str) -> bool:
    return cluster.helper.run(script, input=manifest.encode(), check=False).returncode == 0


def _again(act: Callable[[], object], pause: float) -> bool:
    act()
    time.sleep(pause)
    return False


def until(met: Callable[[], bool], why: str, timeout: float = 180) -> None:
    """Wait until Gatekeeper is so far, at most `timeout` seconds.

    Raises:
        ClusterError: it never was; names what was missing.
    """
    look = f"See why with: lab shell kubectl get pods,events -n {NAMESPACE}"
    wait_until(met, f"Gatekeeper does not become ready: {why}", look, timeout)
