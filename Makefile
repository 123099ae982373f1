# make        sets up .venv and runs the main job: tables, notebooks, figures, slides, workbook, evidence page
# make test   sets up .venv and runs the tests
# make ocr    adds what reading scans needs (300 MB)
# make dask   adds what runs over several machines need
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
READY  := $(VENV)/.ready

.PHONY: all setup ocr dask build notebooks figures slides workbook train test lint bench stress lock clean
.DEFAULT_GOAL := all

# goes on after a report that could not be read (status 1) and names it again at the end; the status stays 1
all: setup
	@status=0; \
	$(PY) -m analysis build || status=$$?; \
	if [ $$status -gt 1 ]; then exit $$status; fi; \
	$(PY) -m analysis notebooks || status=1; \
	$(PY) -m analysis figures || status=1; \
	$(PY) -m analysis slides || status=1; \
	$(PY) -m analysis export xlsx || status=1; \
	$(PY) -m analysis evidence || status=1; \
	$(PY) -m analysis failures; \
	exit $$status

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another with: make PYTHON=python3.12")'
	@echo "Installing the locked packages into $(VENV) (about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

ocr: setup
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ocr.lock

dask: setup
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dask.lock

build: setup
	$(PY) -m analysis build

notebooks: setup
	$(PY) -m analysis notebooks

figures: setup
	$(PY) -m analysis figures

slides: setup
	$(PY) -m analysis slides

workbook: setup
	$(PY) -m analysis export xlsx

train: setup
	$(PY) -m analysis train

test: setup
	$(PY) -m pytest -n 2 --dist worksteal

lint: setup
	$(PY) -m ruff check analysis tests benchmarks
	$(PY) -m ruff format --check analysis tests benchmarks

bench: setup
	$(PY) benchmarks/speed.py
	$(PY) benchmarks/formats.py

stress: setup
	$(PY) benchmarks/stress.py

# pins and hashes for every platform, no addresses
lock:
	$(VENV)/bin/uv pip compile pyproject.toml --group dev --universal -p 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements.lock
	for extra in ocr dask; do $(VENV)/bin/uv pip compile pyproject.toml --extra $$extra --group dev --universal -p 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -c requirements.lock -o requirements-$$extra.lock; done

clean:
	rm -rf $(VENV) data/processed/*.parquet data/processed/text data/processed/manifest.json data/processed/.store
