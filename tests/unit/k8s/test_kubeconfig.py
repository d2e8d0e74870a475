import pytest
import yaml

from lab.errors import ClusterError
from lab.k8s import kubeconfig

CONTEXT = "kind-cks-lab"


def config(name: str, server: str, current: str = "") -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"token": "t"}}],
        "current-context": current,
    }


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "own"
    file.write_text(yaml.safe_dump(config(CONTEXT, "https://127.0.0.1:1", CONTEXT)))
    return file


def names(file, key="contexts") -> list[str]:
    return [entry["name"] for entry in yaml.safe_load(file.read_text())[key]]


def test_merging_keeps_what_is_there(own, tmp_path) -> None:
    into = tmp_path / "config"
    theirs = config("work", "https://work", "work") | {"preferences": {"colors": True}, "extensions": [{"name": "x"}]}
    into.write_text(yaml.safe_dump(theirs))
    into.chmod(0o644)
    for _ in range(2):  # twice changes nothing more
        kubeconfig.merge(own, into, CONTEXT)
        merged = yaml.safe_load(into.read_text())
        assert merged["current-context"] == "work"
        assert (merged["preferences"], merged["extensions"]) == ({"colors": True}, [{"name": "x"}])
        assert [names(into, key) for key in ("clusters", "contexts", "users")] == [["work", CONTEXT]] * 3
    assert into.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config", "own"]


def test_an_older_cluster_of_that_name_is_replaced(own, tmp_path) -> None:
    into = tmp_path / "config"
    into.write_text(yaml.safe_dump(config(CONTEXT, "https://old", CONTEXT)))
    kubeconfig.merge(own, into, CONTEXT)
    merged = yaml.safe_load(into.read_text())
    assert [entry["cluster"]["server"] for entry in merged["clusters"]] == ["https://127.0.0.1:1"]
    assert merged["current-context"] == CONTEXT  # the learner's choice stays


@pytest.mark.parametrize("content", [None, "", "apiVersion: v1\nkind: Config\nclusters: null\n"])
def test_where_there_is_none_the_context_is_there_but_not_current(own, tmp_path, content) -> None:
    into = tmp_path / ".kube" / "config"
    if content is not None:
        into.parent.mkdir()
        into.write_text(content)
    kubeconfig.merge(own, into, CONTEXT)
    assert names(into) == [CONTEXT]
    assert yaml.safe_load(into.read_text())["current-context"] == ""
    assert into.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [b"a: [", b"- a list\n", b"words", b"\xff\xfe", b"clusters: words\n", b"users: [null]\n", b"contexts: {a: b}\n"],
)
def test_what_is_no_kubeconfig_is_left_alone(own, tmp_path, content) -> None:
    into = tmp_path / "config"
    into.write_bytes(content)
    for change in (lambda: kubeconfig.merge(own, into, CONTEXT), lambda: kubeconfig.remove(into, CONTEXT)):
        with pytest.raises(ClusterError, match="left as it is") as raised:
            change()
        assert str(into) in raised.value.message
        assert raised.value.hint
    assert into.read_bytes() == content


def test_a_link_stays_a_link(own, tmp_path) -> None:
    real, link = tmp_path / "real", tmp_path / "config"
    real.write_text(yaml.safe_dump(config("work", "https://work", "work")))
    link.symlink_to(real)
    kubeconfig.merge(own, link, CONTEXT)
    assert link.is_symlink()
    assert names(real) == ["work", CONTEXT]


def test_removing(own, tmp_path) -> None:
    into = tmp_path / "config"
    into.write_text(yaml.safe_dump(config("work", "https://work", "work")))
    before = into.read_text()
    kubeconfig.remove(into, CONTEXT)
    assert into.read_text() == before  # nothing of ours: not even written anew
    kubeconfig.merge(own, into, CONTEXT)
    kubeconfig.remove(into, CONTEXT)
    assert yaml.safe_load(into.read_text()) == yaml.safe_load(before)
    kubeconfig.remove(tmp_path / "none", CONTEXT)
    assert not (tmp_path / "none").exists()


def test_removing_the_current_context_leaves_none(own, tmp_path) -> None:
    kubeconfig.remove(own, CONTEXT)
    left = yaml.safe_load(own.read_text())
    assert (left["current-context"], left["contexts"]) == ("", [])


def test_which_file_is_the_users(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    assert kubeconfig.users_file() == tmp_path / ".kube" / "config"
    monkeypatch.setenv("KUBECONFIG", f":{tmp_path}/a:{tmp_path}/b:")
    assert kubeconfig.users_file() == tmp_path / "b"
    (tmp_path / "a").touch()
    assert kubeconfig.users_file() == tmp_path / "a"


def test_dates_stay_as_they_were_written(own, tmp_path) -> None:
    into = tmp_path / "config"
    into.write_text("contexts: [{name: work, context: {made: 2021-05-21, broken: 2021-13-45}}]\n")
    kubeconfig.merge(own, into, CONTEXT)
    [work, _] = yaml.load(into.read_text(), yaml.BaseLoader)["contexts"]
    assert work["context"] == {"made": "2021-05-21", "broken": "2021-13-45"}


def test_a_value_that_is_not_of_its_tags_kind_leaves_the_file(own, tmp_path) -> None:
    into = tmp_path / "config"
    into.write_text("contexts: !!int soon\n")
    with pytest.raises(ClusterError, match="left as it is"):
        kubeconfig.merge(own, into, CONTEXT)
    assert into.read_text() == "contexts: !!int soon\n"
