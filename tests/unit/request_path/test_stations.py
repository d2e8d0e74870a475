"""The state of each station as the cluster stands, on recorded answers."""

import image_policy_scene as policy
import path_scene as scene
import pytest
from path_scene import Scene, asked, body, gatekeeper, listed

from lab.checks.asks import Answer, ApiAsk, Unknown
from lab.request_path.station import RequestPath, State

WEBHOOK, CONSTRAINT = "webhook/validation.gatekeeper.sh", "constraint/K8sTrustedImages/pod-trusted-images"
IMAGE_POLICY = "validating/ImagePolicyWebhook"
NOT_READY = listed({"endpoints": [{"conditions": {"ready": False}}]})


def test_an_untouched_cluster_has_every_station_and_none_that_stops() -> None:
    path = Scene().path()
    ids = [station.id for station in path.stations]
    assert ids[:4] == ["kubectl", "api-server", "authentication", "authorization"]
    assert ids[-3:] == ["etcd", "kubelet", "runtime"]
    order = [IMAGE_POLICY, "validating/PodSecurity", "validating/ValidatingAdmissionPolicy"]
    order += ["validating/ValidatingAdmissionWebhook", "validating/ResourceQuota"]
    assert [each for each in ids if each in order] == order
    assert ids.index("mutating/MutatingAdmissionWebhook") < ids.index("fields") < ids.index(IMAGE_POLICY)
    states = {station.id: station.state for station in path.stations}
    assert states.pop(IMAGE_POLICY) is State.OFF
    assert set(states.values()) == {State.ON, State.YES}
    assert (path.outcome, path.stopped_at, path.summary) == ("", "", "")


def test_nothing_is_sent_but_reads_where_no_image_is_tried() -> None:
    world = Scene()
    world.path()
    sent = [ask.path for ask in world.asks if isinstance(ask, ApiAsk) and ask.method != "GET"]
    assert sent == ["/apis/authentication.k8s.io/v1/selfsubjectreviews?dryRun=All"]


class TestImagePolicy:
    @pytest.mark.parametrize(
        ("default_allow", "state", "words"),
        [(False, State.UNREACHABLE, "every pod is refused"), (True, State.OPEN, "every image passes")],
    )
    def test_a_service_whose_name_does_not_resolve(self, default_allow: bool, state: State, words: str) -> None:
        world = Scene(process=policy.process(config=policy.config(defaultAllow=default_allow)))
        found = world.station(IMAGE_POLICY)
        assert (found.state, words in found.words) == (state, True)
        [service] = found.parts
        assert service.name == "https://external-service:1234/check-image"
        assert service.state is State.UNREACHABLE
        assert "external-service does not resolve" in service.words

    def test_a_service_that_takes_no_connections(self) -> None:
        world = Scene(process=policy.process(), node={"getent": Answer("172.26.0.4 7 0.000000\n")})
        assert "172.26.0.4 does not answer" in world.station("service").words

    @pytest.mark.parametrize("code", [0, 52, 56])
    def test_a_certificate_holds_whatever_the_service_says_then(self, code: int) -> None:
        said = Answer(f"{code} curl: ({code}) OpenSSL SSL_read: tlsv13 alert certificate required\n")
        service = Scene(process=policy.process(), node={"authority.pem": said, "getent": policy.ANSWERS}).station(
            "service"
        )
        assert service.state is State.ON
        assert service.words.endswith("its certificate holds.")

    def test_a_certificate_that_does_not_hold_is_told_in_curls_words(self) -> None:
        said = Answer("60 curl: (60) SSL certificate problem: self-signed certificate\n")
        world = Scene(process=policy.process(), node={"authority.pem": said, "getent": policy.ANSWERS})
        service = world.station("service")
        assert service.state is State.UNREACHABLE
        assert "does not hold: SSL certificate problem: self-signed certificate." in service.words
        assert world.station(IMAGE_POLICY).state is State.UNREACHABLE

    @pytest.mark.parametrize(("allowed", "state"), [(True, State.YES), (False, State.NO)])
    def test_the_last_answer_is_from_the_webhooks_log(self, allowed: bool, state: State) -> None:
        holds, log = Answer("56 x\n"), Answer("no JSON\n" + policy.decision("x", allowed))
        world = Scene(process=policy.process(), node={"authority.pem": holds, "getent": policy.ANSWERS}, log=log)
        assert world.station(IMAGE_POLICY).state is state

    def test_one_that_is_in_the_manifest_alone_says_so(self) -> None:
        world = Scene(process=policy.process(policy.UNTOUCHED))
        world.manifest = policy.ARGV
        assert "started without it" in world.station(IMAGE_POLICY).words

    def test_files_that_lead_nowhere_leave_its_state_open(self) -> None:
        found = Scene(process=policy.process(config="x: 1")).station(IMAGE_POLICY)
        assert found.state is State.UNKNOWN
        assert "apiVersion" in found.words

    def test_a_file_that_changed_after_the_start_is_named(self) -> None:
        world = Scene(process=policy.process(changed=policy.STARTED + 5))
        assert f"{policy.CONFIG} changed since the API server read it" in world.station(IMAGE_POLICY).words


class TestGatekeeper:
    def test_in_force_and_never_asked(self) -> None:
        path = Scene(objects=gatekeeper()).path()
        webhook, constraint = path.station(WEBHOOK), path.station(CONSTRAINT)
        assert webhook
        assert constraint
        assert (webhook.state, constraint.state) == (State.NEVER, State.ON)
        assert "failurePolicy Ignore" in webhook.what

    @pytest.mark.parametrize(("yes", "no", "state"), [(3, 0, State.YES), (0, 2, State.NO), (3, 2, State.BOTH)])
    def test_what_it_has_said_is_from_the_metrics(self, yes: int, no: int, state: State) -> None:
        metrics = asked("mutation.gatekeeper.sh", 7, 7) + asked("validation.gatekeeper.sh", yes, no)
        found = Scene(objects=gatekeeper(), before=metrics).station(WEBHOOK)
        assert found.state is state
        assert f"{yes} objects passed and {no} " in found.words

    def test_scaled_to_zero_it_fails_open(self) -> None:
        objects = gatekeeper(
            **{"/endpointslices": NOT_READY, "/deployments": scene.GATEKEEPER.answer("deployments-scaled-down")}
        )
        path = Scene(objects=objects).path()
        found, plugin = path.station(WEBHOOK), path.station("validating/ValidatingAdmissionWebhook")
        assert found
        assert plugin
        assert found.state is plugin.state is State.OPEN
        assert "gatekeeper-controller-manager is scaled to zero, so nothing is looked at." in found.words
        assert found.next.endswith("scale deployment gatekeeper-controller-manager --replicas=1")
        assert "failurePolicy is Ignore" in found.words
        assert "ValidatingAdmissionWebhook fails open" in path.summary

    def test_a_webhook_that_has_to_answer_stops_pods(self) -> None:
        configuration = scene.hook("strict")
        configuration["webhooks"][0]["failurePolicy"] = "Fail"
        objects = gatekeeper(
            **{"/endpointslices": NOT_READY, "/validatingwebhookconfigurations": listed(configuration)}
        )
        path = Scene(objects=objects).path()
        found = path.station("webhook/strict")
        assert found
        assert found.state is State.UNREACHABLE
        assert "gatekeeper-system/gatekeeper-webhook-service" in found.words
        assert "No pod can be made" in path.summary

    @pytest.mark.parametrize(
        ("recorded", "words"),
        [
            ("constraint-dryrun", "enforcementAction is dryrun"),
            ("constraint-warn", "enforcementAction is warn"),
            ("constraint-kinds", "does not look at this pod"),
            ("constraint-labels", "labelSelector"),
        ],
    )
    def test_a_constraint_that_refuses_nothing_is_off_and_says_why(self, recorded: str, words: str) -> None:
        objects = gatekeeper(**{"/k8strustedimages": listed(scene.GATEKEEPER.body(recorded))})
        found = Scene(objects=objects).station(CONSTRAINT)
        assert (found.state, words in found.words) == (State.OFF, True)

    def test_a_namespace_that_its_config_leaves_out(self) -> None:
        objects = gatekeeper(**{"/configs/config": scene.GATEKEEPER.answer("config-default-left-out")})
        assert "leaves the namespace default out" in Scene(objects=objects).station(CONSTRAINT).words

    def test_a_namespace_that_the_webhooks_selector_leaves_out(self) -> None:
        objects = gatekeeper(**{"/validatingwebhookconfigurations": listed(scene.hook())})
        found = Scene(objects=objects).path(namespace="gatekeeper-system").station(WEBHOOK)
        assert found
        assert (found.state, "namespaceSelector" in found.words) == (State.OFF, True)

    def test_one_that_is_not_taken_in_could_not_be_told(self) -> None:
        objects = gatekeeper(**{"/k8strustedimages": listed(scene.GATEKEEPER.body("constraint-new"))})
        assert Scene(objects=objects).station(CONSTRAINT).state is State.UNKNOWN

    def test_metrics_that_cannot_be_read_are_no_state(self) -> None:
        world = Scene(objects={**gatekeeper(), "/metrics": scene.refusal("no", 403)})
        assert world.station(WEBHOOK).state is State.UNKNOWN


class TestPolicies:
    def objects(self, *actions: str) -> dict[str, Answer]:
        rule, binding = scene.policy_and_binding("digests", *actions)
        return {"/validatingadmissionpolicies": listed(rule), "/validatingadmissionpolicybindings": listed(binding)}

    def test_one_that_denies_is_on_and_says_no_once_it_has_refused(self) -> None:
        name = "policy/digests/digests-everywhere"
        row = 'apiserver_validating_admission_policy_check_total{enforcement_action="deny",error_type="no_error",'
        row += 'policy="digests",policy_binding="digests-everywhere"} 2\n'
        assert Scene(objects=self.objects("Deny")).station(name).state is State.ON
        found = Scene(objects=self.objects("Deny"), before=row).station(name)
        assert (found.state, found.words) == (State.NO, "It has refused 2 since the API server started.")

    def test_one_that_only_warns_is_off(self) -> None:
        found = Scene(objects=self.objects("Warn", "Audit")).station("policy/digests/digests-everywhere")
        assert (found.state, "Warn, Audit" in found.words) == (State.OFF, True)

    def test_one_without_a_policy_is_not_there(self) -> None:
        objects = {**self.objects("Deny"), "/validatingadmissionpolicies": listed()}
        assert Scene(objects=objects).path().station("policy/digests/digests-everywhere") is None

    def test_one_of_other_objects_is_not_there(self) -> None:
        rule, binding = scene.policy_and_binding("digests", "Deny")
        rule["spec"]["matchConstraints"]["resourceRules"][0]["resources"] = ["services"]
        objects = {"/validatingadmissionpolicies": listed(rule), "/validatingadmissionpolicybindings": listed(binding)}
        assert Scene(objects=objects).path().station("policy/digests/digests-everywhere") is None


def test_the_namespaces_profile_and_quotas_are_told() -> None:
    namespaces = listed(
        {"metadata": {"name": "default", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    )
    quotas = listed({"metadata": {"name": "few"}})
    path = Scene(objects={"/api/v1/namespaces": namespaces, "/resourcequotas": quotas}).path()
    security, quota = path.station("validating/PodSecurity"), path.station("validating/ResourceQuota")
    assert security
    assert quota
    assert "enforces the profile restricted" in security.words
    assert "has the quota few" in quota.words


class TestAway:
    WORD = (
        '{"kubelet": "running", "now": 1800000600.0, "changed": 1}\n'
        '{"container": {"exitCode": %d, "finishedAt": "2027-01-15T08:09:48+00:00"}, '
        '"log": ["Error: unknown flag: --x"]}\n'
    )

    def path(self, word: str, state: str = "stopped") -> RequestPath:
        process = policy.process(state=state)
        return Scene(process=process, away=scene.AWAY, node={"changed=$(find": Answer(word)}).path()

    def test_it_restarts_for_as_long_as_its_container_is_gone(self) -> None:
        path = self.path(self.WORD % 0)
        server = path.station("api-server")
        assert server
        assert (server.state, server.seconds) == (State.RESTARTING, 12)
        assert (path.outcome, path.stopped_at) == ("unknown", "api-server")

    def test_a_container_that_ended_by_itself_is_named_with_its_last_words(self) -> None:
        server = self.path(self.WORD % 1).station("api-server")
        assert server
        assert server.state is State.UNREACHABLE
        assert "unknown flag: --x" in server.words
        assert "crictl logs" in server.next

    def test_nothing_behind_it_is_reached_and_the_node_is_told_all_the_same(self) -> None:
        path = self.path(self.WORD % 0)
        states = {each.id: each.state for each in path.stations}
        assert states["authentication"] is states["validating/PodSecurity"] is State.NOT_REACHED
        assert states[IMAGE_POLICY] is State.NOT_REACHED
        assert states["etcd"] is State.ON
        assert states["kubelet"] is State.ON
        assert "registry.k8s.io/kube-apiserver:v1.36.4" in (path.station("manifest") or path.stations[0]).words

    def test_one_that_runs_and_does_not_answer_yet_is_starting(self) -> None:
        process = policy.process()
        told = process.told.text.replace("10000.00", "612.00")
        fresh = policy.Process(
            Answer(told.replace("9400.00", "600.00")), process.files, process.changed, process.on_node
        )
        server = Scene(process=fresh, away=scene.AWAY).station("api-server")
        assert (server.state, server.seconds) == (State.RESTARTING, 12)

    def test_a_node_that_cannot_be_asked_leaves_all_unknown(self) -> None:
        path = Scene(away=scene.AWAY, node_away=Unknown("the node cannot be asked: it is exited")).path()
        states = {each.id: each.state for each in path.stations}
        assert states["api-server"] is states["kubelet"] is states["runtime"] is State.UNKNOWN
        assert path.outcome == "unknown"


def test_a_kubelet_that_does_not_run_says_so() -> None:
    found = Scene(node={"systemctl is-active": Answer("inactive\nactive\n", 3)}).station("kubelet")
    assert (found.state, found.words) == (State.UNREACHABLE, "kubelet is inactive on the node, so no container starts.")


def test_an_answer_of_a_strange_shape_is_a_state_and_no_crash() -> None:
    odd = body({"items": [{}]})
    objects = dict.fromkeys(("/resourcequotas", "/validatingwebhookconfigurations"), odd)
    states = {each.id: each.state for each in Scene(objects=objects).path().stations}
    assert states["validating/ResourceQuota"] is State.UNKNOWN
    assert states["validating/ValidatingAdmissionWebhook"] is State.UNKNOWN
