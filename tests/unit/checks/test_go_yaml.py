import pytest

from lab.checks import go_yaml
from lab.checks.go_yaml import Flaw, load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", True), ("No", False), ("on", True), ("OFF", False), ("True", True), ("yEs", "yEs"), ("'yes'", "yes"),
        ("050", 40), ("0o17", 15), ("0x1F", 31), ("-0b11", -3), ("1_000", 1000), ("1:30", "1:30"), ("089", 89),
        ("50.0", 50), ("5e1", 50), (".5", 0.5), ("1e400", "infinite"),
        ("~", None), ("", None), ("null", None), ("Null", None), ("nULL", "nULL"), ("2021-05-21", "2021-05-21"),
    ],
)  # fmt: skip
def test_plain_values_are_resolved_as_go_does(text, value) -> None:
    seen = load(f"a: {text}\n".encode(), "f")["a"]
    assert (seen, type(seen)) == (value, type(value)) or (value == "infinite" and seen == float("inf"))


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_nothing_is_nothing(text) -> None:
    assert load(text.encode(), "f") is None


def test_only_the_first_document_counts() -> None:
    assert load(b"a: 1\n---\n[", "f") == {"a": 1}


def test_keys_become_text_and_merges_are_merged() -> None:
    assert load(b"1: x\nno: z\n", "f") == {"1": "x", "false": "z"}
    assert load(b"a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}\n", "f", strict=True)["d"] == {"b": 3, "c": 2}


@pytest.mark.parametrize(
    "text", ["a: 1\nb: 2\na: 3\n", '{"a": 1, "b": 2, "a": 3}', "c: {a: 1, a: 3}\n", "- {x: [{a: 1, a: 2}]}\n"]
)
def test_a_key_that_is_there_twice(text) -> None:
    load(text.encode(), "f")
    with pytest.raises(Flaw, match="twice") as caught:
        load(text.encode(), "f", strict=True)
    assert caught.value.reason == "duplicate-key"


def test_the_last_of_two_counts() -> None:
    assert load(b"a: 1\na: 2\n", "f") == load(b'{"a": 1, "a": 2}', "f") == {"a": 2}


def test_json_may_be_indented_with_tabs() -> None:
    assert load(b'{\n\t"a": [1.5, true, null]\n}', "f") == {"a": [1.5, True, None]}


@pytest.mark.parametrize(
    "content",
    [b"a: b: c", b"\ta: 1", b"a:\n\t- b", b"{", b"a: !!int soon", b"a: !!bool soon", b"a: !!float soon",
     b"\xff\xfe\x00", b"a: *nobody", b"a: !!python/object:os.system x", b"[" * 3000, b"- ? [a]\n  : b\n? {c: d}\n: e"],
)  # fmt: skip
def test_what_is_not_yaml(content) -> None:
    with pytest.raises(Flaw, match="f is not YAML") as caught:
        load(content, "f")
    assert caught.value.reason == "not-yaml"


def test_a_message_names_the_line() -> None:
    with pytest.raises(Flaw, match="in line 2: found character"):
        load(b"a: 1\n\tb: 2\n", "f")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1, "1"), (0, "0"), (True, "true"), (None, "nothing"), ({}, "a mapping"), ([], "a list"), ("x", 'the text "x"')],
)
def test_values_in_words(value, shown) -> None:
    assert go_yaml.shown(value) == shown
    if not isinstance(value, str | None):
        with pytest.raises(Flaw, match=shown):
            go_yaml.text(value, "it")
    if value not in (None, {}):
        with pytest.raises(Flaw, match=shown):
            go_yaml.mapping(value, "it")
