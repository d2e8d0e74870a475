"""Image names, beside what github.com/distribution/reference v0.6.0 says of the same texts.

references.jsonl was written by its `ParseNormalizedNamed` and `TagNameOnly`; `full` is the name, `error` why there
is none.
"""

import json
from pathlib import Path

import pytest

from lab.webhook.reference import LONGEST, BadReference, Reference, parse

RECORDED = [json.loads(line) for line in (Path(__file__).parent / "references.jsonl").read_text().splitlines()]
HEX = "0123456789abcdef" * 4
STRICTER = {"exam_ple.com/a": "a registry must be a host name"}


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: ascii(recorded["text"][:40]))
def test_as_recorded(recorded: dict[str, str]) -> None:
    text = recorded["text"]
    if "error" in recorded or text in STRICTER or text.startswith(("sha256:", "sha512:")):
        with pytest.raises(BadReference):
            parse(text)
    else:
        found = parse(text)
        assert (str(found), found.domain) == (recorded["full"], recorded["domain"])


def test_the_record_has_both_kinds() -> None:
    assert sum("full" in recorded for recorded in RECORDED) > 60
    assert sum("error" in recorded for recorded in RECORDED) > 60


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("nginx", ("docker.io", "library/nginx", "latest", "")),
        ("index.docker.io/acme/app:1", ("docker.io", "acme/app", "1", "")),
        ("localhost:5000/app", ("localhost:5000", "app", "latest", "")),
        ("localhost/app:1", ("localhost", "app", "1", "")),
        (f"nginx@sha256:{HEX}", ("docker.io", "library/nginx", "", f"sha256:{HEX}")),
        (f"nginx:latest@sha256:{HEX}", ("docker.io", "library/nginx", "latest", f"sha256:{HEX}")),
    ],
)
def test_parts(text: str, parts: tuple[str, str, str, str]) -> None:
    assert parse(text) == Reference(*parts)


@pytest.mark.parametrize("text", [HEX, f"sha256:{HEX}", "sha256:0123abcd", "sha512:0", "sha256:"])
def test_an_image_id_is_no_name(text: str) -> None:
    """containerd would run whatever image of that id is on the node, whatever registry it came from."""
    with pytest.raises(BadReference, match="is an image id"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("acme/App", "has upper case"),
        ("nginx:", "has a tag that cannot be"),
        ("nginx:" + "a" * 129, "has a tag that cannot be"),
        ("a b", "is no image name"),
        ("x.io/" + "a" * 256, "more than 255 characters"),
        (f"nginx@sha256:{HEX[1:]}", "has a digest of 63 digits where sha256 has 64"),
        (f"nginx@sha256:{HEX.upper()}", "other signs than"),
        (f"nginx@md5:{HEX[:32]}", "digest of an unknown kind"),
        ("x" * (LONGEST + 1), "is longer than"),
    ],
)
def test_why_not(text: str, why: str) -> None:
    with pytest.raises(BadReference, match=why):
        parse(text)


@pytest.mark.parametrize("text", ["a-" * 500, "a." * 500 + "!", "x.io/" + "a-" * 480, "a/" * 500 + ":", "-" * 1000])
def test_long_texts_end(text: str) -> None:
    """Patterns that try again and again would not come to an end on these."""
    with pytest.raises(BadReference):
        parse(text)
