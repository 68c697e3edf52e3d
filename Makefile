# Two commands: `make run` runs the site on this machine, `make test` checks everything.
# README.md says more. PYTHON=… chooses another Python, HOST=… and PORT=… another address.

PYTHON ?= python3
BIN := .venv/bin
# A file's tests stay together, because they share a running site; slow files come first, which
# tests/conftest.py sees to.
PARALLEL := --numprocesses auto --dist loadfile --no-loadscope-reorder
SITE := $(BIN)/python -I factcheck/supervisor.py
# It is ours to choose; a value left over from another project would be loaded instead.
unexport DJANGO_SETTINGS_MODULE
# With it each of some two hundred processes of `make test` would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run manage test checks test-sqlite format schema venv venv-dev

help:
	@echo 'make run     set up what is missing, then run the site until Ctrl-C'
	@echo 'make test    lint, types, import contracts, migrations, and every test'
	@echo 'make format  put the code into the shape that make test asks for'
	@echo 'make schema  write docs/openapi.yaml anew, after a change of the API'
	@echo "make manage ARGS='…'  run a management command on the site of make run"

run: venv
	@exec $(SITE)

manage: venv
	@exec $(SITE) manage $(ARGS)

# PYTEST='-k word' narrows the tests down. Those on SQLite leave processors idle, so the checks run
# beside them.
test: venv-dev
	@$(MAKE) --no-print-directory --jobs=2 checks test-sqlite
	@echo '== tests on PostgreSQL' && sh tests/on_postgres.sh $(PARALLEL) $(PYTEST)

# They need the settings, not a site: DEBUG gives them a key.
checks: venv-dev
	@echo '== format'          && $(BIN)/ruff format --check --quiet --diff .
	@echo '== lint'            && $(BIN)/ruff check --quiet .
	@echo '== types'           && DEBUG=true $(BIN)/mypy
	@echo '== import contracts' && $(BIN)/lint-imports --no-logo
	@echo '== migrations'      && DEBUG=true $(BIN)/python manage.py makemigrations --check

test-sqlite: venv-dev
	@echo '== tests on SQLite' && $(BIN)/python -m pytest --quiet $(PARALLEL) $(PYTEST)

format: venv-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

schema: venv-dev
	@DEBUG=true $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

# The environment is brought up to date only when the list of requirements has changed.
venv:
	@sh factcheck/venv.sh '$(PYTHON)' requirements.txt

venv-dev:
	@sh factcheck/venv.sh '$(PYTHON)' requirements.txt requirements-dev.txt
