# `make help` lists the targets. Everything is installed into .venv from the lock; nothing else is assumed.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
TEST_STATE := $${LAB_STATE_HOME:-$(HOME)/.local/state/cks-lab-test}
TEST_ENV := LAB_STATE_HOME=$(TEST_STATE)

# Most of the time API servers are waited for, so the live tests run on two clusters side by side, in four parts of at
# most an hour. Each also runs alone: make live-first, make live-second, make live-third, make live-fourth.
SECOND := $(addprefix tests/live/,test_image_policy_webhook.py)
THIRD := $(addprefix tests/live/,test_opa_whitelist.py test_tui_walk.py)
FOURTH := tests/live/test_why.py
ONLY ?=

.PHONY: help lab test test-all live live-first live-second live-third live-fourth check slow bench screenshots recording faults format lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

lab: $(VENV)/.runtime ## set up, make the cluster, open the TUI (without a terminal: say what next)
	@$(BIN)/lab

test: check slow ## set up and run all tests but the longest, the live ones on two clusters of their own
	@$(MAKE) --no-print-directory live ONLY='-m "not long"'

test-all: check slow ## every test there is, the long ones too
	@$(MAKE) --no-print-directory live

# The engine is installed and started once, before two labs would both do it.
live: $(VENV)/.dev
	@$(BIN)/lab doctor --fix >/dev/null || true
	@$(MAKE) --no-print-directory -k -j 2 live-second live-first live-third live-fourth

live-first: $(VENV)/.dev
	$(TEST_ENV) $(BIN)/python -m pytest tests/live $(addprefix --ignore ,$(SECOND) $(THIRD) $(FOURTH)) --durations=20 $(ONLY)

live-second live-third live-fourth: live-%: $(VENV)/.dev
	LAB_STATE_HOME=$(TEST_STATE)-$* LAB_TEST_NAME=$${LAB_TEST_NAME:-cks-lab-test}-$* \
		$(BIN)/python -m pytest $(FILES) --durations=20 $(ONLY) 2>&1 | sed -u 's/^/$*: /'
live-second: FILES = $(SECOND)
live-third: FILES = $(THIRD)
live-fourth: FILES = $(FOURTH)

check: $(VENV)/.dev ## format, lint, types, imports, exercise data, fast tests
	$(BIN)/ruff format --check --quiet lab tests bench docs
	$(BIN)/ruff check --quiet lab tests bench docs
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/lab lint
	$(BIN)/python -m pytest tests --ignore tests/live -q -n auto -m "not slow"

slow: $(VENV)/.dev
	$(BIN)/python -m pytest tests --ignore tests/live -q -n auto -m slow

bench: $(VENV)/.dev ## speeds, as ratios within one run
	$(TEST_ENV) $(BIN)/python -m bench

screenshots: $(VENV)/.runtime ## draw docs/screens/*.svg anew, from a recorded cluster
	@$(BIN)/python docs/screenshots.py

faults: $(VENV)/.runtime ## write docs/faults.md anew, from the recognisers of lab why
	@$(BIN)/python docs/faults.py

recording: $(VENV)/.runtime ## record docs/screens/lab.cast anew, on a cluster of its own (cks-lab-recording)
	@$(BIN)/python docs/recording.py

format: $(VENV)/.dev ## let ruff format and mend the code
	$(BIN)/ruff format lab tests bench docs
	$(BIN)/ruff check --fix lab tests bench docs

lock: $(VENV)/.dev ## pin the dependencies anew: versions and hashes, no addresses
	$(INSTALL) uv
	$(BIN)/uv pip compile -q pyproject.toml requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --upgrade -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml requirements.in --extra dev -c requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements-dev.lock

clean: ## remove what make made in this folder
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.python:
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) \
		|| { echo "Installing python3-venv"; apt-get update -qq; apt-get install -y -qq python3-venv; \
		     $(PYTHON) -m venv --clear $(VENV); }
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	@echo "Installing what lab needs"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing what its tests need"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
