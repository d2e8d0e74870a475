import json
from pathlib import Path

import pytest
import yaml

from lab.checks.asks import CouldNotTell, Observation, Unknown
from lab.checks.support import manifests
from lab.checks.support.node_file import NodeFile
from lab.model import Verdict

FILE = "kube-apiserver.yaml"
# Forms of one static pod, and what the pkg/kubelet/config of Kubernetes 1.36.4 says of each: nothing where it takes it.
RECORDED = json.loads((Path(__file__).parents[1] / "recorded" / "static_pods.json").read_text(encoding="utf-8"))


@pytest.fixture
def judge(world):
    def judge(answer, listing=None):
        return world.judge("manifest-digest", [answer, listing or world.listing], component=world.component)

    return judge


@pytest.fixture
def single(world):
    return lambda answer: world.judge("single-manifest", [answer], component=world.component)


@pytest.mark.parametrize("image", ["{repository}@{right}", "{tag}@{right}", "{repository}:any@{right}"])
def test_accepted(world, judge, image) -> None:
    found = judge(world.manifests((FILE, world.pod(image)), ("etcd.yaml", world.pod("etcd:1", "etcd"))))
    assert (found.verdict, found.reason) == (Verdict.PASS, "")


def test_every_wrong_digest(world, judge, wrong) -> None:
    text, reason = wrong
    found = judge(world.manifests((FILE, world.pod(f"{world.repository}@{text}"))))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert FILE in found.observed
    assert world.digests["right"] not in found.expected


def test_the_name_of_the_file_says_nothing(world, judge, single) -> None:
    answer = world.manifests(("api.json", world.pod("{repository}@{right}")))
    assert judge(answer).verdict is Verdict.PASS
    assert single(answer).verdict is Verdict.PASS


def test_the_right_digest_of_another_repository(world, judge) -> None:
    found = judge(world.manifests((FILE, world.pod("localhost:5000/kube-apiserver@{right}"))))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other-repository")


@pytest.mark.parametrize(
    ("image", "reason", "said"),
    [
        ("https://{repository}@{right}", "scheme", "an image's name has no https:// before it"),
        ("docker-pullable://{repository}@{right}", "scheme", "no docker-pullable:// before it"),
        ("\u201c{repository}@{right}\u201d", "curly-quotes", "\u201c and \u201d are no quotes in YAML"),
    ],
)
def test_what_does_not_belong_to_a_name_is_named(world, judge, image, reason, said) -> None:
    found = judge(world.manifests((FILE, world.pod(image))))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert said in found.observed


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("Image: {repository}@{right}", "says Image: where the kubelet reads image: alone"),
        ("image: ~", "names no image"),
    ],
)
def test_an_image_that_the_kubelet_does_not_read(world, judge, wrong, said) -> None:
    text = world.pod("{tag}").replace(world.fill('image: "{tag}"'), world.fill(wrong))
    found = judge(world.manifests((FILE, text)))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "tag-only")
    assert said in found.observed


@pytest.mark.parametrize("image", ["{tag}", "{repository}", "", "localhost:5000/kube-apiserver"])
def test_a_tag_alone(world, judge, image) -> None:
    found = judge(world.manifests((FILE, world.pod(image))))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "tag-only")


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver}\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("metadata:\n  name: kube-apiserver\n a: [", "is not YAML, in line 3"),
        (b"\xff\xfe\x00", "is not YAML"),
        ("", "is empty or no object"),
        ("just words", "is empty or no object"),
        ("[1, 2]", "is empty or no object"),
        ("[" * 1500, "is not YAML"),
        ("a: !!timestamp soon", "is not YAML"),
        ("a: !!bool soon", "is not YAML"),
        ("a: !!float soon", "is not YAML"),
        ('a: !!int ""', "is not YAML"),
        ("a:\n\tb: 1", "is not YAML, in line 2: found character"),
        ('{"apiVersion": "v1", "kind": "Pod",}', "begins with {, so it is read as JSON, and is none, in line 1"),
        ("kind: Pod", "says apiVersion: None, kind: Pod"),
        (POD.replace("v1", "v2"), "says apiVersion: v2"),
        ("apiVersion: v1\nkind: List\nitems: []", "says apiVersion: v1, kind: List; the kubelet takes one v1 Pod"),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kube-apiserver}",
            "says apiVersion: apps/v1, kind: Deployment",
        ),
        ("apiVersion: v1\nkind: Pod\nmetadata: {generateName: kube-apiserver-}", "has no metadata.name"),
        ("apiVersion: v1\nkind: Pod\nmetadata: kube-apiserver", 'has the text "kube-apiserver" for metadata'),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: [kube-apiserver]}", "has a list for metadata.name"),
        (f"{POD}spec: words", 'has the text "words" for spec'),
        (f"{POD}spec: {{containers: words}}", 'has the text "words" for spec.containers'),
        (f"{POD}spec: {{containers: [words]}}", 'has the text "words" for spec.containers[0]'),
        (f"{POD}spec: {{containers: [{{name: a, image: 5}}]}}", "has 5 for spec.containers[0].image"),
        (
            f"{POD}spec: {{containers: [{{name: a, command: run}}]}}",
            'has the text "run" for spec.containers[0].command',
        ),
        (f"{POD}spec: {{containers: [{{name: a, args: [x, yes]}}]}}", "has true for spec.containers[0].args"),
        (NodeFile("missing"), "is a link to a file that does not exist"),
        (NodeFile("unreadable", why="Input/output error"), "cannot be read: Input/output error"),
        (NodeFile("file", b"x", whole=False), "is too large"),
    ],
)
def test_a_broken_manifest_is_named(world, judge, single, content, said) -> None:
    answer = world.manifests((FILE, content), ("etcd.yaml", world.pod("etcd:1", "etcd")))
    for found in (judge(answer), single(answer)):
        assert (found.verdict, found.reason) == (Verdict.FAIL, "broken-manifest")
        assert f"{FILE} {said}" in found.observed
    beside = single(world.manifests((FILE, world.pod("{tag}")), ("z.bak", content)))
    assert (beside.verdict, beside.reason) == (Verdict.FAIL, "unreadable-file")
    assert f"z.bak {said}" in beside.observed


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"\n', '"\t\n'),
        lambda text: text.replace("containers:", "containers:\t# the one"),
        lambda text: text + "---\n",
        lambda text: f"---\n{text}---\na: [\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: json.dumps(yaml.safe_load(text), indent="\t"),
        lambda text: text.replace("image:", "tty: y\n    image:"),
        lambda text: text + "status: {startTime: !!timestamp 2021-01-02}\n",
        lambda text: text.replace("metadata: {", "metadata: {labels: {a: !mine b}, "),
    ],
)
def test_what_the_kubelet_can_read_is_read(world, judge, single, change) -> None:
    answer = world.manifests((FILE, change(world.pod("{repository}@{right}"))))
    assert judge(answer).verdict is single(answer).verdict is Verdict.PASS


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: row["what"])
def test_a_file_is_a_pod_where_the_kubelet_says_so(row) -> None:
    """Of what it refuses for a field's value, only what an exercise is about is told."""
    content = row["text"].encode() if "text" in row else bytes.fromhex(row["hex"])
    read = manifests.parse(content, FILE)
    beyond = row["kubelet"].startswith("invalid pod: [") or "cannot unmarshal" in row["kubelet"]
    assert not read.problem or row["kubelet"], read.problem
    assert read.problem or not row["kubelet"] or beyond, row["kubelet"]


def test_what_the_kubelet_passes_over_does_no_harm(world, judge, single) -> None:
    files = [(".kube-apiserver.yaml.swp", b"\x00"), ("old", NodeFile("directory")), ("socket", NodeFile("other"))]
    answer = world.manifests((FILE, world.pod("{repository}@{right}")), *files)
    assert judge(answer).verdict is single(answer).verdict is Verdict.PASS


@pytest.mark.parametrize("image", ["{repository}@{right} ", " {repository}@{right}", "{repository}@{right}\\t"])
def test_a_blank_in_the_name_is_the_kubelets_to_refuse(world, judge, image) -> None:
    found = judge(world.manifests((FILE, world.pod(image))))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "blank-in-image")


@pytest.mark.parametrize("image", ["{repository}:@{right}", "{repository}:-x@{right}", "{tag} @{right}"])
def test_a_tag_that_is_none(world, judge, image) -> None:
    assert judge(world.manifests((FILE, world.pod(image)))).reason == "bad-tag"


MIRROR = """
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver-node
  namespace: kube-system
  annotations: {kubernetes.io/config.mirror: 3ed3, kubernetes.io/config.source: file}
spec: {containers: [{name: kube-apiserver, image: x}]}
"""


def test_what_kubectl_prints_of_the_mirror_is_no_manifest(world, judge, single) -> None:
    assert single(world.manifests((FILE, MIRROR))).verdict is Verdict.PASS  # it is one file, whatever is wrong with it
    found = judge(world.manifests((FILE, MIRROR)))
    assert found.reason == "mirror-manifest"
    for word in (FILE, "kube-apiserver-node", "kubernetes.io/config.mirror"):
        assert word in found.observed
    renamed = MIRROR.replace("kube-apiserver-node", "pinned").replace("config.mirror", "x")
    assert judge(world.manifests((FILE, renamed))).reason == "other-name"


@pytest.mark.parametrize("second", [MIRROR, MIRROR.replace("kube-apiserver-node", "other"), "{tag}"])
def test_a_second_manifest_that_would_do_its_work(world, single, second) -> None:
    second = world.pod(second) if second.startswith("{") else second
    answer = world.manifests((FILE, world.pod("{repository}@{right}")), ("copy.json", second))
    assert single(answer).reason == "second-manifest"


@pytest.mark.parametrize("date", ["2021-13-45", "2021-01-02", "2021-01-02T25:61:61Z", "2021-02-31 10:00:00"])
def test_a_date_is_text_as_for_the_kubelet(world, judge, single, date) -> None:
    pod = world.pod("{repository}@{right}").replace("namespace:", f"annotations: {{edited: {date}}}, namespace:")
    assert date in pod
    answer = world.manifests((FILE, pod))
    assert judge(answer).verdict is Verdict.PASS
    assert single(answer).verdict is Verdict.PASS
    [read] = manifests.read(Observation({manifests.MANIFESTS: answer}))
    assert read.pod["metadata"]["annotations"] == {"edited": date}


@pytest.mark.parametrize("spec", ["null", "{}", "{containers: null}", "{containers: [{name: x}]}"])
def test_a_pod_without_the_container_names_no_image(world, judge, spec) -> None:
    found = judge(world.manifests((FILE, f"{POD}spec: {spec}")))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "tag-only")
    assert f"{FILE} names no image" in found.observed


@pytest.mark.parametrize("answer", [NodeFile("directory"), NodeFile("missing")])
def test_no_manifest(judge, single, answer) -> None:
    for found in (judge(answer), single(answer)):
        assert (found.verdict, found.reason) == (Verdict.FAIL, "no-manifest")


def test_a_second_manifest_fails_the_guard_and_the_last_one_wins(world, judge, single) -> None:
    good, bad = world.pod("{repository}@{right}"), world.pod("{tag}")
    answer = world.manifests((f"{FILE}.bak", bad), (FILE, good))
    found = single(answer)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "second-manifest")
    assert f"{FILE}, {FILE}.bak" in found.observed
    assert judge(answer).reason == "tag-only"
    assert judge(world.manifests((f"{FILE}.bak", good), (FILE, bad))).verdict is Verdict.PASS


@pytest.mark.parametrize("answer", [Unknown("hung"), NodeFile("directory", whole=False)])
def test_a_directory_that_cannot_be_read_is_no_fail(judge, single, answer) -> None:
    for look in (judge, single):
        with pytest.raises(CouldNotTell):
            look(answer)


def test_the_order_is_the_kubelets(world) -> None:
    names = ["b.yaml", "a b.yaml", "B.yaml", "\u00fc", ".hidden"]
    answer = world.manifests(*((name, world.pod("x")) for name in names))
    read = manifests.read(Observation({manifests.MANIFESTS: answer}))
    assert [manifest.file for manifest in read] == ["B.yaml", "a b.yaml", "b.yaml", "\u00fc"]
