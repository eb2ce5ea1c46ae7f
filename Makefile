# Everything starts from a bare python3 (3.11 or newer) and make; see README.md.
PYTHON ?= python3
CONFIG ?= config.toml
ARGS ?=
JOBS ?= auto

VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
CHECKS := tests/test_imports.py tests/test_style.py tests/test_locales.py
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(UPGRADE)
EVERYTHING := pyproject.toml --extra postgres --extra fast --group build

.PHONY: help try run test check bench crash messages lock clean
.DELETE_ON_ERROR:

# An environment that moved, or whose Python went away, is set up again.
$(shell test -x $(BIN)/python && grep -qsxF '$(CURDIR)' $(VENV)/.made || rm -f $(VENV)/.made)

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

try: $(VENV)/.for-run ## Try the bot with phones on a page of your own, without any account
	@$(BIN)/python -m bot try $(ARGS)

run: $(VENV)/.for-run ## The real thing, with the settings in config.toml (or CONFIG=file)
	@$(BIN)/python -m bot run --config $(CONFIG) $(ARGS)

test: $(VENV)/.for-work ## All tests but the long ones (ARGS=tests/flows for some, JOBS=0 for one at a time)
	@$(BIN)/python -m pytest -rs -n $(JOBS) --maxprocesses 4 --dist worksteal $(ARGS)

check: $(VENV)/.for-work ## Format, lint, types, who may import whom, and the texts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q -n $(JOBS) --maxprocesses 4 $(CHECKS)

bench: $(BENCH)/.made ## Speed, measured beside other bots in one run
	@$(BENCH)/bin/python -m benchmarks $(ARGS)

crash: $(VENV)/.for-work ## Kill the bot 300 times, and while 10,000 get a message, and count what was lost (CRASH_KILLS=n, CRASH_PEOPLE=n)
	@CRASH_KILLS=$${CRASH_KILLS:-300} CRASH_PEOPLE=$${CRASH_PEOPLE:-10000} $(BIN)/python -m pytest -rs --timeout 7200 \
		--log-cli-level=INFO --log-disable=bot.emulator.bot_api \
		--log-disable=alembic.runtime.migration --log-disable=alembic.runtime.plugins tests/crash $(ARGS)

messages: $(VENV)/.for-run ## Bring the texts in locales/ up to date with the code
	@$(BIN)/python -m bot.catalogues

lock: $(VENV)/.for-run ## Write down anew which versions are installed (UPGRADE=--upgrade for the newest)
	@$(COMPILE) --group lock -o requirements/lock.txt
	@$(COMPILE) $(EVERYTHING) -o requirements/run.txt
	@$(COMPILE) $(EVERYTHING) --group test --group lint --group pg --group browser \
		-c requirements/run.txt -o requirements/work.txt
	@$(COMPILE) $(EVERYTHING) --group bench -o requirements/bench.txt

clean: ## Throw away what these commands made, but no data
	@rm -rf $(VENV) $(BENCH) dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

# Making an environment: $(1) is its folder.
define make-venv
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "This needs Python 3.11 or newer, and $(PYTHON) is older: install a newer one and say which, as in make PYTHON=python3.12 try." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install it (on Debian and Ubuntu: sudo apt install python3-venv) and try again." >&2; exit 1; }
	@$(PYTHON) -m venv $$(test -x $(1)/bin/python || echo --clear) $(1)
endef

# Filling it: $(1) is its folder, $(2) its lock. uv takes seconds; where it does not work, pip does.
define install
	@echo "Setting up $(1); this takes a minute at most ..."
	@{ { $(1)/bin/python -m pip install --require-hashes -r requirements/lock.txt && \
		$(1)/bin/uv pip install --compile-bytecode --python $(1)/bin/python --require-hashes -r $(2) && \
		$(1)/bin/uv pip install --python $(1)/bin/python --no-deps --no-build-isolation -e .; } || \
		{ $(1)/bin/python -m pip install --require-hashes -r $(2) && \
		$(1)/bin/python -m pip install --no-deps --no-build-isolation -e .; }; } \
		>$(1)/install.log 2>&1 || { echo "Installing did not work: is there a network? The whole story is in $(1)/install.log." >&2; exit 1; }
endef

$(VENV)/.made:
	$(call make-venv,$(VENV))
	@echo '$(CURDIR)' >$@

$(VENV)/.for-run: $(VENV)/.made requirements/lock.txt requirements/run.txt
	$(call install,$(VENV),requirements/run.txt)
	@touch $@

$(VENV)/.for-work: $(VENV)/.made requirements/lock.txt requirements/work.txt
	$(call install,$(VENV),requirements/work.txt)
	@touch $@ $(VENV)/.for-run

$(BENCH)/.made: requirements/lock.txt requirements/bench.txt
	$(call make-venv,$(BENCH))
	$(call install,$(BENCH),requirements/bench.txt)
	@touch $@
