"""docs/faults.md is what its recognisers' data make of it."""

import runpy
from pathlib import Path

import yaml

from lab.why.diagnosis import REGISTRY

ROOT = Path(__file__).parents[3]


def test_the_page_is_current() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "faults.py"))
    assert made["PAGE"].read_text() == made["page"](), "make faults"


def test_the_faults_of_the_live_table_are_known() -> None:
    rows = yaml.safe_load((ROOT / "tests" / "live" / "faults.yaml").read_text())
    assert {row["named"] for row in rows} <= set(REGISTRY)
    assert len({row["name"] for row in rows}) == len(rows) >= 50
