# make demo · make test · make check · make bench — each makes what it needs and is quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TORCH := 2.13.0
# make soak SOAK=tests/journeys/test_faults.py runs a part of it.
SOAK ?= tests/journeys/test_faults.py tests/journeys/test_twitch_live.py tests/store/test_disk_faults.py \
        tests/collect/test_irc_follower.py tests/collect/test_bombs.py
# Two at a time, each module whole in one of them; in the order of the folders, whose long ones come early.
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadgroup --no-loadscope-reorder

DEMO := build/demo
DEMO_SERVE ?= 1
DEMO_SEED ?= 1

ifneq ($(wildcard ../shared/data),)
export HUBBUB_DATA ?= $(abspath ../shared/data)
endif

.PHONY: demo test test-fast soak mutants check bench docs clean core dev

demo: core  ## Simulate a stream, find its topics, write report.html, serve it
	@mkdir -p $(DEMO)
	@echo "Simulating one stream of the synthetic channel …"
	@$(BIN)/hubbub simulate --archive $(DEMO)/archive --seed $(DEMO_SEED)
	@$(BIN)/hubbub report --archive $(DEMO)/archive --output report.html
	@echo
	@echo "The ten biggest topics:"
	@$(BIN)/hubbub topics --archive $(DEMO)/archive --limit 10
	@echo
	@echo "The page is report.html."
ifneq ($(DEMO_SERVE),0)
	@$(BIN)/hubbub serve --archive $(DEMO)/archive --report report.html
endif

test: dev  ## Pass every test but those marked slow
	$(PYTEST) -m "not slow"

test-fast: dev  ## Leave out the browser too
	$(PYTEST) -m "not slow and not browser"

soak: dev  ## Run the faults at their long sizes
	HUBBUB_SOAK=1 $(BIN)/python -m pytest --durations=0 --durations-min=1 $(SOAK)

mutants: dev  ## Plant mistakes in a copy of the package; each must be caught by its test
	$(BIN)/python -m tests.mutants

check: dev  ## Lint, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench  ## Measure against the stated limits and named peers
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python -m benchmarks

docs: core  ## Write the generated pages anew
	$(BIN)/python docs/generate.py

core: $(VENV)/.core
dev: $(VENV)/.dev

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hubbub needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.python pyproject.toml
	$(PIP) install --quiet --editable .
	@touch $@

# A build of torch for the processor, never the CUDA one that a bare name brings on Linux: the version with "+cpu" where
# it is at hand, else from PyTorch's own index of such builds; other systems have no other build than that.
$(VENV)/.dev: $(VENV)/.core
	@if [ "$$(uname -s)-$$(uname -m)" = Linux-x86_64 ]; then \
	  $(PIP) install --quiet "torch==$(TORCH)+cpu" 2>/dev/null \
	  || $(PIP) install --quiet "torch==$(TORCH)+cpu" --extra-index-url https://download.pytorch.org/whl/cpu; \
	else $(PIP) install --quiet "torch==$(TORCH)"; fi
	$(PIP) install --quiet --editable ".[dev]"
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) install --quiet --editable ".[bench]"
	@touch $@

clean:  ## Remove what was made
	rm -rf $(VENV) build report.html
