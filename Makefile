.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
export PYTHONUNBUFFERED := 1

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/embedded ## Start everything and try it: a demo shop, its page, a prompt
	@$(PYTHON) -m demo

clean-demo: $(VENV)/embedded ## Forget the demo's data
	@$(PYTHON) -m demo clean

test: $(VENV)/dev ## Run the tests against real services
	@$(PYTHON) -m pytest $(ARGS)

check: $(VENV)/dev ## Lint, check types and layers
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports

fmt: $(VENV)/dev ## Format the code and mend what can be mended
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/dev ## Measure; ONLY=search runs a part
	@$(PYTHON) -m benchmarks $(ONLY)

run: ## Start the Docker stack
	docker compose up --build

lock: $(VENV)/dev ## Compile the requirements anew
	@for name in requirements requirements-ml requirements-embedded requirements-dev; do \
		$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header \
			$(shell sed 's/^/--no-emit-package /' requirements.skip) $$name.in -o $$name.txt; \
	done

$(PYTHON):
	python3 -m venv $(VENV)

$(VENV)/embedded: $(PYTHON) requirements-embedded.txt
	@echo "Installing packages; the first time this takes a few minutes …"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-embedded.txt
	@touch $@

$(VENV)/dev: $(VENV)/embedded requirements-dev.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.PHONY: help demo clean-demo test check fmt bench run lock
