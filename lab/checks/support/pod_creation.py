"""The one ask that is no dry run: a pod that cannot be stored, and that is deleted should it be all the same."""

import json
from contextlib import suppress

from lab.checks.asks import CreateAsk
from lab.errors import LabError
from lab.k8s.api import Api, Response


def send(ask: CreateAsk, api: Api, timeout: float) -> Response:
    """Try to make the pod; nothing of it is left, whatever happens.

    Args:
        ask: the pod, under a name that was seen to be taken.
        api: the API server.
        timeout: seconds to wait for its answer.

    Raises:
        Unreachable: no HTTP answer came.
    """
    try:
        return api.request(ask.path, "POST", ask.body, timeout)
    finally:
        with suppress(LabError):  # the API server is away, and has nothing to take back
            _take_back(ask, api)


def _take_back(ask: CreateAsk, api: Api) -> None:
    """Delete the pod if it is there: what was sent is told from what was there by its scheduling gate."""
    pod = json.loads(ask.body)
    path = f"{ask.path}/{pod['metadata']['name']}"
    answer = api.request(path)
    live = json.loads(answer.body) if answer.status == 200 else {}
    if live.get("spec", {}).get("schedulingGates") == pod["spec"]["schedulingGates"]:
        options = {"preconditions": {"uid": live["metadata"]["uid"]}, "gracePeriodSeconds": 0}
        api.request(path, "DELETE", json.dumps(options))
