# Two commands on a fresh machine with Python 3.11 or newer: `make demo`, `make test`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SCRIPTS := transforms/publications/map/web/*.js
# A file's tests share a worker, and with it their fixtures; the long ones come first.
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: help demo run test test-unit test-system test-real coverage hunt bench faults ground check fix lock image release clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

# Older pip cannot install a lock with extras by hash, so a pinned uv does. Bytecode is
# compiled now: otherwise every command's first start would pay for it.
$(READY): requirements.lock requirements-uv.lock pyproject.toml Makefile
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes \
		--compile-bytecode --requirements requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps \
		--no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)  ## the whole job on simulated feeds: ends in a map
	$(BIN)/hexbeat demo

run: $(READY)  ## the main job: make run FORCE=kent FROM=2023-01 TO=2024-12 SOURCE=folder
	$(BIN)/hexbeat run --force $(FORCE) $(if $(FROM),--from $(FROM)) \
		$(if $(TO),--to $(TO)) $(if $(SOURCE),--source $(SOURCE))

test: $(READY)  ## all tests
	$(PYTEST)

test-unit: $(READY)  ## tests of the code alone, in this process: minutes
	$(PYTEST) -m "not system and not realdata"

test-system: $(READY)  ## tests with Prefect, a browser, servers, whole runs
	$(PYTEST) -m "system and not realdata"

test-real: $(READY)  ## tests on the real archive beside the checkout
	$(PYTEST) -m "realdata"

coverage: $(READY)  ## all tests again, with the lines that none of them runs
	$(PYTEST) --cov --cov-report=term:skip-covered

hunt: $(READY)  ## property tests on other examples each time: make hunt TIMES=10
	for _ in $$(seq $(or $(TIMES),1)); do \
		$(PYTEST) -m hypothesis --hypothesis-profile hunt || exit; done

bench: $(READY)  ## every stage beside its rival: make bench ROWS=20M STAGES=ingest
	$(BIN)/python -m benchmarks $(if $(ROWS),--rows $(ROWS)) $(if $(STAGES),--stages $(STAGES)) \
		$(if $(CACHE),--cache $(CACHE))

faults: $(READY)  ## kills, races, flips and cuts, to docs/reliability.md: over half an hour
	$(BIN)/python -m tests.faults --write
	$(BIN)/python -m tests.faults --broken --write

ground: $(READY)  ## the open ground again: make ground BOUNDARIES=folder LOOKUPS=folder PLACES=cities500.json
	$(BIN)/python -m transforms.publications.layers.open_ground.derive \
		$(BOUNDARIES) $(LOOKUPS) $(PLACES) transforms/publications/layers/open_ground/ground.json

check: $(READY)  ## format, lint, types, import rules, generated docs, deployments
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/oxfmt --check $(SCRIPTS)
	$(BIN)/oxlint $(SCRIPTS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.docs --check
	$(BIN)/python -m tests.deployments

fix: $(READY)  ## format, lint and regenerate what can be
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/oxfmt $(SCRIPTS)
	$(BIN)/python -m tests.docs

lock: $(READY)  ## renew requirements.lock, the image's from it, and uv's
	echo uv | $(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade \
		--python-version 3.11 --no-header --no-annotate --output-file requirements-uv.lock -
	$(BIN)/uv pip compile --quiet --universal --no-strip-extras --generate-hashes \
		--upgrade --extra dev --python-version 3.11 --no-header \
		--output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --no-strip-extras --generate-hashes \
		--upgrade --extra dask --extra feeds --extra s3 --python-version 3.11 --no-header \
		--constraint requirements.lock \
		--output-file deploy/requirements.lock pyproject.toml

image: $(READY)  ## build the image without a registry and run it, as root: twenty minutes
	deploy/image/build build/image
	$(BIN)/python -m tests.image build/image

release: $(READY)  ## wheel, SBOM, image id and checksums of this commit, to dist/
	deploy/release $(BIN)

clean:  ## forget the environment, the demo, the image and the release
	rm -rf .venv demo build dist
