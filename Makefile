# Each target does all of its own set-up and does nothing twice: a second run starts in seconds.
.PHONY: help install demo test check hapi walk looks screenshots docs mutate clean

PYTHON := .venv/bin/python

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: ## Make .venv with the `sextant` command
	@scripts/ensure-venv

demo: ## Start the sandbox EHR and Sextant, review one patient, serve until Ctrl-C (ONCE=1: end after the review)
	@scripts/ensure-venv sandbox
	@.venv/bin/sextant demo $(if $(ONCE),--once)

check: ## Style, types and layers
	@scripts/ensure-venv sandbox,test
	@.venv/bin/ruff format --check app tests benchmarks scripts
	@.venv/bin/ruff check app tests benchmarks scripts
	@.venv/bin/mypy app
	@$(PYTHON) -m pytest tests/test_architecture.py

test: ## All tests, with a real HAPI server, PostgreSQL and Chromium
	@scripts/ensure-venv sandbox,test
	@scripts/ensure-apt chromium fonts-dejavu-core fonts-liberation postgresql docker-compose
	@scripts/ensure-hapi
	@$(PYTHON) -m pytest $(ARGS)

hapi: ## Start the HAPI FHIR server without Docker, with the synthetic clinic in it
	@scripts/ensure-venv sandbox
	@scripts/ensure-hapi
	@hapi-docker/hapi start
	@hapi-docker/seed

looks: ## Take the looks of the main states anew (tests/e2e/looks), after a change of the pages that was meant
	@scripts/ensure-venv sandbox,test
	@scripts/ensure-apt chromium fonts-dejavu-core fonts-liberation
	@$(PYTHON) -m tests.e2e.appearance

screenshots: ## Walk through the demo in Chromium and renew the pictures in docs/screenshots
	@scripts/ensure-venv sandbox,test
	@scripts/ensure-apt chromium fonts-dejavu-core
	@$(PYTHON) -m tests.e2e.pictures docs/screenshots
	@$(PYTHON) -m tests.e2e.gallery docs/screenshots/patients

docs: ## Renew the pages of the rules in docs/rules, after a change of a rule, a pack or a table of cases
	@scripts/ensure-venv sandbox,test
	@$(PYTHON) -m scripts.build_rule_docs
	@$(PYTHON) -m scripts.build_transition_table

mutate: ## Put 600 small faults into the rules and count those that the tables notice (long; not part of test)
	@scripts/ensure-venv sandbox,test
	@$(PYTHON) -m benchmarks.mutate_rules --sample 600

clean: ## Remove what was built here
	@rm -rf .venv .demo .sextant build hapi-docker/server/target
