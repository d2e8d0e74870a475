"""docs/webhook.md says of the server what is true."""

import re
import subprocess
import sys

import pytest
import yaml

from lab.webhook import listener, log, review, server, service
from lab.webhook.metrics import Metrics
from lab.webhook.policy_file import read

from .serving import ROOT

TEXT = (ROOT / "docs/webhook.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TEXT.splitlines() if line.startswith("|")]
SOURCE = "".join(path.read_text() for path in sorted((ROOT / "lab/webhook").glob("*.py")))


def first_cells(beginning: str) -> list[str]:
    return [name for row in ROWS for name in re.findall(r"`([^`]+)`", row[0]) if name.startswith(beginning)]


@pytest.mark.parametrize("program", ["lab.webhook", "lab webhook serve"])
def test_flags(program: str) -> None:
    argv = [sys.executable, "-m", *program.split(), "--help"]
    shown = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    known = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
    assert {name.split()[0] for name in first_cells("--")} == known
    for language, block in BLOCKS:
        if "lab.webhook" in block or "lab webhook serve" in block or "/etc/image-policy-webhook" in block:
            used = set(re.findall(r"(?<![\w-])--[a-z-]+", block))
            assert used - known <= {"--no-install-recommends"}, language


def test_metrics() -> None:
    shown = {line.split()[2] for line in Metrics().text().decode().splitlines() if line.startswith("# TYPE image_")}
    documented = {name.partition("{")[0] for name in first_cells("image_policy_webhook_")}
    assert documented == {name for name in shown if not name.endswith("_created")}


def test_events() -> None:
    table = TEXT.partition("| `event` | When |")[2].partition("\n\n")[0]
    documented = {name for line in table.splitlines() for name in re.findall(r"`([^`]+)`", line.split(" | ")[0])}
    written = set(re.findall(r'(?:log\.info\(|event, values = )"([a-z-]+)"', SOURCE))
    watched = {f"{what}-unreadable" for what in re.findall(r'_look\("([a-z]+)"', SOURCE)}
    assert documented == written | watched


@pytest.mark.parametrize(
    "said",
    [
        f"more than {review.MOST_CONTAINERS} containers",
        f"more than {service.LARGEST_BODY // 2**20} MiB |",
        f"more than {service.LARGEST_READ // 2**20} MiB |",
        f"handshake, header or body in {listener.HANDSHAKE:.0f} s each",
        f"without a request is closed after {listener.IDLE:.0f} s",
        f"have begun have {server.PATIENCE:.0f} s to end",
        f"({log.MOST_IMAGES} images, {log.MOST_ANNOTATIONS} annotations, {log.LONGEST_TEXT} characters of a text)",
    ],
)
def test_numbers(said: str) -> None:
    assert said in " ".join(TEXT.split())
    assert {listener.HANDSHAKE, listener.HEADER, listener.BODY} == {10.0}
    assert server.POLL == 0.5  # "twice a second"


def test_the_policy_is_right() -> None:
    policy = next(block for language, block in BLOCKS if language == "yaml" and "forbidden_tags" in block)
    assert read(policy.encode()).digest_rules


def test_every_yaml_is_one() -> None:
    kinds = [yaml.safe_load(block).get("kind") for language, block in BLOCKS if language == "yaml"]
    assert kinds == [None, "AdmissionConfiguration", "Config", "Pod"]


TABLE = TEXT.partition("| What arrives | Answer |")[2].partition("\n\n")[0]
TESTED = {
    "an ImageReview that the policy allows": "test_server.py::test_allowed_and_denied",
    "an ImageReview with an image that the policy refuses": "test_server.py::test_allowed_and_denied",
    "an image that is no image reference": "test_review.py::test_no_image_reference",
    "no JSON, or not in UTF-8": "test_fuzz.py::test_a_server_denies",
    "JSON nested too deeply, `NaN`, a key twice, a number of thousands of digits": "test_fuzz.py::test_a_server_denies",
    "another `kind` or `apiVersion`, or none": "test_fuzz.py::test_a_server_denies",
    "`spec`, `containers` or an `image` missing, empty or of another type": "test_fuzz.py::test_a_server_denies",
    "more than 1024 containers": "test_fuzz.py::test_a_server_denies",
    "a body of more than 1 MiB": "test_server.py::test_a_body_that_is_too_large_is_denied",
    "a `Content-Type` other than `application/json`, or none": "test_server.py::test_content_types",
    "a body with `Content-Encoding` (it is not unpacked)": "test_server.py::test_a_compressed_body_is_not_unpacked",
    "a fault in the webhook itself": "test_server.py::test_a_fault_of_the_webhook_denies",
    "`GET`, `PUT` or another method on `/check-image`": "test_server.py::test_other_requests",
    "another path": "test_server.py::test_other_requests",
    "an `Expect` other than `100-continue`": "test_server.py::test_another_expectation",
    "HTTP that is none, a header of more than 8 KiB": "test_server.py::test_http_that_is_none",
    "no client certificate, or one that is not trusted or expired": "test_server.py::test_clients_that_are_not_trusted",
    "TLS older than 1.2, or none": "test_server.py::test_old_tls_is_refused",
    "a client that does not finish its handshake, header or body in 10 s each": (
        "test_server.py::test_a_client_that_stops_talking_is_closed"
    ),
    "a body of more than 32 MiB": "test_server.py::test_a_body_beyond_all_measure",
}
"""The test that holds a row of the table of answers."""


def test_every_answer_is_tested() -> None:
    rows = [line.strip("|").partition(" | ")[0].strip() for line in TABLE.splitlines()[2:]]
    assert rows == list(TESTED)
    for place in TESTED.values():
        file, _, name = place.partition("::")
        assert f"def {name}(" in (ROOT / "tests/webhook" / file).read_text(), place
