# make app   sets itself up and serves the app on http://127.0.0.1:8501
# make test  sets itself up and runs every check and test, the browser's too
#
# make check   ruff, mypy and import-linter only     make format  lets ruff tidy up
# make bench   the benchmarks                        make clean   removes what the others made
#
# Nothing but Python 3.11+, make and git is needed beforehand. Variables:
#   PYTHON       the Python to make .venv from                     make app PYTHON=python3.12
#   PIP_ARGS     more arguments for pip, say an index of CPU-only torch
#   PYTEST_ARGS  what pytest gets instead of "two processes"        make test PYTEST_ARGS='-x tests/core'
#   BROWSER=no   asks for no browser: with PYTEST_ARGS="-m 'not browser'"
#   CHROMIUM     the browser of the tests, where it has an unusual place
#   STREAMLIT_SERVER_PORT, STREAMLIT_SERVER_ADDRESS  where the app listens
#   BNVIZ_PROCESSES  how many processes train; two if not set, one on a single processor

PYTHON ?= python3
PIP_ARGS ?=
PYTEST_ARGS ?= -n 2 --dist loadfile
BROWSER ?= yes
export PYTHON PIP_ARGS

# One thread for every numerical library: two on a busy two-core machine are many times slower.
export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1

ifdef CI
export STREAMLIT_SERVER_HEADLESS = true
endif

BIN := .venv/bin

.PHONY: app test check format bench clean setup-app setup-dev setup-browser help
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

app: setup-app
	@exec $(BIN)/python -m bnviz app

test: setup-browser check
ifeq ($(BROWSER),no)
	$(BIN)/python -m pytest $(PYTEST_ARGS)
else
	CHROMIUM="$$(scripts/setup.sh browser)" $(BIN)/python -m pytest $(PYTEST_ARGS)
endif

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f bnviz/assets/player/vega.js

setup-app:
	@scripts/setup.sh app

setup-dev:
	@scripts/setup.sh dev

setup-browser: setup-dev
ifneq ($(BROWSER),no)
	@scripts/setup.sh browser >/dev/null
endif
