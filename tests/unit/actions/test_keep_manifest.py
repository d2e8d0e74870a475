"""keep-manifest and what goes with it: restore-kept-manifest, manifest-aside, manifest-resume, restore-manifests."""

from dataclasses import replace

import pytest
from api_server_manifest import GOLDEN, IMAGE, MANIFEST

from lab.actions import keep_manifest, manifest_aside, manifest_resume, restore_kept_manifest, restore_manifests
from lab.actions.base import NoParams
from lab.actions.support import manifest_before
from lab.errors import ClusterError

FOLDER, NOTHING = manifest_before.Folder("/root/x"), NoParams()
LIVE = "/etc/kubernetes/manifests/kube-apiserver.yaml"


def test_the_manifest_that_was_kept_goes_back(setting, put) -> None:
    restore_kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    with pytest.raises(ClusterError, match="There is no"):
        keep_manifest.KeepManifest().run(NOTHING, setting)
    before, learners = MANIFEST.encode(), b"learner's"
    setting.cluster.helper.files[LIVE] = (before, "0600")
    keep_manifest.KeepManifest().run(NOTHING, setting)
    restore_kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    manifest_resume.ManifestResume().run(FOLDER, setting)  # nothing was set aside
    manifest_aside.ManifestAside().run(FOLDER, setting)
    setting.cluster.helper.files[FOLDER.file] = (learners, "0600")
    manifest_resume.ManifestResume().run(FOLDER, setting)
    assert [each["kube-apiserver.yaml"] for each in put] == [GOLDEN, before, before, learners]
    assert all(each["etcd.yaml"] == b"etcd" for each in put)


@pytest.mark.parametrize("action", ["restore", "aside", "resume"])
@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (f"{IMAGE}@sha256:ab", f"{IMAGE}@sha256:ab"),  # pinned since
        (f"{IMAGE}:v1", f"{IMAGE}:v1"),
        ("", f"{IMAGE}@sha256:old"),  # it is down: what was kept did run
        ("quay.io/kube-apiserver:v1", f"{IMAGE}@sha256:old"),
        (f"{IMAGE}-not:v1", f"{IMAGE}@sha256:old"),
    ],
)
def test_the_image_that_runs_outlives_what_goes_back(setting, put, action: str, runs: str, expected: str) -> None:
    pinned = MANIFEST.replace(":v1", "@sha256:old")
    setting.cluster.helper.files = {LIVE: (pinned.encode(), "0600"), FOLDER.file: (pinned.encode(), "0600")}
    keep_manifest.KeepManifest().run(NOTHING, setting)
    setting.cluster.helper.runs = runs
    if action == "restore":
        restore_kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    elif action == "aside":
        manifest_aside.ManifestAside().run(FOLDER, setting)
    else:
        manifest_resume.ManifestResume().run(FOLDER, setting)
    assert put[-1]["kube-apiserver.yaml"].decode() == MANIFEST.replace(f"{IMAGE}:v1", expected)


def test_what_was_kept_is_the_golden_manifest_once_that_goes_back(setting, put) -> None:
    setting.cluster.helper.files[LIVE] = (MANIFEST.replace(":v1", "@sha256:old").encode(), "0600")
    keep_manifest.KeepManifest().run(NOTHING, setting)
    for _ in range(2):
        restore_manifests.RestoreManifests().run(NOTHING, setting)
    restore_kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    assert [each["kube-apiserver.yaml"] for each in put] == [GOLDEN] * 3


def test_an_exercise_that_keeps_one_leaves_what_another_has_kept(setting, put) -> None:
    """Also after a reset to the golden manifests, which an exercise that was started needs for its own reset."""
    other = replace(setting, exercise="audit-logs", started=True)
    kept = [MANIFEST, MANIFEST.replace("kubeadm", "I")]
    for each, manifest in zip((setting, other), kept, strict=True):
        each.cluster.helper.files[LIVE] = (manifest.encode(), "0600")
        keep_manifest.KeepManifest().run(NOTHING, each)
    for each in (setting, other):
        restore_kept_manifest.RestoreKeptManifest().run(NOTHING, each)
    assert [each["kube-apiserver.yaml"].decode() for each in put] == kept
    restore_manifests.RestoreManifests().run(NOTHING, setting)
    restore_kept_manifest.RestoreKeptManifest().run(NOTHING, other)
    assert put[-1]["kube-apiserver.yaml"] == GOLDEN
    assert other.cluster.files.kept_manifest("audit-logs").is_file()
