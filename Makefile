# One way to each end. `make setup` stands first in all of them and is done once per lock.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
PYTEST ?= -n auto
BENCH ?= storage

.DEFAULT_GOAL := help
.PHONY: help setup kerberos run test check format bench lock debian clean

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

setup: $(LOCKED) ## Make .venv from nothing, every dependency checked against its hash

kerberos: setup ## Add sign-on by Kerberos: builds gssapi, needs gcc and libkrb5-dev
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-kerberos.lock

run: setup ## Make a small province, take it in over HTTP and serve it on 127.0.0.1
	$(BIN)/vankho demo

test: setup debian ## Run every test (PYTEST="-x tests/api" chooses)
	$(BIN)/pytest $(PYTEST)

check: setup ## Format, lint, types and floors; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache --no-logo

format: setup ## Format the code and mend what ruff can mend by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## Measure against the bars (BENCH=name chooses)
	$(BIN)/vankho bench $(BENCH) --json

lock: ## Resolve the locks anew from pyproject.toml; needs uv
	$(UV_COMPILE) pyproject.toml -o requirements.lock
	$(UV_COMPILE) pyproject.toml --extra bench --group dev -o requirements-dev.lock
	$(UV_COMPILE) pyproject.toml --extra kerberos -o requirements-kerberos.lock

clean: ## Back to a fresh clone: no .venv, no caches
	rm -rf $(VENV) dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# No index, no file and no machine may be named in a lock: whoever installs brings their own.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# The stamp is written last, so that a setup cut off half-way is taken up again.
$(LOCKED): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	    { echo "vankho needs Python 3.11 to 3.13: make setup PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) cannot make a venv: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

debian: ## Debian packages the tests need: installed when root, named when not
	@missing=""; for name in $$(sed 's/#.*//' tools/debian_packages.txt); do \
	    dpkg-query -W -f '$${Status}' $$name 2>/dev/null | grep -q 'ok installed' \
	        || missing="$$missing $$name"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -qq -y --no-install-recommends $$missing; } \
	        || echo "not installed, their tests are skipped:$$missing" >&2; \
	else \
	    echo "missing Debian packages, wanted by the tests:$$missing" >&2; \
	fi
