import json
from pathlib import Path
from typing import Any

import pytest

from lab.checks.base import Fault
from lab.checks.support import go_yaml
from lab.checks.support.go_yaml import ADMISSION, CLIENTCMD, KUBELET, PLUGIN, load

# What Kubernetes 1.36.4's own decoders (sigs.k8s.io/yaml 1.6.0, go.yaml.in/yaml/v2 2.4.4) make of texts: hand-written
# ones, and manifests, JSON and an admission configuration with up to three random changes each.
RECORDED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "recorded" / "go_yaml.json").read_text(encoding="utf-8")
)
DECODERS = {"kubelet": KUBELET, "admission": ADMISSION, "plugin": PLUGIN, "clientcmd": CLIENTCMD}


def as_go_writes_it(value: Any) -> Any:
    """Go writes whole floating-point numbers without a point, and long ones with 17 digits."""
    if isinstance(value, dict):
        return {key: as_go_writes_it(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_go_writes_it(one) for one in value]
    return value if isinstance(value, bool) or not isinstance(value, int | float) else pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("row", RECORDED, ids=range(len(RECORDED)))
def test_as_kubernetes_reads_it(row) -> None:
    content = row["text"].encode() if "text" in row else bytes.fromhex(row["hex"])
    for name, decoder in DECODERS.items():
        told = row.get("all") or row[name]
        if "error" in told:
            with pytest.raises(Fault):
                load(content, "f", decoder)
        else:
            assert load(content, "f", decoder) == as_go_writes_it(told["value"]), name


@pytest.mark.parametrize(
    ("text", "value"),
    [("50.0", 50), ("5e1", 50), (".5", 0.5), ("y", True), ("0b11", 3), ("1:30", "1:30"), ("1e400", "1e400")],
)
def test_numbers_have_the_type_that_go_gives_them(text, value) -> None:
    seen = load(f"a: {text}\n".encode(), "f", KUBELET)["a"]
    assert (seen, type(seen)) == (value, type(value))
    assert isinstance(load(b'{"a": 50.0}', "f", KUBELET)["a"], float)  # Go takes this one for no whole number


@pytest.mark.parametrize(
    "text", ["a: 1\nb: 2\na: 3\n", '{"a": 1, "b": 2, "a": 3}', "c: {a: 1, a: 3}\n", "- {x: [{a: 1, a: 2}]}\n"]
)
def test_a_key_that_is_there_twice(text) -> None:
    load(text.encode(), "f", KUBELET)
    with pytest.raises(Fault, match="twice") as caught:
        load(text.encode(), "f", ADMISSION)
    assert caught.value.reason == "duplicate-key"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n\tb: 2\n", "f is not YAML, in line 2: found a tab character"),
        ("spec: [", "in line 1: did not find expected node content"),
        ("a: *nobody\n", "in line 1: there is no anchor &nobody"),
        ("a: 1\nb: !!int soon\n", 'in line 2: "soon" is no !!int'),
        ("a: &x {b: *x}\n", "the anchor &x contains itself"),
        ("a: 1\n? [b]\n: c\n", "in line 2: a key has to be a text"),
        ('{\n  "a": 1,\n}\n', "in line 3: there is a comma before the end"),
        ('{\n  "a": [1,]\n}\n', "in line 2: there is a comma before the end"),
        ('{"a": 1, // one\n"b": 2}', "in line 1: JSON has no comments"),
        ('{"a": 1, # one\n"b": 2}', "JSON has no comments"),
        ('{"a": 1} /* one */', "JSON has no comments"),
        ("{'a': 1}", "double quotes"),
        ('{"a": NaN}', "which knows no NaN"),
        ('{"a": 1}\n---\nb: 2\n', "in line 2: Extra data"),
    ],
)
def test_a_message_names_the_line_and_what_is_wrong(text, said) -> None:
    with pytest.raises(Fault) as caught:
        load(text.encode(), "f", ADMISSION)
    assert said in caught.value.observed
    assert caught.value.reason in ("not-yaml", "not-json")


def test_aliases_of_aliases_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(Fault, match="aliases of aliases"):
        load("\n".join(lines).encode(), "f", KUBELET)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1, "1"), (0, "0"), (True, "true"), (None, "nothing"), ({}, "a mapping"), ([], "a list"), ("x", 'the text "x"')],
)
def test_values_in_words(value, shown) -> None:
    assert go_yaml.shown(value) == shown
    if not isinstance(value, str | None):
        with pytest.raises(Fault, match=shown):
            go_yaml.text(value, "it")
    if value not in (None, {}):
        with pytest.raises(Fault, match=shown):
            go_yaml.mapping(value, "it")
