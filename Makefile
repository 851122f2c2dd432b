# Two commands for a new person: `make demo` and `make test`. Everything else is for daily work.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: docs demo test lint bench fuzz crash pictures curve train clean help

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s $$'\t'

$(READY): requirements.lock pyproject.toml
	@bash tools/setup $(VENV)
	@touch $(READY)

demo: $(READY) ## play a day in a company, live, without configuration
	@$(BIN)/mailbot demo $(DEMO)

test: $(READY) ## every test; real servers where they are installed
	@$(BIN)/pytest -n 2 $(TESTS)

.PHONY: clauses
clauses: $(READY) ## every clause of the written procedures, the story that plays it and its result; CLAUSES="S3b S4.1" for some, CLAUSES=--servers by real mail
	@$(BIN)/python -m tests.clauses $(CLAUSES)

lint: $(READY) ## types, style, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## letters a second against the floor, on the same letters in the same run
	@$(BIN)/python -m tests.bench $(BENCH)
	@$(BIN)/python -m tests.bench.growth
	@$(BIN)/python -m tests.bench.category

fuzz: $(READY) ## two minutes of letters nobody has written yet; FUZZ_N=1000000 for so many
	@$(BIN)/python -m tests.fuzz $(if $(FUZZ_N),--letters $(FUZZ_N)) $(FUZZ)

crash: $(READY) ## killed ten thousand times, and at system calls, nothing lost or sent twice; CRASH_N=1000000 for so many
	@$(BIN)/python -m tests.crash $(if $(CRASH_N),--points $(CRASH_N)) $(CRASH)

pictures: $(READY) ## every letter as a picture (needs chromium)
	@$(BIN)/python -m tests.pictures pictures

.PHONY: simulate soak
simulate: $(READY) ## a thousand made-up worlds in which everything breaks; SIMULATE="--seed 7" shows one of them
	@$(BIN)/python -m tests.simulate $(SIMULATE)

soak: $(READY) ## the service under load while things break, three minutes; SOAK="--minutes 60" for longer
	@$(BIN)/python -m tests.soak $(SOAK)

docs: ## the settings table in both READMEs
	@$(BIN)/python tools/settings_table.py --write

curve: $(READY) ## how much the classifier learns from so many corrections; a quarter of an hour
	@$(BIN)/python -m tests.curve

train: $(READY) ## learn the classifier's artefact anew from the corpus
	@$(BIN)/mailbot train --out classifier/artefact

clean:
	rm -rf $(VENV) demo-out fuzz-out pictures build dist
