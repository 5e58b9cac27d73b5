# Everything from Python 3.11 or newer and make. Bare `make` is help.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test test-slow chaos lint bench bench-engine bench-faults clean lock

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## Make .venv with everything in it, pinned by hash

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Tocsin needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv (the first time a minute or two)" >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: $(READY) ## Kafka, both workers and the sample articles; Ctrl-C ends it
	@$(BIN)/tocsin up --seed || [ $$? -eq 130 ] # Ctrl-C is how one ends it

test: $(READY) ## The test suite, real Kafka included
	$(BIN)/pytest -n 2 --dist loadfile

test-slow: $(READY) ## The slow suites: faults of all kinds, three brokers, the wheel alone, a real Prometheus
	$(BIN)/pytest -n 2 --dist loadfile -m slow

chaos: $(READY) ## Faults of all kinds over the whole monitor: SEED=7, or SEED="1 2 3"; MINUTES=5 of each
	TOCSIN_CHAOS_SEED="$(or $(SEED),1)" TOCSIN_CHAOS_MINUTES="$(or $(MINUTES),0)" \
	  $(BIN)/pytest -q -s -m slow tests/exactly_once/test_chaos.py

lint: $(READY) ## Style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(READY) ## Speed and quality of reading and watching, beside what one would pick instead: 15 minutes
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(BIN)/python -m bench
	$(BIN)/python -m bench.watching.matches
	$(BIN)/python -m bench.watching.restore
	$(BIN)/python -m bench.watching.stories
	$(BIN)/python -m bench.watching.bursts

bench-engine: $(READY) ## Throughput and latency of the engine beside bare aiokafka, Faust, quixstreams, bytewax: 7 minutes
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --target .bench-peers --require-hashes -r requirements-peers.lock
	$(BIN)/python -m bench.engine

bench-faults: $(READY) ## Take-over, recovery of state, a soak, and Faust's own exactly_once under kills: 20 minutes
	$(BIN)/python -m bench.engine.takeover
	$(BIN)/python -m bench.watching.restore 100000
	$(BIN)/python -m bench.engine.faust_alone
	$(BIN)/python -m bench.engine.soak

lock: $(READY) ## Renew the lock files from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -c requirements.lock pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -c requirements-dev.lock --group bench -o requirements-bench.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --group peers -o requirements-peers.lock

clean: ## Remove what was built here; Kafka's data under .tocsin/ stay
	rm -rf .venv .bench-peers dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
