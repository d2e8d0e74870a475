"""The one ask that is no dry run leaves nothing, whatever becomes of it."""

import json

import pytest
from stand_in import StandIn

from lab.checks.asks import Answer, CouldNotTell
from lab.checks.support import probes
from lab.errors import ClusterError
from lab.grading import observe
from lab.k8s.api import Response, Unreachable

ASK = probes.create_really("supply-chain", "app", "nginx", "a1b2")
POD = f"{ASK.path}/app"


class Api:
    """Pods by path. `create` answers to the creation."""

    def __init__(self, create, **pods):
        self.create, self.pods, self.asked = create, pods, []

    def request(self, path, method="GET", body="", timeout=10.0):
        self.asked.append((path, method, body))
        if method == "POST":
            answer = self.create(json.loads(body))
            if isinstance(answer, Exception):
                raise answer
            return answer
        if method == "GET":
            pod = self.pods.get(path.rpartition("/")[2])
            return Response(200, json.dumps(pod)) if pod else Response(404, "{}")
        return Response(200, "{}")

    @property
    def deleted(self):
        return [(path, json.loads(body)["preconditions"]) for path, method, body in self.asked if method == "DELETE"]


class NoNode(StandIn):
    def run(self, script, **options):
        raise ClusterError("no node is looked at here")


class Cluster(StandIn):
    helper = NoNode()

    def __init__(self, api):
        self.api = api


def look(api):
    return observe.observe(lambda seen: [ASK], Cluster(api))


def test_a_name_that_is_taken() -> None:
    there = {"metadata": {"uid": "theirs"}, "spec": {"containers": []}}
    api = Api(lambda pod: Response(409, '{"reason": "AlreadyExists"}'), app=there)
    assert look(api)[ASK] == Answer('{"reason": "AlreadyExists"}', 409)
    assert api.deleted == []


def test_what_was_stored_all_the_same_is_deleted_by_its_uid() -> None:
    def stored(pod):
        api.pods["app"] = {**pod, "metadata": {**pod["metadata"], "uid": "ours"}}
        return Response(201, "{}")

    api = Api(stored)
    assert look(api)[ASK].code == 201
    assert api.deleted == [(POD, {"uid": "ours"})]


def test_what_was_stored_though_no_answer_came_is_deleted_too() -> None:
    def stored(pod):
        api.pods["app"] = {**pod, "metadata": {**pod["metadata"], "uid": "ours"}}
        return Unreachable("it was reset", "lab status")

    api = Api(stored)
    with pytest.raises(CouldNotTell):
        look(api)[ASK]
    assert api.deleted == [(POD, {"uid": "ours"})]


def test_a_pod_that_came_back_meanwhile_is_left_alone() -> None:
    api = Api(lambda pod: Response(403, "{}"), app={"metadata": {"uid": "theirs"}, "spec": {}})
    look(api)
    assert api.deleted == []
