import os

import pytest

from lab.engine import capabilities

FULL = (1 << 41) - 1


def status(bounding: int) -> str:
    return f"Name:\tsh\nCapInh:\t0000000000000000\nCapBnd:\t{bounding:016x}\nCapAmb:\t0000000000000000\n"


@pytest.mark.parametrize(
    ("lacking", "last", "names"),
    [
        ((), 40, ()),
        ((24,), 40, ("CAP_SYS_RESOURCE",)),
        ((40, 0), 40, ("CAP_CHOWN", "CAP_CHECKPOINT_RESTORE")),
        ((40, 39, 38), 37, ()),  # an older kernel does not have them
        ((21,), 63, ("CAP_SYS_ADMIN",)),  # a newer kernel has some without a name here
    ],
)
def test_what_is_missing(lacking, last, names) -> None:
    bounding = FULL & ~sum(1 << bit for bit in lacking)
    assert capabilities.missing(status(bounding), last) == names


@pytest.mark.parametrize("text", ["", "Name: sh\n", "CapBnd:\n", "XCapBnd: 0\n"])
def test_a_set_that_cannot_be_read_lacks_nothing(text) -> None:
    assert capabilities.missing(text, 40) == ()


def test_the_names_are_in_the_order_of_their_bits() -> None:
    assert len(capabilities.NAMES) == 41
    for bit, name in ((12, "NET_ADMIN"), (21, "SYS_ADMIN"), (24, "SYS_RESOURCE"), (25, "SYS_TIME"), (39, "BPF")):
        assert capabilities.NAMES[bit] == name


def test_here() -> None:
    assert set(capabilities.missing_here()) <= {f"CAP_{name}" for name in capabilities.NAMES}


def test_installing_the_wrapper(tmp_path) -> None:
    wrapper = capabilities.install_wrapper(("CAP_A", "CAP_B"), tmp_path / "new")
    assert os.access(wrapper, os.X_OK)
    assert (tmp_path / "new" / "missing-capabilities").read_text() == "CAP_A\nCAP_B\n"
    assert "\nexec runc " not in wrapper.read_text()  # dockerd's PATH may lack the sbin folders
    capabilities.install_wrapper((), tmp_path / "new")
    assert (tmp_path / "new" / "missing-capabilities").read_text() == ""
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["bounded-runtime", "missing-capabilities"]
