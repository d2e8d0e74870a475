"""Who refused, by what the API server says."""

import json

import pytest
from gatekeeper_scene import POLICY, Scene, object_answer

from lab.checks.asks import Answer, CouldNotTell, NotYet, Observation
from lab.checks.support import refusals
from lab.checks.support.gatekeeper import CONSTRAINTS, Policy

NAMES = Policy(**POLICY)


@pytest.fixture
def seen(request):
    scene = Scene()
    known, binding = getattr(request, "param", ("known", "binding"))
    return Observation(
        {
            CONSTRAINTS: scene.answer(known),
            NAMES.binding_ask: scene.answer(binding),
            NAMES.constraint_ask: scene.answer("constraint" if binding != "binding" else "constraint-cel"),
        }
    )


def status(message: str, code: int = 403, causes: tuple[str, ...] = ()) -> Answer:
    details = {"causes": [{"message": cause} for cause in causes]}
    return Answer(json.dumps({"kind": "Status", "message": message, "code": code, "details": details}), code)


WEBHOOK = 'admission webhook "validation.gatekeeper.sh" denied the request: '
OURS = (
    "ValidatingAdmissionPolicy 'gatekeeper-k8strustedimages' "
    "with binding 'gatekeeper-k8strustedimages-pod-trusted-images'"
)
MINE = "ValidatingAdmissionPolicy 'mine' with binding 'mine'"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("admitted", "admitted"),
        ("refused", "refused"),
        ("refused-by-gatekeepers-policy", "refused"),
        ("debug-refused-by-gatekeepers-policy", "refused"),
        ("refused-by-own-policy", "other-policy"),
        ("refused-by-other-constraint", "other-constraint"),
        ("refused-by-quota", "other-admission"),
    ],
)
def test_recorded_answers(seen, name, what) -> None:
    assert refusals.outcome(Scene().answer(name), NAMES, seen).what == what


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (f"{WEBHOOK}[pod-trusted-images] a\nb", "refused"),
        (f"{WEBHOOK}[pod-trusted-images-2] x", "other-constraint"),
        (f"{WEBHOOK}x [pod-trusted-images] y", "broken-rule"),  # Gatekeeper names the constraint first, or none
        ('admission webhook "mine.example.com" denied the request: [pod-trusted-images] x', "other-admission"),
        (f'pods "x" is forbidden: {MINE} denied request: {WEBHOOK}[pod-trusted-images] x', "other-policy"),
        (f'Pod "x" is invalid: : {MINE} denied request: {OURS} denied request: x', "other-policy"),
        (f'Pod "x" is invalid: : {OURS} denied request: x', "refused"),
        ('pods "x" is forbidden: violates PodSecurity "restricted:latest": x', "other-admission"),
        ('pods "x" is forbidden: image policy webhook backend denied one or more images: x', "other-admission"),
        ('pods "x" is forbidden: Post "https://external-service:1234/check-image?timeout=30s": EOF', "other-admission"),
    ],
)
def test_messages(seen, message, what) -> None:
    assert refusals.outcome(status(message), NAMES, seen).what == what


def test_of_two_policies_each_is_looked_at(seen) -> None:
    message = f'Pod "x" is invalid: : {MINE} denied request: no'
    answer = status(message, 422, (f"{MINE} denied request: no", f"{OURS} denied request: not trusted image!"))
    assert refusals.outcome(answer, NAMES, seen).what == "refused"


def test_a_second_constraint_of_the_template_does_not_hide_the_first(seen) -> None:
    scene = Scene()
    body = scene.body("known")
    other = json.loads(json.dumps(body["items"][0]).replace("pod-trusted-images", "second"))
    known = object_answer(body | {"items": [*body["items"], other]})
    both = Observation({**seen.answers, CONSTRAINTS: known})
    answer = status(f"{WEBHOOK}[second] not trusted image!\n[pod-trusted-images] not trusted image!")
    assert refusals.outcome(answer, NAMES, both).what == "refused"
    alone = status(f"{WEBHOOK}[second] not trusted image!")
    assert refusals.outcome(alone, NAMES, both).what == "other-constraint"


def test_a_name_that_is_taken_was_admitted_before(seen) -> None:
    taken = object_answer({"reason": "AlreadyExists", "message": 'pods "app" already exists'}, 409)
    assert refusals.outcome(taken, NAMES, seen).what == "admitted"
    with pytest.raises(CouldNotTell):
        refusals.outcome(object_answer({"reason": "Conflict", "message": "try again"}, 409), NAMES, seen)


@pytest.mark.parametrize("seen", [("known", "absent")], indirect=True)
def test_a_policy_with_gatekeepers_name_is_not_gatekeepers(seen) -> None:
    message = f'Pod "x" is invalid: : {OURS} denied request: x'
    assert refusals.outcome(status(message, 422), NAMES, seen).what == "other-policy"


@pytest.mark.parametrize("seen", [("known", "binding-of-the-learner")], indirect=True)
def test_a_binding_that_the_constraint_does_not_own_is_not_gatekeepers(seen) -> None:
    answer = Scene().answer("refused-by-policy-with-gatekeepers-name")
    assert refusals.outcome(answer, NAMES, seen).what == "other-policy"


@pytest.mark.parametrize("seen", [("known-same-name", "binding")], indirect=True)
def test_a_name_that_two_kinds_have_says_nothing(seen) -> None:
    assert refusals.outcome(Scene().answer("refused"), NAMES, seen).what == "same-name"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(f"{WEBHOOK}[another] x\n[pod-trusted-images] not trusted image!"), "another refuses the pod too"),
        (status('pods "x" is forbidden: error looking up service account default/default: x'), "lab reset"),
        (status('namespaces "supply-chain" not found', 404), "lab reset"),
        (status('Pod "x" is invalid: spec.containers[0].image: Required value', 422), "status 422"),
        (status("etcdserver: request timed out", 500), "status 500"),
        (status("Too many requests", 429), "status 429"),
    ],
)
def test_what_says_nothing_of_admission(seen, answer, why) -> None:
    with pytest.raises(CouldNotTell, match=why):
        refusals.outcome(answer, NAMES, seen)


def test_a_webhook_that_does_not_answer_is_waited_for(seen) -> None:
    message = 'Internal error occurred: failed calling webhook "validation.gatekeeper.sh": failed to call webhook: EOF'
    with pytest.raises(NotYet):
        refusals.outcome(status(message, 500), NAMES, seen)


LINE = 'apiserver_admission_webhook_fail_open_count{name="%s",type="validating"} %s\n'


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("", "", False),
        (LINE % ("validation.gatekeeper.sh", 97), LINE % ("validation.gatekeeper.sh", 97), False),
        (LINE % ("validation.gatekeeper.sh", 97), LINE % ("validation.gatekeeper.sh", 98), True),
        ("", LINE % ("validation.gatekeeper.sh", 1), True),
        ("", LINE % ("mutation.gatekeeper.sh", 1), False),
        (LINE % ("validation.gatekeeper.sh", "9.9e+06"), LINE % ("validation.gatekeeper.sh", "1e+07"), True),
    ],
)
def test_whether_the_webhook_failed_open(before, after, moved) -> None:
    seen = Observation({refusals.BEFORE: Answer(before, 200), refusals.AFTER: Answer(after, 200)})
    assert refusals.failed_open(seen) is moved


def test_metrics_that_cannot_be_read_tell_nothing() -> None:
    seen = Observation({refusals.BEFORE: Answer("", 200), refusals.AFTER: object_answer({}, 500)})
    with pytest.raises(NotYet):
        refusals.failed_open(seen)


def test_recorded_metrics() -> None:
    scene = Scene()
    seen = Observation({refusals.BEFORE: scene.answer("metrics-before"), refusals.AFTER: scene.answer("metrics-after")})
    assert not refusals.failed_open(seen)
    moved = Answer(scene.answer("metrics-after").text.replace("} ", "} 1"), 200)
    assert refusals.failed_open(Observation({**seen.answers, refusals.AFTER: moved}))
