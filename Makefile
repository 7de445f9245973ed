# Two commands do everything: `make demo` runs the quickstart, `make test` the tests. Each creates .venv if needed.
# JOBS=4 make test runs the tests in four processes instead of two.
# PYTHON=/path/to/python3 make ... uses that Python instead of the first one found that is 3.11 or later.

BIN = .venv/bin
JOBS = 2
DEMO = $(BIN)/atomglass run workflows/quickstart.toml --out demo --workers 2 && $(BIN)/atomglass collect demo && $(BIN)/atomglass report demo

export PYTHON

.DEFAULT_GOAL = help
.PHONY: help environment demo test test-extended test-slow lint docs examples wheel-test clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 22

environment:  ## create .venv (the other targets do so if needed)
	@.ci/bootstrap

demo: environment  ## make glasses, modes, tables and figures in demo/ (about two minutes)
	$(DEMO)

test: environment  ## run the quick tests
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

test-extended: environment  ## run what CI adds: clusters, browsers, other programs, kills, exact laws of sampling
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "extended and not slow"

test-slow: environment  ## run the tests that take minutes each
	$(BIN)/python -m pytest -m slow

lint: environment  ## check style, types, import layers, kernels and docstrings, the map of the code
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/check_code.py
	$(BIN)/python .ci/draw_architecture.py --check

docs: environment  ## build the documentation site, build/docs/index.html; a warning is an error
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	$(BIN)/python -m sphinx -W --keep-going --quiet docs build/docs

examples: environment  ## execute the notebooks in examples/
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[examples]'
	$(BIN)/python .ci/run_examples.py

wheel-test: environment  ## build the wheel, install it in an empty environment, and run a tiny study
	.ci/wheel-test

clean:  ## remove .venv, caches, builds and demo/
	rm -rf .venv build dist demo docs/_generated *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find atomglass tests -name __pycache__ -prune -exec rm -rf {} +
