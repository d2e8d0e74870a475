import io
import tarfile
from pathlib import Path

from stand_in import StandIn

from lab.k8s import saved
from lab.phases import Recording
from lab.shell import Completed


class Helper(StandIn):
    """Says what is kept, and remembers that it was removed."""

    def __init__(self, paths: str) -> None:
        self.paths, self.scripts = paths, list[str]()

    def run(self, script, *, check=True, **_):
        self.scripts.append(script.splitlines()[-1])
        if "tar -cf" not in self.scripts[-1]:
            return Completed((), 0, self.paths.encode() if "find" in self.scripts[-1] else b"", b"")
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as tar:
            for name in ("./20260101T000000/root/pin/digest", "./../out", "/abs"):
                entry = tarfile.TarInfo(name)
                entry.size = 3
                tar.addfile(entry, io.BytesIO(b"abc"))
            link = tarfile.TarInfo("./20260101T000000/root/link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
        return Completed((), 0, stream.getvalue(), b"")


def test_what_is_deleted_is_told_once_each() -> None:
    status, helper = Recording(), Helper("/root/pin/digest\n/root/pin/digest\n/etc/x\n")
    saved.clear(helper, "pin", status)
    told = [line for line in status.lines if "/" in line]
    assert [line.rpartition(" ")[2] for line in told] == ["/etc/x", "/root/pin/digest"]
    assert helper.scripts[-1] == "remove /var/lib/cks-lab/saved/pin"


def test_a_long_list_is_cut() -> None:
    status = Recording()
    saved.clear(Helper("".join(f"/root/pin/{number}\n" for number in range(30))), "pin", status)
    assert "10 more" in status.lines[-1]


def test_it_is_copied_to_this_machine_first(tmp_path) -> None:
    status, keep = Recording(), tmp_path / "kept"
    saved.clear(Helper("/root/pin/digest\n"), "pin", status, keep)
    found = sorted(str(path.relative_to(keep)) for path in keep.rglob("*") if not path.is_dir())
    assert found == ["20260101T000000/root/pin/digest", "abs"]
    assert (keep / "abs").read_bytes() == b"abc"
    assert sorted(tmp_path.iterdir()) == [Path(keep)]


def test_nothing_kept_is_nothing_told() -> None:
    status = Recording()
    saved.clear(Helper(""), "pin", status)
    assert status.lines == []


def test_what_a_learner_changed_is_fetched_and_nothing_of_the_system(tmp_path) -> None:
    helper = Helper("")
    assert saved.fetch(helper, ["/root/pin", "/usr/bin/bash"], tmp_path / "before") == 2
    assert (tmp_path / "before" / "abs").read_bytes() == b"abc"
    assert saved.fetch(helper, ["/usr/bin/bash", "/var/tmp/x"], tmp_path / "none") == 0
    assert len(helper.scripts) == 1
    assert not (tmp_path / "none").exists()
