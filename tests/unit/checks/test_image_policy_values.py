import json

import pytest
from image_policy_scene import (
    GONE,
    KUBECONF,
    NO_PLUGIN,
    STARTED,
    UNTOUCHED,
    Scene,
    away,
    config,
    process,
)

from lab.checks.asks import Answer, CouldNotTell, Unknown
from lab.model import Verdict

SAID = {"container": {"exitCode": 1, "finishedAt": "2027-01-15T08:00:10Z"}, "log": ["Error: unknown flag: --x"]}


LAST_WORD = Answer(json.dumps(SAID))


def test_values_say_why_there_is_no_process() -> None:
    scene = Scene(process=away(), last_word=LAST_WORD)
    with pytest.raises(CouldNotTell, match="unknown flag: --x"):
        scene.judge("image-policy-values", **WANTED)


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
