# make demo  – install, make the database, load the demo city, serve on http://127.0.0.1:8000
# make test  – install what the tests need (browser included), check the code, run all tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo serve test test-fast test-pages lint format bench translations clean

demo: $(VENV)/installed
	$(BIN)/matchmaker init --demo
	$(BIN)/matchmaker serve --port $(PORT)

serve: $(VENV)/installed
	$(BIN)/matchmaker serve --port $(PORT)

test: lint browser
	$(BIN)/pytest -n 2 --dist loadgroup

# Rules, services, matching, scheduling and printing. Leaves out the pages (`make test-pages`), and what drives a browser,
# kills processes, encodes much text or tries thousands of cases.
test-fast: $(VENV)/installed-for-tests
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow and not e2e" --ignore=tests/web

test-pages: $(VENV)/installed-for-tests
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow" tests/web

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-for-tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All of them, whatever each says; fails at the end if one missed a bar.
bench: $(VENV)/installed-for-tests
	@missed=; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || missed="$$missed $$script"; done; \
	  [ -z "$$missed" ] || { echo "Bars missed or failed:$$missed"; exit 1; }

# Collect new texts into the English catalogue; then translate what is new and run `make demo`.
translations: $(VENV)/installed-for-tests
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k CN_:1c,2 -k lazy_gettext --no-location --sort-output -w 120 \
	  -o matchmaker/translations/messages.pot matchmaker
	$(BIN)/pybabel -q update -N --no-fuzzy-matching -w 120 -l en -i matchmaker/translations/messages.pot -d matchmaker/translations
	$(BIN)/pybabel -q compile -d matchmaker/translations

.PHONY: browser
browser:
	@command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi "noto.*cjk" || { \
	  sudo=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	  $$sudo apt-get update -q && $$sudo apt-get install -y -q --no-install-recommends chromium fontconfig fonts-noto-cjk; }

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python setup.cfg pyproject.toml matchmaker/translations/en/LC_MESSAGES/messages.po
	$(BIN)/pip install -q -e .
	$(BIN)/pybabel -q compile -d matchmaker/translations
	touch $@

$(VENV)/installed-for-tests: $(VENV)/installed
	$(BIN)/pip install -q -e ".[test,dev]"
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
