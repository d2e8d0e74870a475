import pytest
from image_policy_scene import (
    ARGV,
    CONFIG,
    CONFIG_FLAG,
    GONE,
    NOTHING,
    PLUGINS,
    UNTOUCHED,
    Scene,
    away,
    manifest,
    process,
)

from lab.checks.asks import CouldNotTell, Unknown
from lab.model import Verdict

NO_NODE = ("kube-apiserver", f"{CONFIG_FLAG}={CONFIG}", f"{PLUGINS}=ImagePolicyWebhook")


@pytest.mark.parametrize(
    "argv",
    [
        ARGV,
        ("kube-apiserver", PLUGINS, "ImagePolicyWebhook", PLUGINS, "NodeRestriction", CONFIG_FLAG, CONFIG),
        (
            "kube-apiserver",
            f"{CONFIG_FLAG}=/x",
            f"{CONFIG_FLAG}={CONFIG}",
            f"{PLUGINS}=ImagePolicyWebhook,NodeRestriction",
        ),
    ],
)
def test_on(argv) -> None:
    scene = Scene(process=process(argv), manifests=manifest(UNTOUCHED))  # the process counts, not what is written
    for kind in ("image-policy-plugin", "node-restriction"):
        seen = scene.judge(kind)
        assert (seen.verdict, seen.reason) == (Verdict.PASS, "")
        assert "/proc/" in seen.command


@pytest.mark.parametrize(
    ("server", "written", "verdict"),
    [
        (process(UNTOUCHED), UNTOUCHED, Verdict.PASS),
        (process(NO_NODE), ARGV, Verdict.FAIL),
        (process(("kube-apiserver",)), ARGV, Verdict.FAIL),
        (away(NO_NODE), ARGV, Verdict.PASS),
        (away(ARGV), NO_NODE, Verdict.FAIL),
        (GONE, UNTOUCHED, Verdict.PASS),
    ],
)
def test_node_restriction(server, written, verdict) -> None:
    unreachable = Unknown("connection refused")
    seen = Scene(process=server, manifests=manifest(written), after=unreachable).judge("node-restriction")
    assert seen.verdict is verdict
    assert seen.reason == ("" if verdict is Verdict.PASS else "node-restriction-off")
    assert seen.command


def test_without_manifest_the_last_container_tells_of_node_restriction() -> None:
    assert Scene(process=away(NO_NODE), manifests=NOTHING).judge("node-restriction").reason == "node-restriction-off"
    with pytest.raises(CouldNotTell):
        Scene(process=GONE, manifests=NOTHING).judge("node-restriction")
