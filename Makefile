# Twinrunner. `make` or `make help` lists what there is to make.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CONFIGURATION ?= Release
export CONFIGURATION
DOTNET := DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 dotnet

.PHONY: help build dist demo test ci format lint-scripts manifests chart-check bench image engine cluster cluster-down test-cluster base-images clean

help: ## this list
	@echo 'make WHAT, where WHAT is one of:'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | column -t -s $$'\t'
	@echo 'The first run of demo or test installs what is missing from Debian, NuGet and npm packages.'

build: ## compile everything
	@. scripts/lib.sh && need_dotnet
	@$(DOTNET) build Runner.sln -c $(CONFIGURATION) -v q -nologo

dist: ## publish the twin command to dist/
	@. scripts/lib.sh && need_dotnet
	@scripts/dist.sh

demo: dist ## run the example digital twin on real containers, from nothing
	@scripts/demo.sh

test: build dist ## run all tests; PROJECTS="Storage.Tests …" for some
	@scripts/test.sh $(PROJECTS)

ci: export CI := true
ci: export TWIN_BASE_IMAGES := local
ci: ## what has to pass before anything lands: locked packages, formats, all tests
	@. scripts/lib.sh && need_dotnet
	@$(DOTNET) restore Runner.sln --locked-mode -v q -nologo
	@$(DOTNET) build Runner.sln -c $(CONFIGURATION) --no-restore -v q -nologo
	@$(MAKE) format lint-scripts chart-check dist
	@scripts/test.sh

format: ## check the code's format (dotnet format mends it)
	@$(DOTNET) format Runner.sln --verify-no-changes --no-restore -v q

lint-scripts: ## check the shell scripts
	@. scripts/lib.sh && if need shellcheck shellcheck; then shellcheck -x scripts/*.sh .ci/run; \
	  else echo 'lint-scripts: skipped, shellcheck can not be installed here'; fi

manifests: ## make manifests/ and the chart's table of values anew
	@scripts/chart.sh make

chart-check: ## lint the chart, and compare what is made of it
	@scripts/chart.sh check

bench: dist ## measure, beside the tools that do a part of the same; SCENARIO=chain for one, ROUNDS=5
	@scripts/bench.sh $(SCENARIO) $(if $(ROUNDS),--rounds $(ROUNDS))

image: dist ## build the product's image and try it out; IMAGE=name:tag
	@scripts/image.sh $(IMAGE)

engine: ## start a container engine, if none runs, and leave it running
	@scripts/engine.sh start 1

cluster: ## start a Kubernetes of one node, built from Debian's packages the first time, and leave it running
	@scripts/cluster.sh start 1

cluster-down: ## stop that Kubernetes; nothing of it stays
	@scripts/cluster.sh stop 1

test-cluster: build dist ## install the chart into that Kubernetes, run the example, kill pods, upgrade, roll back, uninstall
	@scripts/test-cluster.sh

base-images: ## make the base images of examples and tests
	@scripts/base-images.sh make

clean: ## remove what was built here, also the base images; the cache outside the checkout stays
	@rm -rf dist artifacts .demo src/*/bin src/*/obj tests/*/bin tests/*/obj bench/bin bench/obj
	@if docker version >/dev/null 2>&1; then scripts/base-images.sh remove; fi
