"""A cluster as `lab up` recorded it, the images on its node, and every way in which a digest can be wrong."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from lab.checks.base import REGISTRY, Answer, Facts, ImageFact, Judgement, Observation, Unknown

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

    def judge(self, name: str, answers: Sequence[Answer | Unknown], **params: str) -> Judgement:
        """Judge answers, given in the order of the check's asks."""
        check = REGISTRY[name]
        given = check.takes(**params)
        asks = list(check.asks(given, self.facts, Observation()))
        assert len(asks) == len(answers)
        return check.judge(given, self.facts, Observation(dict(zip(asks, answers, strict=True))))

    @staticmethod
    def manifests(*files: tuple[str, str | bytes]) -> Answer:
        """The manifest directory with these files, as the node's script prints it."""
        rows = []
        for name, content in files:
            raw = content if isinstance(content, bytes) else content.encode()
            rows.append(f"{base64.b64encode(name.encode()).decode()} {base64.b64encode(raw).decode()}\n")
        return Answer("".join(rows))

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
