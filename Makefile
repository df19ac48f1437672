# The commands a person needs. `make help` lists them; only Python 3.11+ and make are required.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
PYTEST ?=
JSON ?=
SEEDS ?= 20
SPEED ?= 10
DATA ?= ../shared/data/asap_sas_set5

BOOTSTRAP = $(PYTHON) mlsd_app/bootstrap.py
BIN = .venv/bin
SOURCES = manage.py mlsd_app interviews rubrics tests benchmarks requirements
# Checks look at the code only: they use no database and not the folder of a running MLSD.
APART = MLSD_VAR=.cache/check DATABASE_POOL_MAX=0
PRODUCTION = DATABASE_URL=postgres://mlsd:none@127.0.0.1:1/mlsd ALLOWED_HOSTS=mlsd.example \
	SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz EMAIL_URL=smtp://127.0.0.1:1
CHECKS = check-locks check-format check-lint check-imports check-types check-migrations \
	check-deploy check-templates

.DEFAULT_GOAL := help
.PHONY: help setup run test check format lock vendor bench-scoring bench-durability bench-reviews $(CHECKS)

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv from the locked requirements (run and test do it by themselves)
	@$(BOOTSTRAP)

run: setup ## run everything on this machine; PORT=8001 and HOST=… are honoured
	@exec $(BIN)/python manage.py up --host "$(HOST)" --port "$(PORT)"

test: ## run all tests, the browser journeys last; PYTEST="-k word" chooses
	@$(BOOTSTRAP) --dev --browser
	@$(BIN)/python -m tests $(PYTEST)

bench-scoring: ## measure how answers are scored, by every bar; JSON=file writes it as lines too
	@$(BOOTSTRAP)
	@$(BIN)/python -m benchmarks.scoring --data "$(DATA)" $(if $(JSON),--json "$(JSON)")

bench-durability: ## type and save through cuts and kills, nothing may be lost; SEEDS=20 SPEED=10 JSON=file
	@$(BOOTSTRAP) --dev --browser
	@$(BIN)/python -m benchmarks.durability --seeds "$(SEEDS)" --speed "$(SPEED)" \
		$(if $(JSON),--json "$(JSON)")

bench-reviews: ## what interviewers' pages cost with 50 and with 50,000 interviews; JSON=file
	@$(BOOTSTRAP) --dev
	@$(BIN)/python -m benchmarks.reviews $(if $(JSON),--json "$(JSON)")

check: ## check format, lint, imports, types, migrations, templates, deployment and locks
	@$(BOOTSTRAP) --dev
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)
	@echo "All checks passed."

format: ## put code and templates into the one format
	@$(BOOTSTRAP) --dev
	@$(BIN)/ruff format --quiet $(SOURCES)
	@$(BIN)/ruff check --quiet --fix $(SOURCES)
	@-$(BIN)/djlint --quiet --reformat templates

lock: ## write requirements/*.txt anew from requirements/*.in, with the newest versions
	@$(BOOTSTRAP) --dev
	@cd requirements && for name in base dev; do \
		../$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
			--generate-hashes --no-header --no-emit-index-url $$name.in -o $$name.txt || exit 1; \
	done

vendor: ## build static/vendor/ from editor/ and whiteboard/ anew (the only thing that needs Node)
	@cd editor && npm ci --ignore-scripts --silent && npm run --silent build
	@cd whiteboard && npm ci --ignore-scripts --silent && npm run --silent build

check-locks:
	@$(BIN)/python requirements/check.py
check-format:
	@$(BIN)/ruff format --check --quiet $(SOURCES)
check-lint:
	@$(BIN)/ruff check --quiet $(SOURCES)
check-imports:
	@$(BIN)/lint-imports --no-logo --cache-dir .cache/import_linter
check-types:
	@$(APART) $(BIN)/mypy
check-migrations:
	@$(APART) $(BIN)/python -W "ignore:Got an error checking a consistent" \
		manage.py makemigrations --check --dry-run
check-deploy:
	@$(APART) $(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
check-templates:
	@$(BIN)/djlint --check templates
	@$(BIN)/djlint --lint templates
