import pytest

from lab.checks.support import api_server_arguments, pflag

LIST, FILE, PATH = "--enable-admission-plugins", "--admission-control-config-file", "/etc/kubernetes/admission/a.yaml"
RIGHT = (f"{LIST}=NodeRestriction,ImagePolicyWebhook", f"{FILE}={PATH}")


def flaw(*words):
    return api_server_arguments.fault(("kube-apiserver", *words))


@pytest.mark.parametrize(
    "words",
    [
        RIGHT,
        (),
        (LIST, "NodeRestriction,ImagePolicyWebhook", FILE, PATH),
        (f'{LIST}="NodeRestriction","ImagePolicyWebhook"', RIGHT[1]),
        (f"{LIST}=NodeRestriction", f"{LIST}=ImagePolicyWebhook", RIGHT[1]),
        ("--enable_admission_plugins=ImagePolicyWebhook", RIGHT[1]),
        ("--disable-admission-plugins=PodSecurity", *RIGHT),
        ("--admission-control=ImagePolicyWebhook", RIGHT[1]),
        (RIGHT[0], f"{FILE}=/etc/kubernetes/admission control/a.yaml"),
        ("--allow-privileged", "--secure-port=6443", *RIGHT, "--v=2"),
    ],
)
def test_right(words) -> None:
    assert flaw(*words) is None


@pytest.mark.parametrize(
    ("word", "reason", "said"),
    [
        (f"{FILE} {PATH}", "flag-without-equals", f"write {FILE}=VALUE"),
        (f"{LIST} A,B", "flag-without-equals", f"write {LIST}=VALUE"),
        (f"{LIST} = A,B", "flag-without-equals", f"write {LIST}=VALUE"),
        (f"{LIST} =A,B", "flag-without-equals", f"write {LIST}=VALUE"),
        (f"-{LIST[2:]}=A", "no-flag", "two hyphens"),
        (f"\u2013{LIST[2:]}=A", "no-flag", "two hyphens"),
        (f"\u2014{FILE[2:]}={PATH}", "no-flag", "two hyphens"),
        (f"-{FILE}={PATH}", "no-flag", "two hyphens"),
        (f'"{LIST}=A"', "no-flag", "two hyphens"),
        ("--addmision-control-config-file=/x", "unknown-flag", f"did you mean {FILE}?"),
        ("--enable-admision-plugins=A", "unknown-flag", f"did you mean {LIST}?"),
        ("--enable-admission-plugin=A", "unknown-flag", f"did you mean {LIST}?"),
        (f'{FILE}="{PATH}"', "quoted-path", "has quotes in it"),
        (f"{FILE}='{PATH}'", "quoted-path", "has quotes in it"),
        (f"{FILE}=\u201c{PATH}\u201d", "quoted-path", "has quotes in it"),
        (f"{FILE}= {PATH}", "blank-in-path", "begins or ends with a blank"),
        (f"{FILE}={PATH} ", "blank-in-path", "begins or ends with a blank"),
        (f"{LIST}=A, B", "blank-in-list", 'the name " B", of which the blank is a part'),
        (f"{LIST}=A B", "blank-in-list", "commas part names"),
        (f"{LIST}='A,B'", "quoted-name", "a name with quotes in it, 'A"),
        (f"{LIST}='A','B'", "quoted-name", "a name with quotes in it, 'A'"),
        (f'{LIST}=A"B"', "quoted-name", "quotes where none may be"),
        (f'{LIST}= "A"', "quoted-name", "quotes where none may be"),
        (f"{LIST}=\u201cA,B\u201d", "quoted-name", "a name with quotes in it"),
        (f"{LIST}=A,,B", "empty-name", "a comma too many"),
        (f"{LIST}=A,", "empty-name", "a comma too many"),
        (f"{LIST}: A,B", "flag-without-equals", f"write {LIST}=VALUE"),
        ("x", "stray-argument", '"x" among its arguments belongs to no flag'),
        ("--", "stray-argument", '"--v=2"'),
    ],
)
def test_wrong(word, reason, said) -> None:
    found = flaw("--secure-port=6443", word, "--v=2")
    assert found is not None
    assert found.reason == reason
    assert said in found.observed


def test_two_flags_that_do_not_go_together() -> None:
    assert flaw(*RIGHT, "--admission-control=PodSecurity").reason == "two-lists"
    assert flaw(*RIGHT, "--disable-admission-plugins=ImagePolicyWebhook").reason == "overlap"
    assert flaw(*RIGHT, '--disable-admission-plugins=A"') is None  # its container says so


def test_plugins_of_a_list_that_cannot_be_read_are_none() -> None:
    line = pflag.parse([f'{LIST}=A"B"'])
    assert api_server_arguments.plugins(line) == ()
    assert api_server_arguments.plugins(pflag.parse(["--admission-control=A"])) == ("A",)
