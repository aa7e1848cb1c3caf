.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
export PYTHONUNBUFFERED := 1

help: ## Show what there is
	@grep -hE '^[.a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/embedded ## Start everything and try it: a demo shop, its page, a prompt
	@$(PYTHON) -m demo

clean-demo: $(VENV)/embedded ## Delete the demo's data
	@$(PYTHON) -m demo clean

shell: $(VENV)/embedded ## Open Django's shell on the demo's data
	@$(PYTHON) -m demo shell

test: $(VENV)/dev ## Run the tests against real services, a file per core at a time
	@$(PYTHON) -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

check: $(VENV)/dev ## Lint, check types, layers and migrations
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	LOG_LEVEL=ERROR $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

fmt: $(VENV)/dev ## Format the code and fix what ruff can fix
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/dev ## Measure; ONLY=search runs a part, SUBJECT=mini one encoder
	@$(PYTHON) -m benchmarks $(ONLY) $(if $(SUBJECT),--encoder $(SUBJECT))

run: .env ## Start the Docker stack
	docker compose up --build

.env: ## Write the settings of the Docker stack, with random passwords
	@python3 deploy/make_env.py

lock: $(VENV)/dev ## Compile requirements/*.in to pinned *.txt
	@for name in web worker embedded dev; do \
		$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header \
			$(shell sed 's/^/--no-emit-package /' requirements/skip.txt) \
			requirements/$$name.in -o requirements/$$name.txt; \
	done

$(PYTHON):
	python3 -m venv $(VENV)

$(VENV)/embedded: $(PYTHON) requirements/embedded.txt
	@echo "Installing packages; the first time this takes a few minutes …"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements/embedded.txt
	@touch $@

$(VENV)/dev: $(VENV)/embedded requirements/dev.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

.PHONY: help demo clean-demo shell test check fmt bench run lock
