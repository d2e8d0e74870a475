import json

import pytest

from lab.errors import ClusterError
from lab.k8s.record import Image, Record, load

RECORD = Record(
    "cks-lab", True, "uid", "v1.36.4", "kindest/node", address="172.18.0.2", images=(Image("a:1", "b", "c"),)
)


def test_saved_and_loaded(tmp_path) -> None:
    file = tmp_path / "folder" / "cluster.json"
    RECORD.save(file)
    assert load(file) == RECORD
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_half_made_until_said_otherwise(tmp_path) -> None:
    Record("cks-lab").save(tmp_path / "cluster.json")
    loaded = load(tmp_path / "cluster.json")
    assert loaded is not None
    assert not loaded.complete


@pytest.mark.parametrize(
    "content",
    ["", "{", "null", "[]", "3", "{}", '{"images": []}', '{"name": "x", "images": [{}]}', '{"name": "x", "images": 3}',
     '{"name": "x", "images": [], "unknown": 1}', "\udcff"],
)  # fmt: skip
def test_what_is_no_record(tmp_path, content) -> None:
    (tmp_path / "cluster.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ClusterError, match=r"cluster\.json is no ") as raised:
        load(tmp_path / "cluster.json")
    assert raised.value.hint == "Make the cluster anew: lab down && lab up"
    assert load(tmp_path / "none") is None


def test_the_file_can_be_read_by_others(tmp_path) -> None:
    RECORD.save(tmp_path / "cluster.json")
    written = json.loads((tmp_path / "cluster.json").read_text())
    assert written["images"] == [{"name": "a:1", "manifest_digest": "b", "config_digest": "c"}]
