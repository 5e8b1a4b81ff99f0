# Every command of the project. It needs make and a Python >= 3.11; another one by `make PYTHON=python3.13 ...`.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
ROOTS := $(patsubst %/platform.yaml,%,$(wildcard ./platform.yaml examples/*/platform.yaml))

.DEFAULT_GOAL := help
.PHONY: help setup tools render check check-all test test-real lint format lock bench clean

help: ## List the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  %-20s %s\n' "$$name" "$$text"; done

setup: ## Make .venv/ from the hashed lock; does nothing when it is up to date
	@command -v $(PYTHON) >/dev/null || { echo "setup: no $(PYTHON) here: install Python 3.11 or newer, or name one: make PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -I tools/bootstrap.py

render: setup ## Render this platform and each one under examples/, and docs/targets.md
	@$(BIN)/journey merge-driver install
	@set -e; for root in $(ROOTS); do $(BIN)/journey --root "$$root" render; done
	@$(BIN)/python -m tools.targets_page

check: setup ## Check what is rendered, and that nothing of it is stale
	@set -e; for root in $(ROOTS); do $(BIN)/journey --root "$$root" check; done

test: setup ## Run the tests in parallel, with branch coverage; ARGS=tests/spec runs those alone, without
	@$(BIN)/python -m pytest -n $(JOBS) $(if $(ARGS),--no-cov $(ARGS),--cov --cov-report=term:skip-covered)

tools: setup ## Install the programs of `journey check --all` into .cache/tools/; needs Go
	@$(BIN)/python -m tools.outside

check-all: tools ## Check as `check` does, and by checkov, actionlint, zizmor, hadolint and cfn-lint
	@set -e; for root in $(ROOTS); do echo "$$root"; $(BIN)/journey --root "$$root" check --all; done

test-real: tools ## Run the tests that need real programs, then check-all
	@$(BIN)/python -m pytest -m real --no-cov $(ARGS)
	@$(MAKE) --no-print-directory check-all

.PHONY: e2e-explain e2e-accepted e2e-gateway e2e-drift e2e-synced e2e-promotions e2e-helm
e2e-accepted: setup ## Have real API servers accept every rendered object; needs Go, the first time ten minutes
	@$(BIN)/python -m tests.e2e.accepted $(ROOTS)

e2e-synced: setup ## Have a real Argo CD sync this platform, and prove what changes do then; needs Go
	@$(BIN)/python -m tests.e2e.synced .

e2e-gateway: setup ## Have a real Envoy Gateway decide and be attacked as NGINX is; needs Go, the first time five minutes
	@$(BIN)/python -m tests.e2e.gateway

e2e-promotions: setup ## Promote and roll back, and watch it to the pods of every later environment's clusters; needs Go
	@$(BIN)/python -m tests.e2e.synced . --later

.PHONY: e2e-alerts
e2e-alerts: setup ## Have promtool take the rendered alerts, and fire them by samples; as root, on Debian
	@$(BIN)/python -m tools.debian prometheus
	@$(BIN)/python -m pytest -m debian --no-cov

e2e-drift: setup ## Find edits by hand on a real API server, and nothing on a clean one; needs Go
	@$(BIN)/python -m tests.e2e.drift

e2e-helm: setup ## Install, upgrade and roll back the charts by Helm on a real API server; needs Go
	@$(BIN)/python -m tests.e2e.charts

e2e-explain: setup ## Prove explanations on every unit of every platform here, by trying every scalar of the spec
	@$(BIN)/python -m tests.explain.proof $(ROOTS)

.PHONY: e2e-containers
e2e-containers: setup ## Build images and start them, and an environment by Compose, on Debian's engine; as root, needs Go
	@$(BIN)/python -m tools.debian docker.io debootstrap docker-registry iproute2
	@$(BIN)/python -m tests.e2e.containers

.PHONY: e2e-terraform
e2e-terraform: setup ## Have real OpenTofu validate, plan and test every stack and module, with stand-ins for AWS; needs Go
	@$(BIN)/python -m tests.e2e.terraform $(ROOTS)

.PHONY: e2e-findings e2e-impact e2e-attest e2e-merges
e2e-merges: setup ## Merge 70 branches in two orders without a conflict left to a person, and promote at the same time
	@$(BIN)/python -m tests.e2e.merges

e2e-attest: setup ## Have cosign and attestations read what the other signed; needs Go
	@$(BIN)/python -m tests.e2e.attest

e2e-findings: setup ## Seed defects, and print the share that is told on the line that caused it
	@$(BIN)/python -m tests.explain.defects

e2e-impact: setup ## Have a real API server and its controllers do what impact says of a change; needs Go as e2e-accepted does
	@$(BIN)/python -m tests.e2e.impact

.PHONY: dev
dev: setup ## Run an environment here by Compose, and a service anew at each change: SERVICE=auth ROOT=examples/node-express
	@$(BIN)/journey --root $(or $(ROOT),.) dev $(SERVICE)

.PHONY: pin
pin: setup ## Write the digests of the images that services are built on into platform.yaml
	@$(BIN)/journey --root $(or $(ROOT),.) pin

.PHONY: attest
attest: setup ## State what the last commit's rendered files follow from, in build/attestation.json
	@$(BIN)/journey attest

.PHONY: promote promote-automatic
promote-automatic: setup ## Offer, and merge where it may be, what passes every gate where the spec says `automatic`
	@$(BIN)/journey ci promote-automatic

promote: setup ## Open a pull request that promotes services: TO=staging SERVICES="auth config"
	@$(BIN)/journey ci promote

.PHONY: publish-charts
publish-charts: setup ## Push charts whose version the registry lacks: REGISTRY=ghcr.io/example/charts
	@$(BIN)/journey ci charts

.PHONY: infrastructure-plan infrastructure-apply
infrastructure-plan: setup ## Plan a cluster's Terraform stacks: ENVIRONMENT=staging CLUSTER=staging
	@$(BIN)/journey ci infrastructure plan

infrastructure-apply: setup ## Plan them, and apply that plan
	@$(BIN)/journey ci infrastructure apply

.PHONY: drift
drift: setup ## Compare a cluster with its tree, as who is signed in to its cloud: CLUSTER=staging
	@$(BIN)/journey ci drift

lint: setup ## Run ruff, mypy --strict and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: ci-attest ci-changes ci-comment ci-findings ci-images ci-impact ci-merge ci-pull-requests ci-push ci-record ci-release ci-report ci-sign ci-tag
ci-attest ci-changes ci-comment ci-findings ci-images ci-impact ci-merge ci-pull-requests ci-push ci-record ci-release ci-report ci-sign ci-tag: setup
	@$(BIN)/journey ci $(@:ci-%=%)

format: setup ## Format the Python code and mend what ruff can
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

lock: ## Write the lock files anew from pyproject.toml; ARGS=--upgrade takes the newest versions
	@$(PYTHON) tools/lock.py $(ARGS)

.PHONY: contracts
contracts: setup ## Write the OpenAPI documents of the services anew, from their code
	@$(BIN)/python -m auth.openapi

bench: setup ## Measure time and memory beside Helm and a floor; BENCH_ARGS="-n 100" is quick
	@$(PYTHON) -I benchmarks/install.py
	@$(BIN)/python -m benchmarks.run $(BENCH_ARGS)

.PHONY: bench-acts
bench-acts: setup ## Measure promotions and history on 1,000 services and 5,000 commits, beside git and a check
	@$(BIN)/python -m benchmarks.acts $(BENCH_ARGS)

.PHONY: bench-questions bench-peers
bench-questions: setup ## Measure explain, blame, uses and diff beside Helm's render of the same workload
	@$(PYTHON) -I benchmarks/install.py
	@$(BIN)/python -m benchmarks.questions $(BENCH_ARGS)

bench-peers: setup ## Hold diff beside dyff and kubectl diff; BENCH_ARGS=--readme puts it into its page
	@$(BIN)/python -m benchmarks.peers $(BENCH_ARGS)

clean: ## Remove .venv/ and what builds and tests left behind
	@rm -rf .venv .cache/bench-venv build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +
