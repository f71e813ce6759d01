# The verbs of Palaver. `make` alone lists them.
# Everything is installed into .venv and node_modules; a stamp file says what is up to date.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
PIP = $(PYTHON) -m pip --python .venv/bin/python --disable-pip-version-check
BIN = .venv/bin
WEB_SOURCES = $(shell find web -path web/node_modules -prune -o -type f -print 2>/dev/null)

# What was compiled once is not compiled again by every process that tests start; `clean` removes it.
test check check-unit: export PYTHONDONTWRITEBYTECODE =
.DEFAULT_GOAL := help
.PHONY: help run install install-care test check unit format web web-check lock bench care-quality care-train docs sbom audit clean

help:  ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: install  ## Install what is missing, start Palaver and print a link that opens it signed in
	@PALAVER_HOME="$${PALAVER_HOME:-$(CURDIR)/.palaver}" exec $(BIN)/palaver serve

install: .venv/.stamp-runtime web  ## Install what running needs

install-care: install .venv/.stamp-care  ## Install the encoder of the extra `care` as well (see docs/care/models/encoder.md)

test: .venv/.stamp-dev web  ## Install what is missing and run every check and test
	@requirements/debian.sh
	@$(MAKE) --no-print-directory -j2 check-style check-types web-check web-test
	@$(BIN)/pytest --numprocesses=$(SIDES) --dist=loadfile

# How many tests run side by side: each has servers and browsers of its own, so no more than there are cores.
SIDES ?= $(shell $(PYTHON) -c 'import os; print(max(os.cpu_count() or 1, 2))')

check: .venv/.stamp-dev  ## Format, lint, floors, types and unit tests, in seconds
	@$(MAKE) --no-print-directory -j2 check-style check-types check-unit

.PHONY: check-style check-types check-unit
check-style: .venv/.stamp-dev
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/lint-imports --no-logo

check-types: .venv/.stamp-dev
	@$(BIN)/basedpyright --level error

check-unit: .venv/.stamp-dev
	@$(BIN)/pytest -q --numprocesses=$(SIDES) --dist=loadfile tests/unit tests/architecture

format: .venv/.stamp-dev  ## Format the code and mend what can be mended
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

lock: .venv/.stamp-dev  ## Lock what requirements/*.in ask for, by version and hash
	@PATH="$(CURDIR)/$(BIN):$$PATH" requirements/lock.sh

bench: .venv/.stamp-runtime  ## Measure speed and weight beside two reference relays (see docs/performance.md)
	@$(BIN)/python bench/run.py $(BENCH)

care-quality: .venv/.stamp-runtime  ## Measure the rules for danger in words on public sets (DATA=folder; see docs/care/quality.md)
	@$(BIN)/python bench/care_quality.py $(DATA)
	@$(BIN)/python bench/care_statements.py
	@$(BIN)/python bench/care_answers.py

care-train: .venv/.stamp-train .venv/.stamp-train-encoder  ## Train what reads words anew, from public sets (DATA=folder; see docs/care/data.md)
	@training/care/train.sh "$(DATA)"

docs: .venv/.stamp-dev  ## Write the pages that come from the code
	@$(BIN)/python docs/reference/write.py

sbom: .venv/bin/python  ## Write what Palaver is made of as CycloneDX JSON, to dist/sbom.json
	@.venv/bin/python requirements/sbom.py dist/sbom.json
	@echo "dist/sbom.json"

audit: .venv/.stamp-audit  ## Ask whether what is locked has known holes, where somebody can be asked
	@.venv/audit/bin/python requirements/audit.py

.venv/.stamp-audit: requirements/audit.txt | .venv/bin/python
	@$(PYTHON) -m venv --without-pip .venv/audit
	@$(PYTHON) -m pip --python .venv/audit/bin/python --disable-pip-version-check install --quiet --require-hashes -r requirements/audit.txt
	@touch $@

.venv/.stamp-train-encoder: requirements/train-encoder.txt requirements/train-start.txt | .venv/bin/python
	@$(PYTHON) -m venv --without-pip .venv/train-encoder
	@$(PYTHON) -m pip --python .venv/train-encoder/bin/python --disable-pip-version-check install --quiet --require-hashes -r requirements/train-encoder.txt
	@$(PYTHON) -m pip --python .venv/train-encoder/bin/python --disable-pip-version-check install --quiet --no-deps --require-hashes -r requirements/train-start.txt
	@touch $@

.venv/.stamp-train: requirements/train.txt | .venv/bin/python
	@$(PYTHON) -m venv --without-pip .venv/train
	@$(PYTHON) -m pip --python .venv/train/bin/python --disable-pip-version-check install --quiet --require-hashes -r requirements/train.txt
	@touch $@

clean:  ## Remove what was installed and built; your data in .palaver stays
	rm -rf .venv web/node_modules src/palaver/web/dist .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests clients packages -name node_modules -prune -o -name __pycache__ -prune -exec rm -rf {} +

# --- Python ---

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Palaver needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m venv --without-pip .venv

.venv/.stamp-runtime: requirements/build.txt requirements/runtime.txt pyproject.toml clients/python/pyproject.toml | .venv/bin/python
	@echo "Installing Palaver into .venv"
	@$(PIP) install --quiet --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	@$(PIP) install --quiet --no-build-isolation --no-deps --editable clients/python --editable .
	@touch $@

.venv/.stamp-care: .venv/.stamp-runtime requirements/care.txt packages/palaver-care/pyproject.toml
	@echo "Installing the encoder that reads how somebody is"
	@$(PIP) install --quiet --require-hashes -r requirements/care.txt
	@$(PIP) install --quiet --no-build-isolation --no-deps --editable packages/palaver-care
	@touch $@

.venv/.stamp-dev: .venv/.stamp-care requirements/dev.txt
	@echo "Installing what checks and tests need into .venv"
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

# --- The web client ---

ifneq ($(wildcard web/package-lock.json),)
web: web/node_modules/.stamp-built  ## Build the web client

.PHONY: web-check web-test
web-check: web/node_modules/.stamp-installed
	@npm --prefix web run --silent check

web-test: web/node_modules/.stamp-installed
	@npm --prefix web run --silent test

web/node_modules/.stamp-installed: web/package-lock.json
	@command -v npm >/dev/null || { echo "Palaver's page is built with Node 20 or newer and npm."; exit 1; }
	@echo "Installing what the page is built with"
	@npm --prefix web ci --loglevel=error --no-audit --no-fund
	@touch $@

web/node_modules/.stamp-built: web/node_modules/.stamp-installed $(WEB_SOURCES)
	@echo "Building the page"
	@npm --prefix web run --silent build -- --logLevel=warn
	@touch $@
else
web web-check web-test:
endif
