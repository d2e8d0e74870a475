import subprocess

import pytest

from lab.checks import manifests
from lab.checks.base import Answer, CouldNotTell, Observation, Unknown
from lab.model import Verdict

FILE = "kube-apiserver.yaml"


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


@pytest.mark.parametrize("image", ["{tag}", "{repository}", "", "localhost:5000/kube-apiserver"])
def test_a_tag_alone(world, judge, image) -> None:
    found = judge(world.manifests((FILE, world.pod(image))))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "tag-only")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("metadata:\n  name: kube-apiserver\n a: [", "is not YAML in line 3"),
        (b"\xff\xfe\x00", "is not YAML"),
        ("", "is empty or no object"),
        ("just words", "is empty or no object"),
        ("[1, 2]", "is empty or no object"),
        ("[" * 1500, "is not YAML"),
        ("a: !!timestamp 2021-13-45", "is not YAML"),
        ("a: !!timestamp soon", "is not YAML"),
        ("a: !!bool soon", "is not YAML"),
        ("a: !!float soon", "is not YAML"),
        ('a: !!int ""', "is not YAML"),
        ("a: !!python/object:os.system x", "is not YAML in line 1"),
    ],
)
def test_a_broken_manifest_is_named(world, judge, single, content, said) -> None:
    answer = world.manifests((FILE, content), ("etcd.yaml", world.pod("etcd:1", "etcd")))
    found = judge(answer)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "broken-manifest")
    assert f"{FILE} {said}" in found.observed
    assert single(answer).reason == "no-manifest"


@pytest.mark.parametrize("date", ["2021-13-45", "2021-01-02", "2021-01-02T25:61:61Z", "2021-02-31 10:00:00"])
def test_a_date_is_text_as_for_the_kubelet(world, judge, single, date) -> None:
    pod = world.pod("{repository}@{right}").replace("namespace:", f"annotations: {{edited: {date}}}, namespace:")
    assert date in pod
    answer = world.manifests((FILE, pod))
    assert judge(answer).verdict is Verdict.PASS
    assert single(answer).verdict is Verdict.PASS
    [read] = manifests.read(Observation({manifests.MANIFESTS: answer}))
    assert read.pod["metadata"]["annotations"] == {"edited": date}


@pytest.mark.parametrize("content", ["metadata: kube-apiserver", "metadata: {name: [kube-apiserver]}", "kind: Pod"])
def test_a_pod_of_another_shape_is_of_nobody(world, judge, content) -> None:
    assert judge(world.manifests((FILE, content))).reason == "no-manifest"


@pytest.mark.parametrize("spec", ["null", "words", "{containers: words}", "{containers: [null, words, {name: x}]}"])
def test_a_pod_without_the_container_names_no_image(world, judge, spec) -> None:
    found = judge(world.manifests((FILE, f"metadata: {{name: kube-apiserver}}\nspec: {spec}")))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "tag-only")


@pytest.mark.parametrize("answer", [Answer(""), Answer("bash: cd: No such file or directory", 3)])
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


@pytest.mark.parametrize("answer", [Unknown("hung"), Answer("bash: base64: I/O error", 1)])
def test_a_directory_that_cannot_be_read_is_no_fail(judge, single, answer) -> None:
    for look in (judge, single):
        with pytest.raises(CouldNotTell):
            look(answer)


def test_the_nodes_script_prints_what_the_judge_reads(world, tmp_path) -> None:
    for name, content in ((FILE, world.pod("{tag}")), ("a b.yaml", ""), (".hidden.yaml", "x"), ("ü", "y: 1")):
        (tmp_path / name).write_text(content)
    (tmp_path / "folder").mkdir()
    command = manifests.MANIFESTS.command.replace(manifests.DIRECTORY, str(tmp_path))
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    read = manifests.read(Observation({manifests.MANIFESTS: Answer(done.stdout)}))
    assert [manifest.file for manifest in read] == ["a b.yaml", FILE, "ü"]
    assert read[0].problem == "is empty or no object"
    assert read[1].image("kube-apiserver") == world.digests["tag"]
    assert read[2].pod == {"y": 1}


def test_the_nodes_script_tells_a_missing_directory(tmp_path) -> None:
    command = manifests.MANIFESTS.command.replace(manifests.DIRECTORY, str(tmp_path / "none"))
    assert subprocess.run(["bash", "-c", command], capture_output=True, check=False).returncode == 3
