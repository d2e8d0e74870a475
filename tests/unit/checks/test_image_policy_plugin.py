import json

import pytest
from image_policy_scene import (
    ARGV,
    CONFIG,
    CONFIG_FLAG,
    KUBECONF,
    PLUGINS,
    STARTED,
    UNTOUCHED,
    Scene,
    config,
    manifest,
    metrics,
    process,
)

from lab.checks.asks import Answer, CouldNotTell, NotYet, Unknown
from lab.checks.support.node_file import NodeFile
from lab.model import Verdict

NO_CONFIG = ("kube-apiserver", f"{PLUGINS}=NodeRestriction,ImagePolicyWebhook")
NO_PLUGIN = ("kube-apiserver", f"{CONFIG_FLAG}={CONFIG}", f"{PLUGINS}=NodeRestriction")
NO_NODE = ("kube-apiserver", f"{CONFIG_FLAG}={CONFIG}", f"{PLUGINS}=ImagePolicyWebhook")
MISSPELT = ("kube-apiserver", f"{CONFIG_FLAG}={CONFIG}", f"{PLUGINS}=NodeRestriction,imagePolicyWebhook")
NOTHING = NodeFile("directory")
GONE = process((), state="absent", files={})


def away(argv=ARGV, **more):
    """A process that has ended; its last container had these arguments."""
    return process(argv, state="stopped", **more)


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
    ("argv", "written", "reason"),
    [
        (UNTOUCHED, UNTOUCHED, "not-enabled"),
        (UNTOUCHED, NO_PLUGIN, "not-enabled"),
        (UNTOUCHED, ARGV, "not-restarted"),
        (NO_PLUGIN, NO_PLUGIN, "config-without-plugin"),
        (NO_PLUGIN, ARGV, "not-restarted"),
        (MISSPELT, MISSPELT, "config-without-plugin"),
        (NO_CONFIG, NO_CONFIG, "plugin-without-config"),
    ],
)
def test_a_process_without(argv, written, reason) -> None:
    seen = Scene(process=process(argv), manifests=manifest(written)).judge("image-policy-plugin")
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason)
    assert seen.expected
    assert seen.observed
    assert seen.command


@pytest.mark.parametrize(
    ("server", "manifests", "reason"),
    [
        (away(NO_CONFIG), manifest(NO_CONFIG), "plugin-without-config"),
        (away(ARGV), manifest(NO_CONFIG), "plugin-without-config"),
        (away(MISSPELT), manifest(MISSPELT), "config-without-plugin"),
        (away(UNTOUCHED), manifest(UNTOUCHED), "not-enabled"),
        (GONE, manifest(UNTOUCHED), "not-enabled"),
        (away(ARGV, files={}), manifest(ARGV), "no-file"),
        (process(files={}), manifest(ARGV), "no-file"),
        (away(ARGV, config=config(defaultAllow="false")), manifest(ARGV), "wrong-type"),
        (away(ARGV), NOTHING, "no-manifest"),
        (GONE, NOTHING, "no-manifest"),
        (away(ARGV), manifest(text="\tspec:"), "broken-manifest"),
        (away(ARGV), manifest(text="metadata: {name: kube-apiserver}\nspec: x\n"), "broken-manifest"),
    ],
)
def test_while_the_api_server_is_away_the_node_tells(server, manifests, reason) -> None:
    unreachable = Unknown("connection refused")
    scene = Scene(process=server, manifests=manifests, before=unreachable, after=unreachable)
    seen = scene.judge("image-policy-plugin")
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason), seen.observed
    assert seen.command


SAID = {"container": {"exitCode": 1, "finishedAt": "2027-01-15T08:00:10Z"}, "log": ["Error: unknown flag: --x"]}
LAST_WORD = Answer(json.dumps(SAID))
QUOTED = (*ARGV[:2], f"{PLUGINS}='NodeRestriction,ImagePolicyWebhook'")


@pytest.mark.parametrize(
    ("scene", "reason", "said"),
    [
        ({"last_word": LAST_WORD}, "unknown-flag", "the API server is away: its container ended with code 1"),
        ({"manifests": manifest(QUOTED)}, "quoted-name", "'NodeRestriction"),
        ({"manifests": manifest((*ARGV, "--enable-admision-plugins=A"))}, "unknown-flag", "did you mean"),
        ({"manifests": manifest(text="\tspec:"), "last_word": LAST_WORD}, "broken-manifest", "is not YAML"),
        ({"process": away(files={}, made=STARTED - 60), "last_word": LAST_WORD}, "unknown-flag", "--x"),
    ],
)
def test_why_it_is_away(scene, reason, said) -> None:
    unreachable = Unknown("connection refused")
    seen = Scene(**{"process": away(), "after": unreachable, **scene}).judge("image-policy-plugin")
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason)
    assert said in seen.observed


@pytest.mark.parametrize(
    "scene",
    [
        {"process": away(files={}, made=STARTED - 60)},  # the container was made before the manifest was changed
        {"last_word": LAST_WORD, "written": STARTED + 60},
    ],
)
def test_what_was_said_before_the_manifest_was_changed_counts_no_more(scene) -> None:
    whole = Scene(**{"process": away(), "after": Unknown("connection refused"), **scene})
    with pytest.raises(NotYet, match="has said why so far"):
        whole.judge("image-policy-plugin")


def test_values_say_why_there_is_no_process() -> None:
    scene = Scene(process=away(), last_word=LAST_WORD)
    with pytest.raises(CouldNotTell, match="unknown flag: --x"):
        scene.judge("image-policy-values", **WANTED)


def test_a_right_manifest_whose_process_does_not_run_yet_is_no_fail() -> None:
    for server in (away(), GONE):
        with pytest.raises(NotYet):
            Scene(process=server, after=Unknown("connection refused")).judge("image-policy-plugin")


@pytest.mark.parametrize("after", [Unknown("time-out"), Answer("starting", 500), Answer("", 200)])
def test_a_process_whose_metrics_do_not_tell_is_no_fail(after) -> None:
    with pytest.raises(CouldNotTell):
        Scene(after=after).judge("image-policy-plugin")


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


WANTED = {"allow_ttl": 50, "deny_ttl": 50, "retry_backoff": 500, "default_allow": True}
TRUE = config(defaultAllow=True)


def values(server, **wanted):
    return Scene(process=server).judge("image-policy-values", **wanted)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [(TRUE, WANTED), (config(), {"default_allow": False}), (config(defaultAllow=...), {"default_allow": False}),
     (config(allowTTL=...), {"allow_ttl": 300}), (config(retryBackoff=0), {"retry_backoff": 500})],
)  # fmt: skip
def test_values(content, wanted) -> None:
    seen = values(process(config=content), **wanted)
    assert (seen.verdict, seen.reason) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("server", "wanted", "reason"),
    [
        (process(UNTOUCHED, files={}), WANTED, "not-enabled"),
        (process(NO_PLUGIN, config=TRUE), WANTED, "config-without-plugin"),
        (process(config=config()), WANTED, "default-allow"),
        (process(config=TRUE), {"default_allow": False}, "default-allow"),
        (process(config=config(defaultAllow=True, denyTTL=51)), WANTED, "other-values"),
        (process(config=config(defaultAllow=True, allowTTL=...)), WANTED, "other-values"),
        (process(config=config(defaultAllow=True, retryBackoff=-1)), WANTED, "other-values"),
        (process(config=TRUE, changed=STARTED + 2), WANTED, "file-changed"),
        (process(config=config(), changed=STARTED + 2), {"default_allow": False}, "file-changed"),
        (process(config=config(defaultAllow="x")), WANTED, "wrong-type"),
        (process(files={}), WANTED, "no-file"),
    ],
)
def test_other_values(server, wanted, reason) -> None:
    seen = values(server, **wanted)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason), seen.observed
    assert seen.command


def test_what_is_expected_and_what_is_other_is_named() -> None:
    seen = values(process(config=config(denyTTL=51)), **WANTED)
    assert seen.expected.endswith("allowTTL 50, denyTTL 50, retryBackoff 500 and defaultAllow true")
    assert seen.observed.endswith("denyTTL 51 and defaultAllow false")


def test_a_changed_kubeconf_counts_too() -> None:
    seen = values(process(config=TRUE, changed={KUBECONF: STARTED + 1}), **WANTED)
    assert seen.reason == "file-changed"
    assert seen.observed.startswith(KUBECONF)


def test_without_a_process_no_values_are_in_force() -> None:
    for server in (away(), GONE, Unknown("hung")):
        with pytest.raises(CouldNotTell):
            values(server, **WANTED)


def test_the_metrics_that_are_recorded_count() -> None:
    assert Scene(after=metrics()).judge("image-policy-plugin").verdict is Verdict.PASS
