"""The walk in lines of text on the real cluster: typed ahead as by a script, and on a terminal as by a learner."""

import subprocess

import pexpect
import pytest
from live_program import Lab

READ_DIGEST = (
    "crictl inspect $(crictl ps -q --name '^kube-apiserver$') | jq -r .status.imageRef >/root/image-digest/digest"
)


@pytest.mark.long
def test_every_step_turns_when_the_lab_solves_it(digest: Lab) -> None:
    typed = [
        "",
        "hint",
        "solution",
        "y",
        "do",
        "y",
        "next",
        "do",
        "y",
        "next",
        "do",
        "y",
        "wait 0",
        "next",
        "n",
        "quit",
    ]
    done = subprocess.run(
        digest.argv("practice", "--plain", "image-digest"), env=digest.environment, text=True, capture_output=True,
        input="".join(f"{line}\n" for line in typed), timeout=600, check=False,
    )  # fmt: skip
    said = done.stdout
    assert (done.returncode, done.stderr) == (0, ""), said + done.stderr
    before, _, after = said.partition("image-digest/find> do\n")
    assert "✗ fails: The answer file holds the digest" in before
    assert "look with: " in before
    assert "Hint 1 of 3" in before
    assert "✓ passes: The answer file holds the digest" in after
    assert "image-digest/pin> do\n" in after
    assert "✓ passes: The manifest names the kube-apiserver's image by its own digest" in after
    assert "image-digest/run> do\n" in after
    assert "✓ passes: The running container was started from the digest" in after
    assert after.count("What was learnt") == 3
    assert "All steps of image-digest pass: 10 of 10 points.\nHints taken: 1. Solutions taken:" in after
    assert "opa-whitelist" in after.partition("image-digest/run> next\n")[2]
    assert digest.verify("image-digest", expect=0).score == (10, 10)
    digest("reset", "image-digest")


def test_a_step_turns_while_the_learner_waits_and_the_shell_comes_back(digest: Lab) -> None:
    argv = digest.argv("practice", "--plain", "image-digest/find")
    child = pexpect.spawn(
        argv[0], argv[1:], env=digest.environment, encoding="utf-8", dimensions=(200, 80), timeout=120
    )
    try:
        child.expect("image-digest/find> ")
        child.sendline("wait")
        child.expect("Ctrl-C comes back here")
        digest.node("echo sha256:0123 >/root/image-digest/digest")
        child.expect("✗ fails: The answer file")  # for another reason now
        child.expect("image-digest/find> ")
        child.sendline("shell")
        child.expect("root on the node")
        child.expect("# ")
        child.sendline(f"{READ_DIGEST}; exit")
        child.expect("Back in the lab")
        child.expect("image-digest/find> ")
        child.sendline("")
        child.expect("✓ passes: The answer file")
        child.expect("What was learnt")
        child.expect("image-digest/find> ")
        child.sendintr()
        child.expect(f"lab --name {digest.name} practice --plain image-digest/find")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
    assert child.exitstatus == 130
    assert digest.verify("image-digest/find", expect=0).score == (3, 3)
