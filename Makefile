# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= auto
TARGETS ?=
NODE_STAMP := node_modules/.package-lock.json

.PHONY: demo fuzz test check check-site prove bench clean compiled lock system sbom audit

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) tools/bootstrap.py $(VENV)

system: $(STAMP)
	$(BIN)/python tools/system.py

demo: system
	$(BIN)/python -m tools.demo

test: system
	$(BIN)/python -m pytest -n $(WORKERS) -m "not prove" --timeout 600

prove: system check audit
	$(BIN)/python tools/system.py prove
	$(BIN)/python -m pytest -n $(WORKERS)

# Guided by coverage; docs/fuzzing.md.
fuzz: system
	$(BIN)/python -m tests.fuzz.run $(or $(SECONDS),60) $(TARGETS)

check: $(STAMP) check-site
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/vulture
	$(BIN)/deptry .

# Biome and tsc on site/: needs Node, which only this needs.
check-site: $(STAMP)
	$(BIN)/python tools/system.py site
	@if command -v npm >/dev/null; then $(MAKE) -s $(NODE_STAMP) && npm run --silent check; \
	else echo "check-site is skipped: there is no npm" >&2; fi

$(NODE_STAMP): package-lock.json
	npm ci
	touch $@

bench: system
	@echo "runners: cts.py pages.py relevance.py browser_search.py scale.py; see bench/README.md"

# The parser and its renderers compiled with mypyc, and the same tests run on them.
compiled: $(STAMP)
	$(BIN)/python tools/compile_markup.py build/compiled
	PYTHONPATH=build/compiled $(BIN)/pytest -q -n $(WORKERS) -m "not prove" tests/markup

lock:
	$(PYTHON) tools/lock.py

# What ships, with versions, hashes and licences (CycloneDX).
sbom: $(STAMP)
	$(BIN)/python -m tools.sbom

# Known weaknesses of the locked packages; says so where no database can be asked.
audit: $(STAMP)
	$(BIN)/python tools/audit.py

clean:
	rm -rf build dist .kb .pytest_cache .mypy_cache .ruff_cache .hypothesis
