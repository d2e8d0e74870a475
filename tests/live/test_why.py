"""`lab why` on a real cluster: each fault of faults.yaml is applied, named first, and healed; and no false alarm."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from live_program import Lab

HERE = Path(__file__).parent
FAULTS: list[dict[str, Any]] = yaml.safe_load((HERE / "faults.yaml").read_text())
BEFORE = (HERE / "faults.sh").read_text()
FIRST = {row["class"]: row["name"] for row in reversed(FAULTS)}
"""The fault of each class that `make test` tries."""
READY = "timeout 180 bash -c 'until kubectl get --raw /readyz >/dev/null 2>&1; do sleep 0.5; done'"
SYMPTOM = 60.0
"""Seconds that a fault may take to show, on a busy machine."""
TABLE: list[str] = []
HEALERS = {"rescue": ("rescue",), "reset": ("reset", "--all")}
"""A reset heals what a rescue does not see as the API server is ready, and what is no file of the control plane."""

UNUSUAL = {
    "more plugins": 'sed -i "s/=NodeRestriction/=NodeRestriction,AlwaysPullImages/" $M',
    "the list in a second flag": "flag --enable-admission-plugins=PodSecurity",
    "an underscore in a flag": 'sed -i "s/--allow-privileged/--allow_privileged/" $M',
    "arguments beside the command": 'sed -i "s/^    image: /    args: [--v=1]\\n&/" $M',
    "an audit log on the node": "flag --audit-log-path=/var/log/audit.log",
    "a volume of its own": 'sed -i "s/^  volumes:/&\\n  - {name: scratch, emptyDir: {}}/" $M',
    "comments": 'sed -i "s/^spec:/spec: # mine/" $M',
    "a copy where the kubelet does not read": "cp $M /root/kube-apiserver.yaml.bak",
    "a hidden draft in the directory": "cp $M ${M%/*}/.kube-apiserver.yaml.swp",
    "JSON in place of YAML": 'kubectl label --local -f $M x=y -o json >/etc/kubernetes/x && mv /etc/kubernetes/x $M',
}  # fmt: skip


def why(lab: Lab) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(lab("why", "--json", expect=None).stdout)
    return said


@pytest.fixture(scope="module")
def mended(lab: Lab) -> Iterator[Lab]:
    lab("reset", "--all")
    yield lab
    lab("reset", "--all")
    print("\nfault | named as | seconds to name | seconds to heal | healed by")
    print("\n".join(TABLE))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            row, id=row["name"].replace(" ", "-"), marks=[] if row["name"] in FIRST.values() else [pytest.mark.long]
        )
        for row in FAULTS
    ],
)
def test_a_fault_is_named_first_and_healed(mended: Lab, row: dict[str, Any]) -> None:
    mended.node(BEFORE + row["apply"], check=False)
    began = time.monotonic()
    ids: list[str] = []
    while ids[:1] != [row["named"]] and time.monotonic() - began < SYMPTOM:
        asked = time.monotonic()
        ids = [finding["id"] for finding in why(mended)["findings"]]
    took = time.monotonic() - asked
    healing = time.monotonic()
    healer = row.get("healed_by", "rescue")
    mended(*HEALERS[healer])
    TABLE.append(f"{row['name']} | {ids[:1]} | {took:.1f} | {time.monotonic() - healing:.1f} | {healer}")
    while (healed := why(mended))["state"] == "restarting" and time.monotonic() - healing < SYMPTOM:
        time.sleep(1)
    if healed["state"] != "well":
        mended("reset", "--all")
    assert ids[:1] == [row["named"]]
    assert healed["state"] == "well", healed


@pytest.mark.long
def test_two_faults_at_once_are_both_named(mended: Lab) -> None:
    mended.node(f"{BEFORE}sed -i s/v1.36/v9.99/ $M; mv $E /etc/kubernetes/")
    ids = [finding["id"] for finding in why(mended)["findings"]]
    mended("reset", "--all")
    assert {"image-not-there", "no-manifest"} <= set(ids)


@pytest.mark.long
@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_but_right_gives_no_alarm(mended: Lab, name: str) -> None:
    mended.node(BEFORE + UNUSUAL[name])
    states = set()
    for _ in range(4):  # in the seconds after an edit, too
        found = why(mended)
        assert found["findings"] == [], found
        states.add(found["state"])
    mended.node(f"export KUBECONFIG=/etc/kubernetes/admin.conf; sleep 3; {READY}")
    assert why(mended)["state"] == "well"
    assert states <= {"well", "restarting"}
    mended("reset", "--all")
