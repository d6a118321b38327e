# Narrator's few commands. Everything happens in .venv; nothing needs root, Docker or a token.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# NARRATOR_VOICES=light leaves out the neural English voice (about 170 MB).
STUDIO_LOCK := $(if $(filter light,$(NARRATOR_VOICES)),locks/studio.lock,locks/neural.lock)
LOCK_WITH := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q
LOCK := $(BIN)/uv pip compile pyproject.toml $(LOCK_WITH)
AS_LOCKED := --quiet --only-binary :all: --require-hashes
PIP := $(BIN)/python -m pip install --disable-pip-version-check $(AS_LOCKED)

.PHONY: help setup setup-dev run test check bench messages lock clean

help: ## What there is to run
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready-$(notdir $(STUDIO_LOCK)) ## Make .venv with the locked dependencies

.venv/bin/python:
	@$(PYTHON) bin/fit.py
	@$(PYTHON) -m venv .venv

# uv takes a sixth of pip's time and compiles nothing that nobody imports. It does not know the indexes that pip was told
# of, nor every machine: where it cannot, pip does the same.
.venv/tried-uv: locks/uv.lock | .venv/bin/python
	@$(PIP) --no-compile -r $< || true
	@touch $@

.venv/ready-%.lock: locks/%.lock .venv/tried-uv
	@$(BIN)/uv pip install --python $(BIN)/python $(AS_LOCKED) -r $< || $(PIP) -r $<
	@touch $@

setup-dev: setup .venv/ready-dev.lock

run: setup ## Start the studio and print its address
	@exec $(BIN)/python manage.py studio

test: setup-dev ## Run every test, a real browser included
	@$(BIN)/python -m tests.run

check: setup-dev ## Format, lint, types, layers, migrations, deployment settings, known vulnerabilities
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	@NARRATOR_HTTPS=1 $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python bin/audit.py locks/*.lock

bench: setup-dev ## Measure the figures the README quotes
	@$(BIN)/python -m bench

messages: setup-dev ## Bring locale/ up to date with the sentences in the sources
	@$(BIN)/python bin/messages.py

lock: setup-dev ## Resolve the dependencies again and write locks/
	@$(LOCK) --extra dev --extra neural --extra browser -o .venv/all.lock
	@$(LOCK) -c .venv/all.lock -o locks/studio.lock
	@$(LOCK) --extra neural -c .venv/all.lock -o locks/neural.lock
	@$(LOCK) --extra dev -c .venv/all.lock -o locks/dev.lock
	@$(LOCK) --extra browser -c .venv/all.lock -o locks/browser.lock
	@echo uv | $(BIN)/uv pip compile - $(LOCK_WITH) -c .venv/all.lock -o locks/uv.lock

clean: ## Remove what the commands above made, but never ./data
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache static-built
