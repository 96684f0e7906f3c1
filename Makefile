# The only commands people and .ci/run use. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := /usr/bin/chromium
# With no part named, several work side by side, two more than there are cores: tests wait for browsers and servers.
# Each takes whole files, whose tests share what was costly to set up. A part alone starts faster in one process.
CORES = -n $(shell $(BIN)/python -c 'import os; print(min(8, os.cpu_count() + 2))') --dist loadfile --no-loadscope-reorder
PYTEST = $(BIN)/python -m pytest $(if $(T),$(T),$(CORES))
# Without compiled bytecode every process compiles all its imports again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo run install test lint fix lock bench drill .runnable .installed .chromium

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .runnable ## serve a demo clinic on 127.0.0.1:8000, or another PORT, until Ctrl-C
	@exec $(BIN)/python -m backend.config.supervisor --demo

run: .runnable ## serve without demo data
	@exec $(BIN)/python -m backend.config.supervisor

install: .installed ## make .venv and install everything into it

test: .installed .chromium ## run the tests, on PostgreSQL what uses the database and then all; or a part with T=path
	@$(if $(T),,$(BIN)/python -m tests.on_postgresql $(CORES))
	@$(PYTEST)

lint: .installed ## check style, types, import layers, migrations and settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m mypy
# Without its cache, which tells files apart by the second and so misses quick edits.
	$(BIN)/python $(BIN)/lint-imports --no-cache
	$(BIN)/python -W error manage.py makemigrations --check --dry-run
	$(BIN)/python -W error manage.py check --fail-level WARNING

fix: .installed ## repair what lint can repair by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock"
lock: .installed ## write requirements*.txt anew from requirements*.in; UPGRADE=1 takes newer releases
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements-dev.in -o requirements-dev.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements-pdf.in -o requirements-pdf.txt

bench: .installed ## measure the estimators against floors of the same run
	@$(BIN)/python -m benchmarks

drill: .installed .chromium ## run the tests with ten times the examples, all that use the database on PostgreSQL too
	@HYPOTHESIS_PROFILE=drill $(BIN)/python -m tests.on_postgresql $(CORES)
	@HYPOTHESIS_PROFILE=drill $(PYTEST)

# The environment keeps copies of the locks it satisfies and is brought up to date when one differs. The lock for
# development holds the other one whole, so whoever has it can run Ebb too.
.runnable: LOCKS := requirements.txt
.installed: LOCKS := requirements-dev.txt requirements.txt
.runnable .installed:
	@test -x $(BIN)/python && cmp -s $(firstword $(LOCKS)) $(VENV)/$(firstword $(LOCKS)) && exit 0; \
	stop() { echo "$$1" >&2; exit 1; }; \
	if ! $(BIN)/python -m pip --version > /dev/null 2>&1; then \
		command -v $(PYTHON) > /dev/null || stop "$(PYTHON) is not there: Ebb needs Python 3.11 or newer; name one with make PYTHON=..."; \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
			|| stop "$$($(PYTHON) --version 2>&1) is too old: Ebb needs Python 3.11 or newer; name one with make PYTHON=..."; \
		$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null \
			|| stop "Python's venv module is missing: on Debian or Ubuntu install the package python3-venv"; \
		$(PYTHON) -m venv --clear $(VENV) || exit 1; \
	fi; \
	echo "Installing $(firstword $(LOCKS)) into $(VENV) (about a minute)"; \
	$(BIN)/python -m pip install -qq --no-input --disable-pip-version-check --compile --no-deps --require-hashes -r $(firstword $(LOCKS)) \
		&& cp $(LOCKS) $(VENV)/

# Browser tests use the system's Chromium. Only root on Debian can get it here; elsewhere those tests are skipped and say why.
APT = timeout 300 apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=20
.chromium:
	@if [ ! -x $(CHROMIUM) ] && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "Installing Chromium for the browser tests"; \
		{ $(APT) update && DEBIAN_FRONTEND=noninteractive $(APT) install -y --no-install-recommends chromium; } > /dev/null \
			|| echo "Chromium could not be installed: the browser tests will be skipped"; \
	fi
