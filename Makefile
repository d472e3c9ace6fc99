# Sleeve. `make` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
export SLEEVE_HOME ?= $(CURDIR)/.sleeve
# Where `make report` writes, and the home it uses for a table of covers.
REPORT ?= report
REPORT_HOME := $(CURDIR)/.sleeve-report

.DEFAULT_GOAL := help
.PHONY: help install dev demo report test test-slow test-engines test-peers test-cluster test-all check fix lock screenshots pictures bundle bundle-text benchmarks clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(VENV)/.installed ## Set up .venv to run Sleeve (no PyTorch)

dev: $(VENV)/.dev ## Set up .venv to train, test and check as well

demo: $(VENV)/.installed ## Draw a catalogue, index it, answer a query, serve it until Ctrl-C
	@$(BIN)/sleeve demo

report: $(VENV)/.report ## Report on the catalogue of SLEEVE_HOME, or on a table: make report MANIFEST=covers.csv
ifdef MANIFEST
	@SLEEVE_HOME=$(REPORT_HOME) $(BIN)/sleeve add "$(MANIFEST)"
	@SLEEVE_HOME=$(REPORT_HOME) $(BIN)/sleeve index
	@SLEEVE_HOME=$(REPORT_HOME) $(BIN)/sleeve report -o "$(REPORT)"
else
	@$(BIN)/sleeve report -o "$(REPORT)"
endif

test: $(VENV)/.dev ## Run the tests (SQLite, PostgreSQL, FAISS, HTTP), but for the slow ones
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -m "not slow"

test-slow: $(VENV)/.dev ## Run the slow tests: whole reports, whole trainings, kill rounds, services in trouble, most of the web app
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -m "slow and not engines" --numprocesses=3

# The Milvus of the tests listens to every network that there is, and Ray to the first: they are started where there is none.
WITHOUT_NETWORK = $(shell for way in "unshare --net" "unshare --net --map-current-user --keep-caps"; do \
	$$way true 2>/dev/null && echo "$$way" && break; done)

test-engines: $(VENV)/engines/.installed ## Run the tests of an index on a server: pgvector and Milvus
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(WITHOUT_NETWORK) $(VENV)/engines/bin/python -m pytest -n 0 -m engines -rs

test-peers: $(VENV)/peers/.installed ## Run the tests with programs that take or make our files, in an environment of their own
	@$(VENV)/peers/bin/python -m pytest -n 0 tests/indexer/training/test_with_fastai.py tests/indexer/exporting/test_embedding_atlas_opens_it.py

test-cluster: $(VENV)/ray/.installed ## Run the tests that need Ray, in an environment of their own
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(WITHOUT_NETWORK) $(VENV)/ray/bin/python -m pytest -n 0 -o faulthandler_timeout=400 tests/cluster

test-all: test test-slow test-engines test-peers test-cluster ## Run every test

check: $(VENV)/.dev ## Check style, types (Linux, macOS, Windows) and import rules; change nothing
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/ruff check --quiet .
	@printf '%s\n' linux darwin win32 | xargs -P 2 -I '{}' $(BIN)/mypy --no-error-summary --platform '{}' --cache-dir '.mypy_cache/{}'
	@$(BIN)/lint-imports --no-logo

fix: $(VENV)/.dev ## Format the code, repair what can be repaired, write docs/commands.md
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python -m typer service.cli.whole utils docs --name sleeve --title Commands --output docs/commands.md

# PyTorch has files of its own: where an index offers its build without graphics cards, that is installed instead of PyPI's.
LOCK = $(BIN)/uv pip compile -q - -c constraints.txt --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header

IMAGE_EXTRAS = --extra parquet --extra storage --extra milvus

LOCKED_EXTRAS = --extra parquet --extra storage --extra train --extra report --extra dev

lock: $(VENV)/.installed ## Write requirements*.txt again, but requirements-torch-cpu.txt: hashes, at the versions of constraints.txt
	@$(PIP) -c constraints.txt uv
	@printf 'pip\nsetuptools>=80\n' | $(LOCK) pyproject.toml -o requirements.txt
	@printf 'pip\nsetuptools>=80\n' | $(LOCK) pyproject.toml $(IMAGE_EXTRAS) -o requirements-image.txt
	@printf 'torch; python_version < "3"\ntorchvision; python_version < "3"\n' > $(VENV)/without-torch.txt
	@printf 'pip\nsetuptools>=80\n' | $(LOCK) pyproject.toml --override $(VENV)/without-torch.txt $(LOCKED_EXTRAS) -o requirements-dev.txt
	@printf 'torch\ntorchvision\n' | $(LOCK) -o requirements-torch.txt

screenshots: $(VENV)/.dev ## Take pictures of every view of the web app, into screenshots/
	@$(BIN)/python -m tests.web.screenshots

pictures: $(VENV)/.dev ## Take the README's pictures again
	@$(BIN)/python -m tests.web.screenshots --readme

bundle: $(VENV)/.dev ## Export the shipped ImageNet bundle again from its weights
	@$(BIN)/python -m indexer.training.imagenet_weights

bundle-text: $(VENV)/.dev ## Write the bundle of SLEEVE_HOME once more with a text opinion: make bundle-text BUNDLE=FOLDER
	@$(BIN)/python -m indexer.training.bundle_text "$(BUNDLE)"

benchmarks: $(VENV)/.dev ## Run the benchmarks and print their tables
	@for name in decoding embedding; do $(BIN)/python -m benchmarks.$$name || exit 1; done

clean: ## Remove the environment and the demo's data
	@rm -rf $(VENV) .sleeve/demo
	@! [ -d .sleeve ] || rmdir .sleeve 2>/dev/null || echo ".sleeve has a catalogue of your own, which stays"

$(VENV)/.installed: pyproject.toml requirements.txt
	@echo "Setting up $(VENV) (about half a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sleeve needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# They see what .venv has; on their own they would install PyTorch once more.
$(VENV)/peers/.installed $(VENV)/engines/.installed $(VENV)/ray/.installed: $(VENV)/.dev
	@echo "Adding the extra $(notdir $(@D)) (up to a minute) …"
	@$(BIN)/python -m venv $(@D)
	@purelib='import sysconfig; print(sysconfig.get_path("purelib"))'; \
		$(BIN)/python -c "$$purelib" > "$$($(@D)/bin/python -c "$$purelib")/sleeve.pth"
	@$(@D)/bin/python -m pip --disable-pip-version-check -qq install -c constraints.txt -e '.[$(notdir $(@D))]'
	@touch $@

$(VENV)/.report: $(VENV)/.installed
	@echo "Adding what the report needs …"
	@$(PIP) -c constraints.txt -e '.[report]'
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.txt requirements-torch.txt requirements-torch-cpu.txt
	@echo "Adding what training, testing and checking need (about a minute) …"
	@$(PIP) --no-deps --require-hashes -r requirements-dev.txt
	@$(PIP) --no-deps --require-hashes -r requirements-torch-cpu.txt 2>/dev/null || \
		$(PIP) --no-deps --require-hashes -r requirements-torch.txt
	@$(PIP) -c constraints.txt -e '.[train,report,dev]'
	@touch $@
