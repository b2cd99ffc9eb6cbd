# The first target of a fresh checkout is `make demo`; every target sets up what it needs.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,\
  $(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
DEV = $(VENV)/.ready-dev

.PHONY: demo dev test test-torch lint format docs cases mistakes ops pictures gallery bench bench-cluster bench-grading bench-diagnosis fuzz check build autograder clean

demo: $(READY)  ## solve a real problem step by step, then check a sheet with two mistakes in it
	$(BIN)/backprop solve problems/three-layer-relu.yaml --verify
	$(BIN)/backprop check problems/answers/three-layer-relu.yaml --exit-zero

test: $(DEV)  ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile

test-torch: $(DEV)  ## every problem and 500 random networks beside PyTorch, which is installed for it
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[torch]'
	$(BIN)/python -m pytest tests/torch

lint: $(DEV)  ## style, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)  ## put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DEV)  ## run every example of the documentation
	$(BIN)/python -m pytest tests/docs

cases: $(DEV)  ## remake the golden outputs under tests/cases; review them as a diff
	$(BIN)/python -m tests.cases.remake
	git --no-pager diff --stat -- tests/cases

mistakes: $(DEV)  ## remake docs/mistakes.md from the catalogue of mistakes
	$(BIN)/python -m tests.docs.remake_mistakes

ops: $(DEV)  ## remake docs/ops.md from the catalogue of operations
	$(BIN)/python -m tests.docs.remake_ops

pictures: $(DEV)  ## draw the terminal pictures of the README anew
	$(BIN)/python -m tests.docs.remake_pictures

gallery: $(DEV)  ## remake problems/README.md from the problems and their sheets of answers
	$(BIN)/python -m tests.problems.remake_index

bench: $(DEV)  ## speed as ratios, side by side
	$(BIN)/python benchmarks/bench.py

bench-cluster: $(DEV)  ## a class on a Dask cluster of this machine, against its own processes
	$(BIN)/python benchmarks/cluster.py

bench-grading: $(DEV)  ## grading at full size: 20,000 and 50,000 submissions, some ten minutes
	$(BIN)/python benchmarks/grading.py --submissions 20000 --large 50000

bench-diagnosis: $(DEV)  ## injected mistakes: how many are named rightly
	$(BIN)/python -m benchmarks.diagnosis

SECONDS ?= 60
TARGETS ?=
fuzz: $(DEV)  ## look for texts that break the readers (SECONDS for each of TARGETS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]' \
	  || echo "atheris cannot be installed for this Python"
	$(BIN)/python -m fuzz --seconds $(SECONDS) $(TARGETS)

check: lint test  ## everything that has to be green

build: $(DEV)  ## the wheel and the source archive
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build

autograder: $(READY)  ## the archive for Gradescope: make autograder PROBLEM=hw1.yaml [REVEAL=hint]
	@test -n "$(PROBLEM)" || { echo "say which: make autograder PROBLEM=hw1.yaml"; exit 1; }
	$(BIN)/python ci/gradescope/build.py $(PROBLEM)$(if $(REVEAL), --reveal $(REVEAL))

dev: $(DEV)  ## a virtual environment for working on backprop

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and was not found"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist
