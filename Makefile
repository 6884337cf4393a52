# The same Python makes the environment and runs the setup; shims that do not work are passed over.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; \
	done; echo python3)
SETUP = @$(PYTHON) tools/setup.py
# `make lock UPGRADE=--upgrade` takes the newest versions; else those locked are kept where they fit.
UPGRADE ?=
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/uv pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links $(UPGRADE)

# The Node that the setup may have installed comes before an older one of the machine.
NPM = PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix

.DEFAULT_GOAL := help
.PHONY: help demo test lint format lock chaos bench bench-screen screens geo clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile

demo: ## set up, then start the whole city and show where the page is
	$(SETUP)
	@exec .venv/bin/cityhub demo

test: ## set up for tests, then check and test everything
	$(SETUP) --for test
	@$(MAKE) --no-print-directory lint
	$(NPM) dashboard test
	.venv/bin/pytest -n 2 --dist loadfile -m "not (chaos or browser or system)"
	.venv/bin/pytest -m "chaos or browser or system"

lint: ## check style and types, of Python and of the page
	$(SETUP) --for test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	$(NPM) dashboard run lint
	$(NPM) dashboard run typecheck

format: ## format the Python code and fix what can be fixed
	$(SETUP) --for test
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

lock: ## compile all lock files again (UPGRADE=--upgrade for newer versions)
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && \
		.venv-lock/bin/pip install --quiet uv; }
	$(COMPILE) pyproject.toml requirements/build.in -o requirements/runtime.txt
	$(COMPILE) pyproject.toml requirements/build.in --extra dev -c requirements/runtime.txt \
		-o requirements/dev.txt
	@for list in $(filter-out build,$(basename $(notdir $(wildcard requirements/*.in)))); do \
		$(COMPILE) requirements/$$list.in -o requirements/$$list.txt || exit; done
	@for folder in dashboard hub/broker/embedded tests/asyncapi; do [ ! -f $$folder/package.json ] || \
		$(NPM) $$folder install --package-lock-only --omit-lockfile-registry-resolved; done

chaos: ## kill and cut the real processes under load
	$(SETUP) --for test
	CITYHUB_CHAOS=long .venv/bin/pytest -m "chaos or long"

bench: ## measure throughput, latency, CPU and memory on this machine
	$(SETUP)
	@exec .venv/bin/cityhub bench

bench-screen: ## measure the screen in a real browser, against what it is held to
	$(SETUP) --for test
	@exec .venv/bin/python -m tests.browser.bench

screens: ## make the pictures of docs/screens again
	$(SETUP) --for test
	@exec .venv/bin/python -m tests.browser.screens

geo: ## make the page's maps again from their sources
	$(SETUP) --for geo
	PYTHONPATH=tools .venv-geo/bin/python -m geo

clean: ## remove what is built or installed (the city's data stays; `cityhub reset` removes it)
	rm -rf .venv .venv-* dashboard/dist dashboard/node_modules hub/broker/embedded/node_modules \
		tests/asyncapi/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find hub sensors scenarios tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
