import json
from typing import Any

import pytest
import yaml
from image_policy_scene import CONFIG, FOLDER, KUBECONF, STARTED, UNTOUCHED, Scene, config, files, process, read

from lab.checks.asks import Answer, CouldNotTell, Unknown
from lab.checks.base import Fault
from lab.checks.support import admission_configuration
from lab.model import Verdict

TEXT = yaml.safe_dump(config())


def judge(content=None, **more):
    scene = Scene(process=process(config=content if content is not None else config(), **more))
    return scene.judge("image-policy-config", config=CONFIG)


def plugin(**entry):
    return {**config(), "plugins": [{"name": "ImagePolicyWebhook", **entry}]}


INNER = config()["plugins"][0]["configuration"]
ACCEPTED = {
    "as it is": config(),
    "failing open": config(defaultAllow=True),
    "defaults": config(allowTTL=0, denyTTL=None, retryBackoff=..., defaultAllow=...),
    "off": config(allowTTL=-1, denyTTL=-1, retryBackoff=-1),
    "limits": config(allowTTL=1800, denyTTL=1, retryBackoff=300000),
    "whole floats": TEXT.replace("allowTTL: 50", "allowTTL: 5.0e1"),
    "YAML 1.1": TEXT.replace("defaultAllow: false", "defaultAllow: Off"),
    "unknown fields of the plugin's own": config(comment="x"),
    "other case": TEXT.replace("kubeConfigFile", "KUBECONFIGFILE").replace("imagePolicy:", "imagepolicy:"),
    "JSON": json.dumps(config(), indent="\t"),
    "a second document": f"{TEXT}---\n[",
    "relative to the working directory": config(kubeConfigFile=KUBECONF[1:]),
    "the old version": {**config(), "apiVersion": "apiserver.k8s.io/v1alpha1"},
    "the plugin's own form alone": INNER,
    "another plugin before": {
        **config(),
        "plugins": [{"name": "PodNodeSelector", "path": "x"}, *config()["plugins"], {"name": "ImagePolicyWebhook"}],
    },
}


@pytest.mark.parametrize("name", ACCEPTED)
@pytest.mark.parametrize("on", [True, False])
def test_accepted(name, on) -> None:
    seen = judge(ACCEPTED[name]) if on else judge(ACCEPTED[name], argv=UNTOUCHED)
    assert (seen.verdict, seen.reason) == (Verdict.PASS, ""), seen.observed


REFUSED: dict[str, list[Any]] = {
    "api-version": [
        {**config(), "apiVersion": "apiserver.k8s.io/v1"},
        {**config(), "apiVersion": None},
        {**config(), "kind": "AdmissionConfig"},
        "",
        "a: b\n",
    ],
    "unknown-field": [
        {**config(), "Plugins": []},
        {**config(), "plugins": [{**config()["plugins"][0], "config": {}}]},
        {**config(), "metadata": {}},
    ],
    "no-plugin": [{**config(), "plugins": None}, {**config(), "plugins": [{"name": "imagePolicyWebhook"}]}],
    "no-configuration": [plugin(), plugin(configuration=None, path=""), plugin(configuration=None)],
    "path-missing": [plugin(path="gone.yaml"), plugin(path="/gone.yaml")],
    "no-kubeconfig": [config(kubeConfigFile=""), config(kubeConfigFile=...), plugin(configuration={}),
                      config(kubeConfigFile=..., kubeConfig=KUBECONF),
                      plugin(configuration={"kubeConfigFile": KUBECONF})],
    "kubeconfig-missing": [config(kubeConfigFile="/etc/kubernetes/kubeconf"), config(kubeConfigFile="kubeconf")],
    "wrong-type": [
        config(defaultAllow="false"), config(defaultAllow=0), config(allowTTL="50"), config(allowTTL=True),
        config(denyTTL="50s"), config(retryBackoff=0.5), config(kubeConfigFile=[KUBECONF]), plugin(configuration=[1]),
        plugin(configuration={"imagePolicy": []}), plugin(path=1), {**config(), "plugins": {}},
        {**config(), "plugins": ["x"]},
        {**config(), "plugins": [{"name": 1}]}, "[]", "text",
    ],
    "out-of-range": [config(allowTTL=1801), config(denyTTL=-2), config(retryBackoff=300001), config(allowTTL=10**12)],
    "duplicate-key": [TEXT + "kind: AdmissionConfiguration\n", TEXT.replace("denyTTL", "allowTTL")],
    "not-yaml": [TEXT.replace("  ", "\t"), TEXT + "]"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "content"), [(reason, content) for reason, contents in REFUSED.items() for content in contents]
)
def test_refused(reason, content) -> None:
    seen = judge(content)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason), seen.observed
    assert seen.expected
    assert seen.observed
    assert seen.command == f"cat {CONFIG}"


def test_a_misspelt_field_is_named() -> None:
    assert (
        '"kubeConfig" is not known there; did you mean "kubeConfigFile"?'
        in judge(config(kubeConfigFile=..., kubeConfig=KUBECONF)).observed
    )


def test_a_misspelt_plugin_is_shown_with_those_that_are_there() -> None:
    content = {**config(), "plugins": [{"name": "imagePolicyWebhook"}]}
    assert judge(content).observed.endswith("only: imagePolicyWebhook")


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"argv": UNTOUCHED}, "on the node"),
        ({}, "in the API server's container, nor on the node"),
        ({"on_node": files()}, "in the API server's container: the node has it, but its directory is not mounted"),
    ],
)
def test_no_file(more, where) -> None:
    seen = judge(files={}, **more)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, "no-file")
    assert where in seen.observed


def test_the_file_that_the_process_names_counts() -> None:
    argv = ("kube-apiserver", "--admission-control-config-file=/pki/own.yaml")
    scene = Scene(process=process(argv, files={"/pki/own.yaml": yaml.safe_dump(config()), **files()}))
    seen = scene.judge("image-policy-config", config="/elsewhere.yaml")
    assert seen.verdict is Verdict.PASS
    assert seen.command == "cat /pki/own.yaml"


def test_the_plugins_own_configuration_in_a_file_beside() -> None:
    beside = yaml.safe_dump(INNER) + "imagePolicy: {}\n" + yaml.safe_dump(INNER)  # read less strictly
    scene = Scene(process=process(files={**files(config=plugin(path="own.yaml")), f"{FOLDER}/own.yaml": beside}))
    assert scene.judge("image-policy-config", config=CONFIG).verdict is Verdict.PASS


def test_settings() -> None:
    server = read(process(config=config(allowTTL=0, denyTTL=-1, retryBackoff=..., defaultAllow=True)))
    settings = admission_configuration.read_settings(server)
    assert (settings.allow_ttl, settings.deny_ttl, settings.retry_backoff) == (300, 0, 500)
    assert settings.default_allow
    assert settings.sources == (CONFIG, KUBECONF)
    assert settings.changed_since_start(server) == ""


def test_a_change_since_the_start_is_seen() -> None:
    server = read(process(changed=STARTED + 5))
    assert admission_configuration.read_settings(server).changed_since_start(server) == CONFIG


def test_of_keys_that_differ_in_case_the_last_counts() -> None:
    server = read(process(config=config(defaultallow=True)))
    assert admission_configuration.read_settings(server).default_allow


def test_a_node_that_does_not_answer_is_no_fail() -> None:
    for answer in (Unknown("hung"), Answer("", 5)):
        with pytest.raises(CouldNotTell):
            Scene(process=answer).judge("image-policy-config", config=CONFIG)


def test_flaws_are_sentences() -> None:
    assert str(Fault("x", "it is wrong")) == "it is wrong"
