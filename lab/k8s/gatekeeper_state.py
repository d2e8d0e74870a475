"""Keeps on the host how Gatekeeper was right after it was installed, and puts it back.

Object by object, so that putting it back touches what a learner changed and restarts nothing else.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from lab import paths
from lab.errors import ClusterError
from lab.k8s import gatekeeper
from lab.k8s.cluster import Cluster
from lab.k8s.gatekeeper_status import NAMESPACE
from lab.k8s.kubectl import get, kubectl
from lab.k8s.record import RESET_ALL, damaged
from lab.phases import Status

_FOREIGN = "validatingadmissionpolicies validatingadmissionpolicybindings mutatingadmissionpolicies " \
    "mutatingadmissionpolicybindings validatingwebhookconfigurations mutatingwebhookconfigurations"  # fmt: skip

# What the API server or a controller sets, so that it differs though nobody changed anything.
_VOLATILE = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")
_REVISION = "deployment.kubernetes.io/revision"


def put_back(cluster: Cluster, status: Status) -> None:
    """Put what was installed back where it differs.

    Raises:
        ClusterError: it could not be done.
    """
    with status.phase("Putting Gatekeeper back as it was installed", 3):
        touched = _put_back_objects(cluster, kept(cluster)["objects"])
    if touched:
        gatekeeper.wait_until_ready(cluster, status)


def remove_what_came_later(cluster: Cluster, status: Status) -> None:
    """Remove every template and constraint, and all other admission policies that were not there.

    Raises:
        ClusterError: it could not be done.
    """
    with status.phase("Removing templates, constraints and other admission policies", 4):
        remove_policies(cluster, status)
        _remove_foreign(cluster, kept(cluster)["policies"])


def recorded(cluster: Cluster) -> bool:
    """Whether Gatekeeper was installed on this cluster since its golden state was last put back."""
    return _file(cluster).is_file()


def forget(cluster: Cluster) -> None:
    """Forget that it was installed: the golden state has none."""
    _file(cluster).unlink(missing_ok=True)


def remove_policies(cluster: Cluster, status: Status) -> None:
    """Remove every object of Gatekeeper's own kinds, and wait until it has forgotten them.

    Raises:
        ClusterError: it does not forget them, not even when its pods are started anew.
    """
    with suppress(ClusterError):
        gatekeeper.until(lambda: gatekeeper.settled(cluster), "", timeout=15)
    kubectl(
        cluster,
        'of() { kubectl api-resources --verbs=delete -o name --cached=false | grep -E "$1" | sort | paste -sd,; }\n'
        'remove() { [ -z "$1" ] || kubectl delete "$1" --all -A --wait --timeout=60s >/dev/null; }\n'
        "remove \"$(of '[.]constraints[.]gatekeeper[.]sh$')\"\n"
        "remove \"$(of '[.](templates|config|mutations|expansion|externaldata|syncset|connection)'"
        "'[.]gatekeeper[.]sh$')\"",
    )
    try:
        gatekeeper.until(lambda: _forgotten(cluster), "it does not forget what was removed", timeout=20)
    except ClusterError:
        status.note("Gatekeeper is stuck; its pods are started anew.")
        gatekeeper.restart(cluster, status)


def _forgotten(cluster: Cluster) -> bool:
    folder = f"/apis/status.gatekeeper.sh/v1beta1/namespaces/{NAMESPACE}"
    kinds = ("constraintpodstatuses", "constrainttemplatepodstatuses")
    return not any(get(cluster, f"{folder}/{kind}").get("items") for kind in kinds)


def _file(cluster: Cluster) -> Path:
    return cluster.files.folder / "gatekeeper.json"


def kept(cluster: Cluster, needed: bool = True) -> dict[str, Any]:
    """The recorded objects of Gatekeeper, and names of admission policies. Nothing where none were recorded.

    Raises:
        ClusterError: the file is not as it was recorded, or not there though it is `needed`.
    """
    file = _file(cluster)
    try:
        found = json.loads(file.read_text())
        well = all(isinstance(each, dict) and "kind" in each and each["metadata"]["name"] for each in found["objects"])
        if not well or not all(isinstance(name, str) for name in found["policies"]):
            raise damaged(file, "is not what the lab wrote there", RESET_ALL)
        return {"objects": found["objects"], "policies": found["policies"]}
    except FileNotFoundError as error:
        if needed:
            raise damaged(file, "is gone", RESET_ALL) from error
        return {}
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}", RESET_ALL) from error
    except (ValueError, LookupError, TypeError) as error:
        raise damaged(file, "is not what the lab wrote there", RESET_ALL) from error


def record(cluster: Cluster, objects: list[dict[str, Any]]) -> None:
    """Keep what these objects are now, and which admission policies there are."""
    listing = kubectl(cluster, "kubectl get -f - -o json", yaml.safe_dump_all(objects))
    live = [_settled(each) for each in json.loads(listing)["items"]]
    paths.write_private(_file(cluster), json.dumps({"objects": live, "policies": _foreign(cluster)}).encode())


def _settled(live: dict[str, Any]) -> dict[str, Any]:
    """An object without what the API server, a controller or Gatekeeper itself writes into it."""
    wanted = {key: value for key, value in live.items() if key not in ("status", "data")}
    metadata = {key: value for key, value in live["metadata"].items() if key not in _VOLATILE}
    notes = {key: value for key, value in metadata.pop("annotations", {}).items() if key != _REVISION}
    wanted["metadata"] = {**metadata, "annotations": notes} if notes else metadata
    for webhook in wanted.get("webhooks", []):
        webhook["clientConfig"].pop("caBundle", None)
    if live["kind"] == "CustomResourceDefinition":
        wanted["spec"].pop("conversion", None)
    if live["kind"] == "ServiceAccount":
        wanted.pop("secrets", None)
    return wanted


def _put_back_objects(cluster: Cluster, recorded: list[dict[str, Any]]) -> bool:
    """Replace what differs and make what is gone; whether anything was."""
    kubectl(
        cluster,
        f'[ "$(kubectl get namespace {NAMESPACE} -o jsonpath="{{.status.phase}}" --ignore-not-found)" != Terminating ] '
        f"|| kubectl wait --for=delete namespace/{NAMESPACE} --timeout=120s >/dev/null",
    )
    listing = kubectl(cluster, "kubectl get -f - -o json --ignore-not-found", yaml.safe_dump_all(recorded)) or "{}"
    found = json.loads(listing)
    live = {_key(each): _settled(each) for each in found.get("items", [found] if found else [])}
    gone = [each for each in recorded if _key(each) not in live]
    differing = [each for each in recorded if _key(each) in live and live[_key(each)] != each]
    if differing:
        kubectl(cluster, "kubectl replace -f - >/dev/null", yaml.safe_dump_all(differing))
    if gone:
        kubectl(cluster, "kubectl create -f - >/dev/null", yaml.safe_dump_all(gone))
    return bool(gone or differing)


def _key(live: dict[str, Any]) -> tuple[str, str, str]:
    return live["kind"], live["metadata"].get("namespace", ""), live["metadata"]["name"]


def _foreign(cluster: Cluster) -> list[str]:
    """The names of all admission policies and webhook configurations, as kubectl prints them."""
    listing = kubectl(
        cluster,
        f"for kind in {_FOREIGN}; do\n"
        "    kubectl get $kind.admissionregistration.k8s.io -o name --ignore-not-found 2>/dev/null || true\n"
        "done",
    )
    return listing.split()


def _remove_foreign(cluster: Cluster, keep: list[str]) -> None:
    strange = [name for name in _foreign(cluster) if name not in keep]
    if strange:
        kubectl(cluster, "xargs -r kubectl delete --ignore-not-found >/dev/null", "\n".join(strange))
