# Everything that is done to the lab, one line each: `make` prints them.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --use-pep517 -c constraints.txt
# Two processes keep two cores busy; tests that wait for servers and sweeps leave room for a third. What the tests of a file
# share (a browser, a search) is made once, for they run in one process; the quick ones, at the end, fill it up.
PYTEST := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder --numprocesses

unexport PYTHONDONTWRITEBYTECODE  # each of many hundred processes would compile the lab anew

QUICK := $(addprefix tests/,contracts network rules scoring sequences training evaluation observers test_rng.py test_instantiation.py test_capacity.py) rnn_lab

.DEFAULT_GOAL := help
.PHONY: help train ui gallery quick test test-hydra14 test-newest check audit format clean

help:  ## this page
	@printf 'rnn-lab: a research bench for recurrent networks in NumPy\n\n'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile
	@printf '\nOverrides go in ARGS: make train ARGS="data=sunspots seed=1"\n'

train: .venv/.runtime  ## train a network (sine by default), and say where to look
	@$(BIN)/python scripts/train.py $(ARGS)

ui: .venv/.runtime  ## look at your runs in MLflow's own pages
	@PYTHONWARNINGS=ignore $(BIN)/python scripts/ui.py $(ARGS)

gallery: .venv/.runtime  ## draw every sequence and task, and measure what is easy about it
	@$(BIN)/python scripts/gallery.py

quick: .venv/.dev  ## unit and contract tests: a verdict within a minute
	@$(PYTEST) 2 -m 'not slow' $(QUICK) $(ARGS)

test: .venv/.dev  ## the whole test suite
	@$(PYTEST) 3 $(ARGS)

test-hydra14: .venv-hydra14/.dev  ## the sweeper's tests on Hydra 1.4's pre-release, in an environment of its own
	@.venv-hydra14/bin/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder -W 'ignore:The version_base parameter' -W 'ignore:hydra.utils.instantiate' \
		tests/sweeping tests/contracts/test_executors.py $(ARGS)

test-newest: .venv-newest/.dev  ## the whole suite on the newest versions that pyproject.toml allows, in an environment of its own
	@.venv-newest/bin/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.dev  ## formatting, lint, types, layering, then the tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(PYTEST) 3 $(ARGS)

audit:  ## known vulnerabilities of the pinned packages, by pip-audit, which asks its service on the network
	@$(PYTHON) -m pip_audit --version >/dev/null 2>&1 || { \
		printf 'Nothing is audited: pip-audit is not installed for %s (%s -m pip install pip-audit).\n' '$(PYTHON)' '$(PYTHON)' >&2; exit 1; }
	@$(PYTHON) -m pip_audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off

format: .venv/.dev  ## put the code into its one format
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .

clean:  ## remove the environments and the caches; your runs stay
	@rm -rf .venv .venv-hydra14 .venv-newest *.egg-info build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, made once, and brought up to date when the pins or the project's own needs change.
RECENT_PYTHON = $(shell command -v $(PYTHON) >/dev/null && $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))')

define environment
$(if $(wildcard $(BIN)/python),,$(if $(filter True,$(RECENT_PYTHON)),,$(error rnn-lab needs Python 3.11 or newer, which "$(PYTHON)" is not: name one, as in "make PYTHON=python3.12")))
@printf 'Setting up .venv with the pinned packages (the first time takes a minute) ...\n'
@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
endef

.venv/.runtime: pyproject.toml constraints.txt
	$(environment)
	@$(PIP) -e .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt
	$(environment)
	@$(PIP) -e '.[dev]'
	@touch .venv/.runtime $@

.venv-hydra14/.dev: .venv/.dev
	@$(BIN)/python -m venv --clear .venv-hydra14
	@grep -v -e '^hydra-core==' -e '^omegaconf==' -e '^antlr4-' constraints.txt > .venv-hydra14/constraints.txt
	@.venv-hydra14/bin/python -m pip --disable-pip-version-check install -qq --use-pep517 -c .venv-hydra14/constraints.txt \
		'hydra-core==1.4.0rc3' -e '.[dev]'
	@touch $@

.venv-newest/.dev: pyproject.toml .venv/.dev
	@$(BIN)/python -m venv --clear .venv-newest
	@.venv-newest/bin/python -m pip --disable-pip-version-check install -qq --use-pep517 --upgrade -e '.[dev]'
	@touch $@
