import pytest

from lab.checks.asks import Answer, CouldNotTell, Observation, Unknown
from lab.checks.base import Facts, ImageFact
from lab.checks.support.image_digests import LISTING, lines_of, names_of, wrong_digest


def test_every_wrong_digest_has_its_reason(world, wrong) -> None:
    text, reason = wrong
    found = wrong_digest(text, world.component, world.facts, names_of(Observation({LISTING: world.listing})))
    assert found is not None
    assert found.reason == reason
    assert len(found.observed) > 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{nginx}", "that is the digest of another image on this node: docker.io/library/nginx:1.29"),
        ("{nginx_config}", "image id, the digest of the configuration, of another image on this node: docker.io/lib"),
        ("{copy}", "that is the digest of a copy, localhost:5000/kube-apiserver:mine, and not of"),
        ("{copy_config}", "image id, the digest of the configuration, of a copy, localhost:5000/kube-apiserver:mine"),
        ("{nameless}", "that is the digest of another image on this node: one without a name"),
    ],
)
def test_an_image_is_told_by_its_name_and_its_id_from_its_digest(world, text, said) -> None:
    names = names_of(Observation({LISTING: world.listing}))
    found = wrong_digest(world.fill(text), world.component, world.facts, names)
    assert found is not None
    assert said in found.observed


def test_the_right_digest_is_not_wrong(world) -> None:
    assert wrong_digest(world.digests["right"], world.component, world.facts, {}) is None


def test_an_empty_digest_is_no_cut_one(world) -> None:
    found = wrong_digest("", world.component, world.facts, {})
    assert found is not None
    assert found.reason == "not-a-digest"


def test_a_cluster_without_the_component_cannot_tell(world) -> None:
    with pytest.raises(CouldNotTell, match="kube-proxy"):
        wrong_digest(world.digests["right"], "kube-proxy", world.facts, {})


@pytest.mark.parametrize("answer", [Unknown("hung"), Answer("ctr: no", 1), Answer(""), Answer("one\ntwo words x\n")])
def test_no_listing_only_makes_the_reason_less_exact(world, answer) -> None:
    assert names_of(Observation({LISTING: answer})) == {}
    found = wrong_digest(world.digests["copy"], world.component, world.facts, {})
    assert found is not None
    assert found.reason == "unknown-digest"


def test_lines_that_say_something() -> None:
    assert lines_of("\n# a note\n  sha256:aa  \r\n\n") == ["sha256:aa"]


def test_the_repository_of_an_image() -> None:
    assert ImageFact("host:5000/a/b:v1", "", "").repository == "host:5000/a/b"
    assert ImageFact("host:5000/a/b", "", "").repository == "host:5000/a/b"


def test_a_component_is_the_whole_last_part_of_a_name() -> None:
    facts = Facts("v1", (ImageFact("x/not-kube-apiserver:v1", "a", "b"), ImageFact("x/kube-apiserver:v1", "c", "d")))
    assert facts.image_of("kube-apiserver").manifest_digest == "c"
