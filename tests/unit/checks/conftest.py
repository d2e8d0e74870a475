"""A cluster as `lab up` recorded it, the images on its node, and every way in which a digest can be wrong."""

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from asking import asked, told

from lab.checks.asks import Answer, Unknown
from lab.checks.base import REGISTRY, Facts, ImageFact, Judgement
from lab.checks.support.node_file import NodeFile

REPOSITORY = "registry.k8s.io/kube-apiserver"
VERSION = "v1.36.4"


def digest(word: str) -> str:
    return "sha256:" + hashlib.sha256(word.encode()).hexdigest()


class World:
    """Facts and recorded answers; names such as `{right}` in a text stand for a digest."""

    component = "kube-apiserver"
    repository = REPOSITORY
    digests = {  # noqa: RUF012
        "right": digest("apiserver"),
        "hex": digest("apiserver").removeprefix("sha256:"),
        "upper": digest("apiserver").removeprefix("sha256:").upper(),
        "config": digest("apiserver config"),
        "scheduler": digest("scheduler"),
        "scheduler_config": digest("scheduler config"),
        "copy": digest("a copy of apiserver"),
        "copy_config": digest("a copy of apiserver, config"),
        "nginx": digest("nginx"),
        "nginx_config": digest("nginx config"),
        "nameless": digest("an image without a name"),
        "unknown": digest("an image of another machine"),
        "repository": REPOSITORY,
        "tag": f"{REPOSITORY}:{VERSION}",
    }
    facts = Facts(
        VERSION,
        (
            ImageFact(f"{REPOSITORY}:{VERSION}", digests["right"], digests["config"]),
            ImageFact(f"registry.k8s.io/kube-scheduler:{VERSION}", digests["scheduler"], digests["scheduler_config"]),
        ),
    )

    def fill(self, text: str) -> str:
        return text.format_map(self.digests)

    @property
    def listing(self) -> Answer:
        """The images on the node, as the checks ask for them."""
        rows = [
            "{tag} {right}",
            "{repository}@{right} {right}",
            "{config} {right}",
            "registry.k8s.io/kube-scheduler:v1.36.4 {scheduler}",
            "localhost:5000/kube-apiserver:mine {copy}",
            "{copy_config} {copy}",
            "docker.io/library/nginx:1.29 {nginx}",
            "{nginx_config} {nginx}",
            "{nameless} {nameless}",
        ]
        return Answer(self.fill("\n".join(rows)) + "\n")

    def judge(
        self, name: str, answers: Sequence[Answer | NodeFile | Unknown], facts: Facts | None = None, **params: str
    ) -> Judgement:
        """Judge answers, given in the order of the check's asks."""
        check, left = REGISTRY[name], list(answers)
        given = check.takes(**params)
        seen = asked(check, given, facts or self.facts, lambda ask: left.pop(0))
        assert not left
        return told(check.judge(given, facts or self.facts, seen))

    @staticmethod
    def manifests(*files: tuple[str, str | bytes | NodeFile]) -> NodeFile:
        """The manifest directory with these files, by their contents or as they are."""
        entries = {
            name: file
            if isinstance(file, NodeFile)
            else NodeFile("file", file if isinstance(file, bytes) else file.encode())
            for name, file in files
        }
        return NodeFile("directory", entries=entries)

    def pod(self, image: str, name: str = "kube-apiserver") -> str:
        return (
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: kube-system}}\n"
            f'spec:\n  containers:\n  - name: {name}\n    image: "{self.fill(image)}"\n'
        )


@pytest.fixture
def world() -> World:
    return World()


WRONG = [
    ("{config}", "config-digest"),
    ("{right:.40}", "truncated-digest"),
    ("{hex:.12}", "truncated-digest"),
    ("{right:.70}", "truncated-digest"),
    ("{hex}", "no-algorithm"),
    ("sha256:abc", "not-a-digest"),
    ("sha256:{upper}", "not-a-digest"),
    ("sha512:{hex}", "not-a-digest"),
    ("{right}0", "not-a-digest"),
    ("v1.36.4", "not-a-digest"),
    ("{scheduler}", "other-component"),
    ("{scheduler_config}", "other-component"),
    ("{copy}", "relabelled-copy"),
    ("{copy_config}", "relabelled-copy"),
    ("{nginx_config}", "other-image"),
    ("{nginx}", "other-image"),
    ("{nameless}", "other-image"),
    ("{unknown}", "unknown-digest"),
]


@pytest.fixture(params=WRONG, ids=lambda row: f"{row[1]}:{row[0]}")
def wrong(request: Any, world: World) -> tuple[str, str]:
    """A digest that is not the right one, and the word for what it is."""
    text, reason = request.param
    return world.fill(text), reason
