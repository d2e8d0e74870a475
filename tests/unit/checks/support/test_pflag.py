"""What Go's pflag 1.0.10 made of the same words, with kube-apiserver's flags and WordSepNormalizeFunc."""

import pytest

from lab.checks.support import pflag

LIST, FILE = "enable-admission-plugins", "admission-control-config-file"


@pytest.mark.parametrize(
    ("words", "items", "text", "arguments"),
    [
        ([f"--{LIST}=A,B"], ("A", "B"), "", ()),
        ([f'--{LIST}="A","B"'], ("A", "B"), "", ()),
        ([f'--{LIST}=A,"B"'], ("A", "B"), "", ()),
        ([f"--{LIST}=A, B"], ("A", " B"), "", ()),
        ([f"--{LIST}=A,B\n"], ("A", "B"), "", ()),
        ([f"--{LIST}=\nA,B\nC"], ("A", "B"), "", ()),
        ([f'--{LIST}=A,"B\nC"\nD'], ("A", "B\nC"), "", ()),
        ([f'--{LIST}=" A"\r\n'], (" A",), "", ()),
        ([f"--{LIST}=A\rB"], ("A\rB",), "", ()),
        ([f'--{LIST}="a""b"'], ('a"b',), "", ()),
        ([f"--{LIST}=A,"], ("A", ""), "", ()),
        ([f"--{LIST}=,"], ("", ""), "", ()),
        ([f"--{LIST}="], (), "", ()),
        ([f"--{LIST}='A,B'"], ("'A", "B'"), "", ()),
        ([f"--{LIST}=A", f"--{LIST}=B,A"], ("A", "B", "A"), "", ()),
        ([f"--{LIST}", "A,B", f"--{FILE}", "/x"], ("A", "B"), "/x", ()),
        (["--allow-privileged", "--enable_admission_plugins", "A", "--bind-address", f"--{LIST}=B", "--", "--v=1"],
         ("A",), "", ("--v=1",)),
        (["-v", "2", f"--{LIST}=A"], ("A",), "", ()),
        (["-v2", "-v=3", f"--{LIST}=A"], ("A",), "", ()),
        (["--allow-privileged", "true", "x"], (), "", ("true", "x")),
        (["--allow-privileged=false", "-", "", f"--{FILE}=a", f"--{FILE}", "b"], (), "b", ("-", "")),
        ([f"--{FILE}=a=b,c"], (), "a=b,c", ()),
        ([f'--{FILE}="/a b"'], (), '"/a b"', ()),
        ([f"--{LIST} A,B"], (), "", ()),
        ([f"-{LIST}=A"], (), "", ()),
        ([f"--disable-{LIST[7:]}=A"], (), "", ()),
        ([], (), "", ()),
    ],
)  # fmt: skip
def test_words(words, items, text, arguments) -> None:
    read = pflag.parse(words)
    assert (read.items(LIST), read.text(FILE), read.arguments) == (items, text, arguments)


@pytest.mark.parametrize("value", ['A"B"', '"A"B', '"A, B', ' "A"', '"A" ,B', "\n", "'A',\"B"])
def test_what_is_no_csv(value) -> None:
    with pytest.raises(ValueError, match="CSV"):
        pflag.parse([f"--{LIST}={value}"]).items(LIST)


def test_a_flag_without_its_value_is_there_and_empty() -> None:
    assert pflag.parse([f"--{LIST}"]).flags == {LIST: [""]}
