"""Tells by its status whether a pod is ready, and else why not. Pure."""

from collections.abc import Mapping
from typing import Any

_STARTING = ("", "ContainerCreating", "PodInitializing")


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether it is Running, and its condition Ready is true."""
    status = pod.get("status") or {}
    conditions = [(entry["type"], entry["status"]) for entry in status.get("conditions") or []]
    return status.get("phase") == "Running" and ("Ready", "True") in conditions


def is_starting(pod: Mapping[str, Any]) -> bool:
    """Whether it is on its way, and no container waits for anything that may never come."""
    return (pod.get("status") or {}).get("phase") == "Pending" and all(why in _STARTING for why in _waiting(pod))


def why_not(pod: Mapping[str, Any]) -> str:
    """What its containers wait for, such as `ImagePullBackOff`; else its phase."""
    phase = str((pod.get("status") or {}).get("phase", "of no phase"))
    return ", ".join(filter(None, _waiting(pod))) or phase


def _waiting(pod: Mapping[str, Any]) -> list[str]:
    containers = (pod.get("status") or {}).get("containerStatuses") or []
    return [str(((entry.get("state") or {}).get("waiting") or {}).get("reason", "")) for entry in containers]
