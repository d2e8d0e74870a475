from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.webhook.policy import DigestRule, Repositories, Scope, TagRule, Trusted
from lab.webhook.policy_file import LARGEST, BadPolicy, read

DOCS = Path(__file__).parents[2] / "docs"
HEAD = "format_version: 1\n"
TRUSTED = "trusted: {registries: [docker.io], reason: x}\n"


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(BadPolicy) as caught:
        read(text.encode() if isinstance(text, str) else text)
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


def test_all_that_can_be_said() -> None:
    policy = read(b"""\
format_version: 1
trusted:
  registries: [docker.io, "localhost:5000"]
  repositories: [ghcr.io/acme/*, quay.io/prometheus/node-exporter]
  reason: >
    ask the
    platform team
forbidden_tags:
  - tags: [latest, "1.0"]
    reason: it moves
  - {tags: [dev], repositories: [ghcr.io/*], except: [ghcr.io/acme/lab], reason: never}
digest_required:
  - reason: pinned
""")
    assert policy.trusted == Trusted(
        frozenset({"docker.io", "localhost:5000"}),
        Repositories(frozenset({"quay.io/prometheus/node-exporter"}), ("ghcr.io/acme/",)),
        "ask the platform team",
    )
    narrow = Scope(Repositories(beginnings=("ghcr.io/",)), Repositories(frozenset({"ghcr.io/acme/lab"})))
    assert policy.tag_rules == (
        TagRule(frozenset({"latest", "1.0"}), Scope(), "it moves"),
        TagRule(frozenset({"dev"}), narrow, "never"),
    )
    assert policy.digest_rules == (DigestRule(Scope(), "pinned"),)
    assert len(policy.digest) == 12


def test_two_contents_have_two_digests() -> None:
    assert read((HEAD + TRUSTED).encode()).digest != read((HEAD + TRUSTED + "\n").encode()).digest


def test_every_problem_at_once() -> None:
    assert problems(
        """\
format_version: 2
trustd: {}
forbidden_tags:
  - tags: [1.0, latest, "a b", ""]
    reson: x
  - {tags: [], reason: " "}
digest_required: true
trusted:
  registries: [docker.io/library, index.docker.io, Foo.io, "*", dockerhub]
  repositories: [nginx, docker.io/nginx, "ghcr.io/a:1", nginx/*, "*", acme/App]
  reason: [x]
"""
    ) == [
        "1: format_version must be 1",
        '2: "trustd" is not known here; did you mean "trusted"?',
        '4: "a b" cannot be a tag',
        '4: "reason" is missing',
        "4: a tag is empty",
        '4: a tag must be text: write "1.0" in quotes',
        '5: "reson" is not known here; did you mean "reason"?',
        "6: reason is empty",
        "6: tags names no tag",
        "7: this must be a list: begin each entry with a dash",
        '9: "*" is no registry: write a host name in lower case, with :PORT if it has one',
        '9: "Foo.io" is no registry: write a host name in lower case, with :PORT if it has one',
        '9: "docker.io/library" is no registry: put it under repositories, as "docker.io/library/*"',
        '9: "dockerhub" is no registry: write a host name in lower case, with :PORT if it has one',
        '9: "index.docker.io" is an old name: write "docker.io"',
        '10: "*" is no image name: write REGISTRY/REPOSITORY, or REGISTRY/PATH/* for all below',
        '10: "acme/App" has upper case in its repository: write REGISTRY/REPOSITORY, or REGISTRY/PATH/* for all below',
        '10: "docker.io/nginx" is not the full name of a repository: write "docker.io/library/nginx"',
        '10: "ghcr.io/a:1" is not the full name of a repository: write "ghcr.io/a"',
        '10: "nginx" is not the full name of a repository: write "docker.io/library/nginx"',
        '10: "nginx/*" is not the full name of a repository: write "docker.io/nginx/*"',
        "11: reason must be text",
    ]


@pytest.mark.parametrize("pattern", ["docker.io/*", "docker.io/acme/*", "localhost:5000/a/*", "x.io/a.b/c-d"])
def test_good_patterns(pattern: str) -> None:
    assert read(f"{HEAD}trusted: {{repositories: ['{pattern}'], reason: x}}".encode())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: the file is empty"),
        ("- a", "1: this must be a mapping with the keys format_version, trusted"),
        (HEAD, '1: "trusted" is missing'),
        (TRUSTED, '1: "format_version" is missing'),
        (HEAD + "trusted: {reason: x}", "2: nothing is trusted"),
        (HEAD + "trusted: {registries: [], reason: x}", "2: nothing is trusted"),
        (HEAD + TRUSTED + TRUSTED, '3: "trusted" is there twice'),
        (HEAD + "trusted: {registries: docker.io, reason: x}", "2: this must be a list"),
        (HEAD + TRUSTED + "digest_required: [{repositories: [], reason: x}]", "3: repositories is empty"),
        (HEAD + TRUSTED + "digest_required:\n- 5", "4: this must be a mapping"),
        (HEAD + TRUSTED + "? [a]\n: b", '3: "" is not known here'),
        (HEAD + "trusted: {registries: [docker.io], reason: " + "x" * 501 + "}", "2: reason is longer than 500"),
        ("a: [", "1: this is not YAML"),
        ("a:\n\tb: 1", "2: this is not YAML"),
        ("a: \x07", "1: this is not YAML"),
        ("a: 1\n---\nb: 2", "2: this is not YAML"),
        (b"a: 1\nb: \xff", "2: this is not UTF-8 text"),
        ("[" * 5000, "1: this is nested too deeply"),
        ("#" * (LARGEST + 1), "1: the file has more than"),
    ],
)
def test_one_problem(text: str | bytes, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(text)), problems(text)


@pytest.mark.parametrize("file", sorted(DOCS.glob("*policy*.yaml")), ids=lambda file: file.name)
def test_the_examples_are_right(file: Path) -> None:
    assert read(file.read_bytes())


def test_there_are_examples() -> None:
    assert len(list(DOCS.glob("*policy*.yaml"))) == 2


WORDS = [
    "trusted",
    "registries",
    "repositories",
    "reason",
    "tags",
    "forbidden_tags",
    "digest_required",
    "docker.io",
    "1",
]
SIGNS = [": ", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "&a ", "*a", "!!x ", "'", '"', "#", "|", "? ", "<<", "%"]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(WORDS + SIGNS), max_size=30).map("".join)))
def test_nothing_but_bad_policy(content: bytes | str) -> None:
    """A text of parts of a policy is a policy or a list of problems, nothing else."""
    outcome: Collection[object]
    try:
        policy = read(content.encode() if isinstance(content, str) else content)
        outcome = (
            policy.trusted.registries or policy.trusted.repositories.exact or policy.trusted.repositories.beginnings
        )
    except BadPolicy as error:
        outcome = error.problems
    assert outcome
