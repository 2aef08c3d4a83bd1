# Everything runs by these names. `make demo` and `make test` need only Python 3.11+, make and the registries.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SOURCES := gateway schemas parsers builders translation settlement ledger reporting store simulators tests

.PHONY: install demo test test-fast test-long test-faults check fuzz bench docs golden demo-day pictures lock chromium

install: $(STAMP)

$(STAMP): requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements.txt
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: install
	@$(BIN)/finality demo

test: install chromium
	$(BIN)/python -m pytest tests -n 2

test-fast: install
	$(BIN)/python -m pytest tests -m "not slow and not faults and not browser"

test-long: install chromium
	FINALITY_EXAMPLES=2000 $(BIN)/python -m pytest tests

test-faults: install
	$(BIN)/python -m tests.faults --each 20

# Ten minutes of bytes nobody would send; what goes wrong is kept in tests/crashers. SEED=7 replays a run.
fuzz: install
	$(BIN)/python -m tests.fuzz --minutes 10 $(if $(SEED),--seed $(SEED))

bench: install
	$(BIN)/finality bench

check: install
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_tidy.py
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml

# docs/reference, from the tables; docs/corpus.md where ../shared lies beside the checkout.
docs: install
	$(BIN)/python -m tests.reference

golden: install
	FINALITY_GOLDEN=rewrite $(BIN)/python -m pytest tests/golden

# The page of the demo's story, and its pictures.
demo-day: install chromium
	FINALITY_PICTURES=rewrite $(BIN)/python -m pytest tests/browser/test_demo_day.py

# The desk's pictures in docs/desk, drawn anew by the tests that answer the desk's questions.
pictures: install chromium
	FINALITY_PICTURES=rewrite $(BIN)/python -m pytest tests/browser -k "question"

lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	    --extra test --extra check pyproject.toml -o requirements.txt

# A browser for the browser tests, where apt can bring one; without it those tests say they were skipped.
chromium:
	@command -v chromium >/dev/null || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	    (apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium) >/dev/null 2>&1 || true; }
