"""Gatekeeper's names in a cluster, and what its pods report about a template or a constraint. Pure."""

from collections.abc import Mapping
from typing import Any

NAMESPACE = "gatekeeper-system"
CONTROLLER, AUDIT = "gatekeeper-controller-manager", "gatekeeper-audit"
"""Its deployments."""
CONFIGURATION = "gatekeeper-validating-webhook-configuration"
WEBHOOK = "validation.gatekeeper.sh"
"""The webhook of that configuration which decides about admission."""


def reports(live: Mapping[str, Any], operation: str = "") -> list[Mapping[str, Any]]:
    """What each of its pods reports about an object: all, or those that have an operation (`webhook`, `audit`)."""
    every = (live.get("status") or {}).get("byPod") or []
    return [entry for entry in every if not operation or operation in (entry.get("operations") or [])]


def is_current(report: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether a report is about an object as it is now."""
    return bool(report.get("observedGeneration") == live["metadata"].get("generation"))
