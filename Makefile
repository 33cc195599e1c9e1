# make run: the product, with everything it needs. make test: what CI runs. make help: the rest.
.DEFAULT_GOAL := help
.PHONY: help run demo test lint browser bench screenshots

VENV := .venv
PYTHON := $(VENV)/bin/python
# Tests and checks read no setting of the shell they are called from, but CI.
CLEAN := env -i PATH="$(CURDIR)/$(VENV)/bin:$$PATH" HOME="$$HOME" LANG=C.UTF-8 CI="$$CI" TMPDIR="$${TMPDIR:-/tmp}" \
	PLAYWRIGHT_BROWSERS_PATH="$$PLAYWRIGHT_BROWSERS_PATH" PYTHONDONTWRITEBYTECODE="$$PYTHONDONTWRITEBYTECODE"

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed  ## start the product on PORT (default 8000); Ctrl-C stops it
	@exec $(PYTHON) -m config.embedded

demo: $(VENV)/.installed  ## a copy of its own plays the sample hand-offs from post to webhook
	@exec $(PYTHON) -m config.embedded.demo

test: lint browser  ## lint, then every test
	@$(CLEAN) $(PYTHON) -m pytest -n 2 --dist loadgroup

lint: $(VENV)/.installed-dev  ## format, style, types, imports, settings, migrations
	@$(CLEAN) ruff format --check --quiet .
	@$(CLEAN) ruff check --quiet .
	@$(CLEAN) mypy .
	@$(CLEAN) lint-imports
	@$(CLEAN) python manage.py check --deploy --fail-level WARNING
	@$(CLEAN) python manage.py makemigrations --check --dry-run

browser:  ## the Chromium of the browser tests, installed where root may
	@sh .ci/browser

bench: $(VENV)/.installed-dev  ## measure; SMOKE=1 only shows that the benchmarks run
	@$(CLEAN) python -m benchmarks $(if $(SMOKE),--smoke)

screenshots: $(VENV)/.installed-dev  ## take the pictures of docs/ from a running product of their own
	@$(CLEAN) python -m tests.pictures

$(VENV)/bin/python:
	@for candidate in python3 python3.11 python3.12 python3.13 python3.14 python; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$($$candidate --version)"; \
			$$candidate -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); \
			echo "$$candidate has no venv module that works (Debian: apt-get install python3-venv)." >&2; exit 1; \
		fi; \
	done; \
	echo "No Python 3.11 or newer was found. Install one, then run make again." >&2; exit 1

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.installed
