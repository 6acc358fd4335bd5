# Bulwark: `make demo` shows the main job on a sandbox AWS Organization, `make test` runs every check.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export PORT ?= 8080
export SANDBOX_PORT ?= 4566
# The project's own node and pulumi come first.
export PATH := $(CURDIR)/.bulwark/bin:$(PATH)
# Loading the service takes 0.8 s of CPU instead of 1.4 with the code that was compiled the last time.
export NODE_COMPILE_CACHE := $(CURDIR)/.bulwark/cache/compiled

.PHONY: help setup demo test torture bench typecheck lint format docs component serve sandbox engine bootstrap pulumi-env clean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing: packages, Python environment, engine, plugins
	@setup/setup.sh

demo: setup ## deploy an organization's baseline in the sandbox and keep it running (ONCE=1: exit after the table)
	@exec node demo/main.ts $(if $(filter 1 true yes,$(ONCE)),--once)

test: setup ## type check, lint and every test
	@setup/test.sh $(TESTS)

torture: setup ## kill -9 what there is of Bulwark, a hundred times, and look what came of it (SEED=, KILLS=, MINUTES=)
	@exec node test/torture/main.ts

typecheck: setup
	@npx --no-install tsc --noEmit

lint: setup
	@npx --no-install biome check .

format: setup ## let biome format the code
	@npx --no-install biome check --write .

docs: ## write the pages of docs/ that are generated
	@setup/setup.sh packages
	@node programs/catalogue/write.ts

component: ## pack the baseline as a Pulumi component for teams that write code (docs/component.md)
	@setup/setup.sh packages
	@node setup/component.ts

# A collection of young objects that waits for threads which get no core, while runs have them all, was seen to take 40 ms. With 85 MB alive the
# heap would grow to 200 before the old objects are collected: 350 MB for the process instead of 245.
serve: setup ## the service alone, for real AWS or the AWS_ENDPOINT_URL of a sandbox
	@exec node --max-semi-space-size=4 --no-parallel-scavenge --heap-growing-percent=40 api/main.ts

sandbox: ## the AWS Organization sandbox alone
	@setup/setup.sh packages sandbox
	@exec node sandbox/main.ts

engine: ## the pinned Pulumi engine alone
	@setup/setup.sh packages engine

bootstrap: ## create the roles through which Bulwark reaches the accounts (run as administrator of the management account)
	@setup/setup.sh packages
	@exec node stacks/bootstrap/main.ts $(ARGS)

pulumi-env: ## eval "$(make -s pulumi-env)": lets a plain `pulumi preview --stack admin` work on the service's state
	@setup/setup.sh
	@exec node api/stack-inputs.ts

bench: setup ## deploy a fleet from the shell, by an Automation API pool and by Bulwark, and compare (ACCOUNTS=20 FINDINGS=20000 ONLY=deployments,reads,recovery,response)
	@ACCOUNTS='$(ACCOUNTS)' FINDINGS='$(FINDINGS)' ONLY='$(ONLY)' SIDES='$(SIDES)' exec node bench/main.ts

clean: ## remove everything that setup made (and the demo's data), but no data of `make serve`
	@rm -rf node_modules .bulwark/{bin,engine,venv,pulumi-home,lambda,stamps,demo,stacks,plain-cli,cache}
