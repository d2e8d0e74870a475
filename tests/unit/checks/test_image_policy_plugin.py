import json

import pytest
from image_policy_scene import (
    ARGV,
    CONFIG,
    CONFIG_FLAG,
    GONE,
    NO_PLUGIN,
    NOTHING,
    PLUGINS,
    STARTED,
    UNTOUCHED,
    Scene,
    away,
    config,
    manifest,
    metrics,
    process,
)

from lab.checks.asks import Answer, CouldNotTell, NotYet, Unknown
from lab.model import Verdict

NO_CONFIG = ("kube-apiserver", f"{PLUGINS}=NodeRestriction,ImagePolicyWebhook")


MISSPELT = ("kube-apiserver", f"{CONFIG_FLAG}={CONFIG}", f"{PLUGINS}=NodeRestriction,imagePolicyWebhook")


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


def test_a_right_manifest_whose_process_does_not_run_yet_is_no_fail() -> None:
    for server in (away(), GONE):
        with pytest.raises(NotYet):
            Scene(process=server, after=Unknown("connection refused")).judge("image-policy-plugin")


@pytest.mark.parametrize("after", [Unknown("time-out"), Answer("starting", 500), Answer("", 200)])
def test_a_process_whose_metrics_do_not_tell_is_no_fail(after) -> None:
    with pytest.raises(CouldNotTell):
        Scene(after=after).judge("image-policy-plugin")


def test_the_metrics_that_are_recorded_count() -> None:
    assert Scene(after=metrics()).judge("image-policy-plugin").verdict is Verdict.PASS
