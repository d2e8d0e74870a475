from lab.model import Rescue
from lab.report import rescue

FILE = "/etc/kubernetes/manifests/kube-apiserver.yaml"


def test_nothing_to_rescue() -> None:
    assert rescue.nothing(Rescue(False, True)) == "Nothing to rescue: the API server is ready. Nothing was changed."
    assert "runs with your files" in rescue.nothing(Rescue(False, True, files=(FILE,)))


def test_what_a_rescue_does() -> None:
    found = Rescue(
        True, False, "-a", (FILE,), (f"{FILE}.bak",), "at 12:00:00", ("containerd", "kubelet"), "/var/x", 14.2
    )
    assert list(rescue.intent(found)) == [
        f"To be put back as they were at 12:00:00: {FILE}.",
        f"To be moved away: {FILE}.bak.",
        "Your files are kept on the node, and your points stay.",
        "To be started: containerd and kubelet.",
    ]
    assert list(rescue.done(found)) == [
        "Started, as stopped before: containerd and kubelet.",
        f"Put back as they were at 12:00:00: {FILE}.",
        f"Moved away: {FILE}.bak.",
        "The API server is ready, after 14 s.",
        "Your files are kept on the node in /var/x",
        "Put them on again with: lab rescue --mine",
    ]


def test_where_no_file_differs() -> None:
    found = Rescue(True, False, seconds=9)
    assert list(rescue.intent(found)) == ["No file differs from the last good ones: the API server is started anew."]
    assert list(rescue.done(found)) == ["The API server is ready, after 9 s."]


def test_the_learners_again() -> None:
    found = Rescue(True, True, files=(FILE,), kept_in="/var/x")
    assert list(rescue.mine(found)) == [
        f"Put on again from /var/x: {FILE}.",
        "The API server restarts with them now; lab rescue takes them off again.",
    ]
    assert list(rescue.mine(Rescue(False, True, kept_in="/var/x"))) == [
        "Your files are in place already, as they are in /var/x"
    ]
