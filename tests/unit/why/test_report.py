"""A diagnosis as text and as JSON."""

import json

import why_scene as scene

from lab import advice
from lab.why import report
from lab.why.diagnosis import LOOKED_AT, diagnose


def test_a_fault_as_text() -> None:
    seen = scene.with_manifest(scene.healthy(), "    - --secure-port", "\t- --secure-port")
    lines = list(report.lines(diagnose(seen)))
    assert lines[0] == "One fault was found. The API server is away."
    assert lines[2].startswith("1. /etc/kubernetes/manifests/kube-apiserver.yaml is not YAML, in line ")
    assert "     \\t- --secure-port=6443" in lines
    assert "   do:      vi +35 /etc/kubernetes/manifests/kube-apiserver.yaml" in lines
    assert all(len(line) <= 80 or "do: " in line for line in lines)


def test_a_fault_as_json() -> None:
    seen = scene.with_manifest(scene.healthy(), "kind: Pod", "kind: Deployment")
    told = json.loads(json.dumps(report.as_object(diagnose(seen))))
    assert (told["format_version"], told["state"]) == (1, "faulty")
    [finding] = told["findings"]
    assert (finding["id"], finding["sure"]) == ("manifest-not-a-pod", "certain")
    assert finding["evidence"][0]["where"] == "/etc/kubernetes/manifests/kube-apiserver.yaml:2"


def test_what_is_unknown_says_what_was_looked_at() -> None:
    lines = list(report.lines(diagnose(scene.away(scene.recorded_later()))))
    assert lines[1] == "Looked at:"
    assert len(lines) >= len(LOOKED_AT) + 2


def test_a_command_of_the_lab_names_the_cluster() -> None:
    found = diagnose(scene.away(scene.with_file(scene.healthy(), scene.MANIFEST, None)))
    assert [each.do for each in advice.named(found, "mine").findings] == ["lab --name mine rescue"]
    assert advice.named(found, "mine").then.endswith("with: lab --name mine rescue")


def test_what_a_log_says_comes_first_and_a_command_is_never_folded() -> None:
    seen = scene.with_manifest(
        scene.healthy(),
        "    - --secure-port",
        "    - --enable-admission-plugins=NodeRestriction,ImagePolicyWebHook\n    - --secure-prot",
    )
    found = diagnose(scene.ended(seen, "Error: unknown flag: --secure-prot"))
    assert [(each.id, each.sure.value) for each in found.findings] == [
        ("unknown-flag", "certain"),
        ("unknown-plugin", "likely"),
    ]
    place = found.findings[1].evidence[0]
    assert "ImagePolicyWebHook" in place.text  # of the two lines with that flag, the one with the name
    assert f"sed -i '{place.where.rpartition(':')[2]}s/" in found.findings[1].do
    assert "   lab --name somewhere-else rescue" in list(report.lines(advice.named(found, "somewhere-else")))
