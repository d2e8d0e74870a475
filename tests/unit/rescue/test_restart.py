import pytest
from rescue_scene import Helper
from stand_in import StandIn

from lab.errors import ClusterError
from lab.rescue import restart
from lab.rescue.restart import Restart


def seen(started: float, changed: float = 100, now: float = 110, kubelet: bool = True, containerd: bool = True):
    return Restart(now=now, kubelet=kubelet, containerd=containerd, changed=changed, started=started)


@pytest.mark.parametrize(
    ("restarting", "ready", "said"),
    [
        (seen(50), True, "edited 10 s ago, the old one still serves"),
        (seen(50), False, "the old one stops"),
        (seen(0), False, "the kubelet waits"),
        (seen(104), False, "the new one starts"),
        (seen(104), True, ""),
        (seen(50, now=200), True, ""),
        (seen(0, kubelet=False), False, "the kubelet is stopped"),
        (seen(50, containerd=False), True, "containerd is stopped"),
        (seen(50, changed=111), False, "the old one stops"),
    ],
)
def test_where_a_restart_is(restarting, ready, said) -> None:
    assert restart.stage(restarting, ready) == said


def test_what_the_node_says() -> None:
    assert restart.read(Helper(started=950)) == seen(950, 10, 1000)


def test_a_node_that_does_not_say() -> None:
    class Away(StandIn):
        def run(self, script, **_):
            raise ClusterError("The node does not run.")

    assert restart.read(Helper(strange=1)) is None
    assert restart.read(Away()) is None
