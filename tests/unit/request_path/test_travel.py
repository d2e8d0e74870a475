"""An image, and a pod, on the way through the stations."""

from typing import Any

import image_policy_scene as policy
import path_scene as scene
import pytest
from path_scene import NONCE, POD, Scene, asked, body, container, forbidden, gatekeeper, listed

from lab.checks.asks import Answer, ApiAsk, Unknown
from lab.request_path.station import RequestPath, State

HOOK, CONSTRAINT = "webhook/validation.gatekeeper.sh", "constraint/K8sTrustedImages/pod-trusted-images"
IMAGE_POLICY, WEBHOOKS = "validating/ImagePolicyWebhook", "validating/ValidatingAdmissionWebhook"
IMAGE = "quay.io/acme/reports:1.4"
ONCE, TWICE = asked("validation.gatekeeper.sh", 1), asked("validation.gatekeeper.sh", 2)
REACHED = {"authority.pem": Answer("56 x\n"), "getent": policy.ANSWERS}


def states(path: RequestPath) -> dict[str, State]:
    return {each.id: each.state for top in path.stations for each in top.flat()}


def test_the_pod_is_the_one_that_kubectl_run_makes_and_is_a_dry_run() -> None:
    world = Scene()
    world.path(IMAGE)
    [sent] = [ask for ask in world.asks if isinstance(ask, ApiAsk) and "/pods?" in ask.path]
    assert sent.path == "/api/v1/namespaces/default/pods?dryRun=All"
    assert "securityContext" not in sent.body
    assert f'"image": "{IMAGE}"' in sent.body


def test_an_image_whose_name_the_kubelet_would_refuse_is_let_in_and_that_is_said() -> None:
    path = Scene().path("acme/Reports:1.4")
    assert (path.outcome, path.stopped_at, states(path)["runtime"]) == ("admitted", "", State.NO)
    assert "would be let into the namespace default. The kubelet would refuse the name" in path.summary


def test_gatekeeper_is_shown_where_it_stops_an_image_and_in_its_words() -> None:
    answer = scene.GATEKEEPER.answer("refused")
    path = Scene(objects=gatekeeper(), dry_run=answer, before=ONCE, after=TWICE).path(IMAGE)
    found = states(path)
    assert (path.outcome, path.stopped_at) == ("refused", HOOK)
    assert path.said == "[pod-trusted-images] nginx\nis not trusted"
    assert found[WEBHOOKS] is found[HOOK] is found[CONSTRAINT] is State.NO
    assert found["authorization"] is found["validating/ValidatingAdmissionPolicy"] is State.YES
    assert found["validating/ResourceQuota"] is found["etcd"] is found["runtime"] is State.NOT_REACHED
    assert found[IMAGE_POLICY] is State.OFF
    assert "the constraint pod-trusted-images of Gatekeeper" in path.summary


def test_a_policy_stops_it_before_webhooks_are_asked() -> None:
    rule, binding = scene.policy_and_binding("digests", "Deny")
    objects = gatekeeper(
        **{"/validatingadmissionpolicies": listed(rule), "/validatingadmissionpolicybindings": listed(binding)}
    )
    said = "ValidatingAdmissionPolicy 'digests' with binding 'digests-everywhere' denied request: no digest"
    path = Scene(objects=objects, dry_run=forbidden(said), before=ONCE).path(IMAGE)
    assert (path.stopped_at, path.said) == ("policy/digests/digests-everywhere", "no digest")
    assert states(path)[HOOK] is State.NOT_REACHED


class TestImagePolicy:
    def test_a_service_that_cannot_be_asked_stops_every_image(self) -> None:
        path = Scene(process=policy.process(), dry_run=policy.recorded("closed")).path(IMAGE)
        found = states(path)
        assert (path.outcome, path.stopped_at) == ("refused", "service")
        assert (found[IMAGE_POLICY], found["service"]) == (State.NO, State.UNREACHABLE)
        assert path.said.startswith('Post "https://external-service:1234/check-image')
        assert "because https://external-service:1234/check-image could not be asked" in path.summary
        assert found["validating/PodSecurity"] is State.NOT_REACHED

    def test_a_service_that_says_no_is_told_as_that(self) -> None:
        world = Scene(process=policy.process(), node=REACHED, dry_run=policy.recorded("decided"))
        path = world.path(IMAGE)
        assert (path.stopped_at, states(path)["service"]) == ("service", State.NO)
        assert "is not trusted" in path.said

    def test_the_services_log_tells_that_it_said_yes(self) -> None:
        log = Answer(policy.decision(NONCE, True))
        path = Scene(process=policy.process(), node=REACHED, log=log).path(IMAGE)
        service = path.station("service")
        assert service
        assert (path.outcome, service.state) == ("admitted", State.YES)
        assert "does not tell it of a dry run" in service.words

    def test_failing_open_lets_it_in_and_says_so(self) -> None:
        process = policy.process(config=policy.config(defaultAllow=True))
        path = Scene(process=process).path(IMAGE)
        assert states(path)[IMAGE_POLICY] is State.OPEN
        assert path.summary.endswith("though nobody judged it at ImagePolicyWebhook, which fails open.")

    def test_whether_a_foreign_service_said_yes_cannot_be_told_where_it_may_fail_open(self) -> None:
        process = policy.process(config=policy.config(defaultAllow=True))
        assert states(Scene(process=process, node=REACHED).path(IMAGE))[IMAGE_POLICY] is State.UNKNOWN
        assert states(Scene(process=policy.process(), node=REACHED).path(IMAGE))[IMAGE_POLICY] is State.YES


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (TWICE, State.YES),
        (ONCE, State.NEVER),
        (asked("validation.gatekeeper.sh", 2, 0, 1), State.OPEN),
    ],
)
def test_whether_gatekeeper_was_asked_is_from_the_metrics(after: str, state: State) -> None:
    path = Scene(objects=gatekeeper(), before=ONCE, after=after).path(IMAGE)
    found = states(path)
    assert (path.outcome, found[HOOK], found[WEBHOOKS]) == ("admitted", state, state)
    assert (found[CONSTRAINT] is State.NOT_REACHED) == (state is State.OPEN)


@pytest.mark.parametrize(
    ("answer", "stopped_at", "words"),
    [
        (forbidden('violates PodSecurity "restricted:latest": x'), "validating/PodSecurity", "by PodSecurity"),
        (scene.GATEKEEPER.answer("refused-by-quota"), "validating/ResourceQuota", "by ResourceQuota"),
        (scene.refusal('namespaces "x" not found', 404), "mutating/NamespaceLifecycle", "by NamespaceLifecycle"),
        (forbidden("of a plugin of tomorrow"), "other-plugin", "by another admission plugin"),
        (forbidden("admission control is denying all"), "mutating/AlwaysDeny", "by AlwaysDeny"),
    ],
)
def test_other_plugins_are_shown_at_their_place(answer: Answer, stopped_at: str, words: str) -> None:
    path = Scene(dry_run=answer).path(IMAGE)
    stop = path.station(stopped_at)
    assert stop
    assert (path.stopped_at, stop.state, stop.minor) == (stopped_at, State.NO, False)
    assert words in path.summary
    ids = [each.id for each in path.stations]
    assert states(path)[ids[ids.index(stopped_at) + 1]] in (State.NOT_REACHED, State.OFF)


def test_a_webhook_that_was_registered_a_moment_ago_is_shown_all_the_same() -> None:
    path = Scene(dry_run=scene.refusal('admission webhook "new" denied the request: no')).path(IMAGE)
    assert path.stopped_at == "webhook/new"
    assert states(path)["webhook/new"] is State.NO


def test_an_error_of_the_server_is_no_refusal() -> None:
    path = Scene(dry_run=scene.refusal("etcdserver: request timed out", 500)).path(IMAGE)
    assert (path.outcome, path.stopped_at) == ("unknown", "")
    assert "could not be told" in path.summary


def test_an_image_that_is_changed_on_its_way_is_told() -> None:
    name = "probe-5eedf"
    became = body({"spec": {"containers": [{"name": name, "image": "registry.k8s.io/pause:3.10"}]}}, 201)
    hook = scene.hook("mutation.gatekeeper.sh")
    objects = gatekeeper(**{"/mutatingwebhookconfigurations": listed(hook)})
    before, after = asked("mutation.gatekeeper.sh", 1), asked("mutation.gatekeeper.sh", 2)
    found = Scene(objects=objects, dry_run=became, before=before, after=after).path(IMAGE)
    station = found.station("mutating/MutatingAdmissionWebhook")
    assert station
    assert station.words == f"{IMAGE} became registry.k8s.io/pause:3.10 on the way."


@pytest.mark.parametrize(
    ("image", "state", "words"),
    [
        ("nginx:1.27", State.ON, f"stands for {scene.DIGEST}"),
        ("nginx", State.ON, "by the tag latest. The node does not have it"),
        (f"nginx@{scene.DIGEST}", State.ON, "by digest"),
        ("NGINX:1.27", State.NO, "which admission does not look at"),
    ],
)
def test_what_the_runtime_makes_of_the_name(image: str, state: State, words: str) -> None:
    found = Scene().path(image).station("runtime")
    assert found
    assert (found.state, words in found.words) == (state, True)


class TestPod:
    def path(self, pod: Any = POD, told: Answer | None = None, **more: Any) -> RequestPath:
        runs = told or body({"containers": [container("web", "docker.io/nginx")]}, 0)
        objects = {"/pods/shop": body(pod), **gatekeeper()}
        return Scene(objects=objects, node={"pod.name=shop": runs}, **more).path("shop")

    def test_it_is_a_pod_and_nothing_is_sent(self) -> None:
        world = Scene(objects={"/pods/shop": body(POD)})
        path = world.path("shop")
        assert (path.kind, path.outcome) == ("pod", "admitted")
        assert not [ask for ask in world.asks if isinstance(ask, ApiAsk) and "/pods?" in ask.path]

    def test_what_is_older_than_it_let_it_in(self) -> None:
        path = self.path()
        assert states(path)[HOOK] is states(path)[CONSTRAINT] is State.YES

    def test_what_is_younger_did_not_decide(self) -> None:
        old = {**POD, "metadata": {**POD["metadata"], "creationTimestamp": "2026-11-20T10:00:00Z"}}
        path = self.path(old)
        assert states(path)[HOOK] is states(path)[CONSTRAINT] is State.NEVER

    def test_where_it_is_and_what_runs(self) -> None:
        path = self.path()
        kubelet, runs = path.station("kubelet"), path.station("container/web")
        assert kubelet
        assert runs
        assert kubelet.words == "The pod is on lab-control-plane, Running."
        assert runs.state is State.YES
        assert "docker.io/nginx (without a tag, which means latest)" in runs.words
        assert scene.CONFIG in runs.words

    def test_an_image_that_cannot_be_pulled_is_told_in_the_kubelets_words(self) -> None:
        waiting = {"waiting": {"reason": "ErrImagePull", "message": "not found"}}
        status = {"phase": "Pending", "containerStatuses": [{"name": "web", "state": waiting}]}
        found = self.path({**POD, "status": status}, body({"containers": None}, 0)).station("kubelet")
        assert found
        assert (found.state, "ErrImagePull: not found" in found.words) == (State.NO, True)

    def test_one_without_a_node_has_not_reached_the_kubelet(self) -> None:
        pending = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "message": "0/1 nodes"}]}
        found = self.path({**POD, "spec": {"containers": []}, "status": pending}).station("kubelet")
        assert found
        assert (found.state, "0/1 nodes" in found.words) == (State.NOT_REACHED, True)

    def test_the_image_policy_that_fails_closed_must_have_said_yes(self) -> None:
        young = {**POD, "metadata": {**POD["metadata"], "creationTimestamp": "2027-01-15T08:05:00Z"}}
        assert states(self.path(young, process=policy.process()))[IMAGE_POLICY] is State.YES
        assert states(self.path(POD, process=policy.process()))[IMAGE_POLICY] is State.UNKNOWN
        opened = policy.process(config=policy.config(defaultAllow=True))
        assert states(self.path(young, process=opened))[IMAGE_POLICY] is State.UNKNOWN

    def test_while_the_api_server_is_away_the_node_knows_it(self) -> None:
        runs = body({"containers": [container("web", "docker.io/nginx")]}, 0)
        path = Scene(away=scene.AWAY, node={"pod.name=shop": runs}).path("shop")
        assert (path.kind, path.outcome) == ("pod", "unknown")
        assert states(path)["container/web"] is State.YES


def test_an_image_cannot_be_told_while_the_api_server_is_away() -> None:
    path = Scene(away=scene.AWAY).path(IMAGE)
    assert (path.kind, path.outcome, path.stopped_at) == ("image", "unknown", "api-server")


def test_what_a_subject_is_cannot_be_told_where_nobody_answers() -> None:
    path = Scene(away=scene.AWAY, node_away=Unknown("the node cannot be asked")).path("nginx")
    assert (path.subject, path.outcome, path.stopped_at) == ("nginx", "unknown", "api-server")


class TestTheApiServersOwnImage:
    def test_a_container_that_is_not_of_the_manifest_has_not_been_restarted(self) -> None:
        path = Scene(image=f"registry.k8s.io/kube-apiserver@{scene.DIGEST}").path()
        manifest, runs = path.station("manifest"), path.station("container/kube-apiserver")
        assert manifest
        assert runs
        assert "(by digest)" in manifest.words
        assert (runs.state, "the kubelet has not acted on it yet" in runs.words) == (State.NO, True)

    def test_the_newest_container_counts(self) -> None:
        old, new = (
            container("kube-apiserver", "x", "CONTAINER_EXITED", 1),
            container("kube-apiserver", scene.SERVER_IMAGE, created=2),
        )
        told = body({"containers": [new, old]}, 0)
        found = Scene(node={"container.name=kube-apiserver": told}).station("container/kube-apiserver")
        assert found.state is State.YES

    def test_one_that_has_ended_is_told_as_that(self) -> None:
        told = body({"containers": [container("kube-apiserver", scene.SERVER_IMAGE, "CONTAINER_EXITED")]}, 0)
        found = Scene(node={"container.name=kube-apiserver": told}).station("container/kube-apiserver")
        assert (found.state, found.words.startswith("The container has ended")) == (State.UNREACHABLE, True)

    def test_a_runtime_that_gives_no_answer_could_not_be_told(self) -> None:
        told = Answer("dial unix: no such file", 1)
        assert Scene(node={"container.name=kube-apiserver": told}).station("runtime").state is State.UNKNOWN
