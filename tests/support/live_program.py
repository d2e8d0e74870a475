"""The `lab` program as the live tests run it, and what it answers."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Lab:
    """The `lab` program for one cluster name."""

    name: str
    state: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LAB_STATE_HOME": str(self.state),
            "KUBECONFIG": str(self.state / "users-kubeconfig"),
            **self.env,
        }

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "lab", "--name", self.name, *arguments]

    def __call__(
        self, *arguments: str, expect: int | None = 0, timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.argv(*arguments), env=self.environment, text=True, capture_output=True, timeout=timeout, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        if expect is not None:
            assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def verify(self, *selectors: str, expect: int | None = None) -> "Verified":
        done = self("verify", *selectors, "--format", "json", expect=expect)
        assert done.stdout, done.stderr
        return Verified(json.loads(done.stdout), done.returncode)

    def node(self, script: str, *, input: bytes | None = None, check: bool = True) -> str:
        """Run bash on the node as the learner would, but past `lab`, so that a bug there hides nothing."""
        argv = [
            "docker",
            "exec",
            *(["-i"] if input is not None else []),
            f"{self.name}-control-plane",
            "bash",
            "-c",
            script,
        ]
        done = subprocess.run(argv, input=input, capture_output=True, check=False, timeout=600)
        if check:
            assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


@dataclass
class Verified:
    """A JSON report and the exit code that came with it."""

    report: dict[str, Any]
    code: int

    @property
    def score(self) -> tuple[int, int]:
        return self.report["score"]["earned"], self.report["score"]["possible"]

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        return {
            check["id"]: check
            for exercise in self.report["exercises"]
            for step in exercise["steps"]
            for check in step["checks"]
        }

    def reason(self, check: str) -> str:
        return str(self.checks[check]["reason"])

    def verdict(self, check: str) -> str:
        return str(self.checks[check]["verdict"])


def images_of(lab: Lab) -> dict[str, Any]:
    """What `lab up` recorded of the images, by component."""
    record = json.loads((lab.state / "clusters" / lab.name / "cluster.json").read_text())
    return {image["name"].rpartition("/")[2].partition(":")[0]: image for image in record["images"]}
