SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help

TOOLS := $(CURDIR)/.tools
BIN := $(TOOLS)/bin
VENV := $(TOOLS)/venv
RELEASE ?=
LDFLAGS := -s -w $(if $(RELEASE),-X main.release=$(RELEASE))

# Tools are pinned: a new version is a change like any other.
GOLANGCI_LINT := v2.15.0
OAPI_CODEGEN := v2.8.2
AIR := v1.67.4
SECANTUS := 0.7.0b3
STRIPE_MOCK := v0.203.0
GOVULNCHECK := v1.9.0
CYCLONEDX := v1.10.0
SCHEMATHESIS := 4.32.5
AXE := 4.14.1
TYPESCRIPT := 7.0.2
K6_TYPES := 2.3.0
# What the pages are served with; `make vendor` after a change.
PREACT := 11.2.0
HTM := 3.1.1
NPM := $(TOOLS)/npm axe-core@$(AXE) typescript@$(TYPESCRIPT) preact@$(PREACT) htm@$(HTM) @types/k6@$(K6_TYPES)

.PHONY: help
help: ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

.PHONY: run
run: build ## build and start Seathold, everything embedded unless SEATHOLD_… says otherwise
	@exec ./dist/seathold serve

.PHONY: build
build: ## build dist/seathold
	@mkdir -p dist
	go build -trimpath -ldflags '$(LDFLAGS)' -o dist/seathold ./cmd/seathold

.PHONY: dev
dev: $(BIN)/air ## rerun on every change
	$(BIN)/air -c .air.toml

.PHONY: test
test: test-servers ## run all tests, with the race detector, on embedded and on real servers
	go test -race -shuffle=on -timeout 30m ./...
	cd docker && go test -shuffle=on -timeout 30m ./...
	go test -count=1 -timeout 30m -run '^TestEveryScheduleEndsWell$$' ./internal/booking -rapid.checks=5000
	go test -count=1 -timeout 30m -run '^TestKnownAndUnknownAddressesTakeAsLong$$|^TestControlWithoutTheStandInTimeTells$$' ./internal/auth
	go test -count=1 -timeout 30m -run '^TestStorms' ./internal/e2e

# What the tests want beyond Go. What cannot be had here is named, loudly, by
# the tests that then skip; SEATHOLD_TEST_REQUIRE=redis,mongo makes that a failure.
.PHONY: test-servers
test-servers: $(BIN)/stripe-mock
	@./.ci/servers $(VENV) $(SECANTUS) $(TOOLS)/schemathesis $(SCHEMATHESIS) $(NPM)
	@./.ci/prometheus $(TOOLS)/prometheus

.PHONY: check
check: $(BIN)/golangci-lint $(BIN)/oapi-codegen $(BIN)/govulncheck ## format, vet, lint, import direction, generated code, Lua, the scripts of pages and k6, known vulnerabilities
	@test -z "$$($(BIN)/golangci-lint fmt --diff 2>&1)" || { $(BIN)/golangci-lint fmt --diff; echo 'run: make fmt'; exit 1; }
	go mod tidy -diff
	go mod verify
	go vet ./...
	go vet -tags failpoint ./...
	$(BIN)/golangci-lint run ./...
	cd docker && go mod tidy -diff && go vet ./... && $(BIN)/golangci-lint run ./...
	@$(MAKE) -s generate GENERATED=$(TOOLS)/api.gen.go && cmp -s $(TOOLS)/api.gen.go internal/client/api.gen.go || \
		{ echo 'internal/client/api.gen.go is not what the document says; run: make generate'; exit 1; }
	go test -count=1 ./lua
	./.ci/pages $(NPM)
	./.ci/vulnerabilities $(BIN)/govulncheck

# The client, from the API's document. The generator is installed once; then
# nothing of this needs the network.
GENERATED := api.gen.go

.PHONY: generate
generate: $(BIN)/oapi-codegen ## generate the client from internal/httpapi/openapi.yaml
	@cd internal/client && $(BIN)/oapi-codegen -config generate.yaml -o $(GENERATED) ../httpapi/openapi.yaml

.PHONY: vendor
vendor: ## fetch the libraries of the pages again, in the versions above
	@./.ci/npm $(NPM)
	./.ci/vendor $(TOOLS)/npm/node_modules internal/webui/files/vendor

.PHONY: screenshots
screenshots: ## show the pages in internal/webui/screenshots
	SEATHOLD_TEST_REQUIRE=browser SEATHOLD_TEST_SCREENSHOTS=$(CURDIR)/internal/webui/screenshots \
		go test -count=1 -timeout 10m -run '^TestScreenshots$$' ./internal/e2e

# Each for FUZZTIME. What is found is kept in testdata/fuzz beside the test, and
# is from then on a case of the ordinary tests. Then the calls of the API's
# document, in each role for FUZZSECONDS; a failure says by which seed.
FUZZTIME ?= 5m
FUZZSECONDS ?= 600

.PHONY: fuzz
fuzz: test-servers ## feed random input to everything that reads from outside
	@found=0; ./.ci/fuzz $(FUZZTIME) || found=1; \
	SEATHOLD_TEST_SCHEMA_SECONDS=$(FUZZSECONDS) go test -count=1 -timeout 0 -run '^TestTheDocumentHolds$$' -v ./internal/e2e || found=1; \
	exit $$found

.PHONY: sbom
sbom: build $(BIN)/cyclonedx-gomod ## list the modules in dist/seathold, with versions and hashes
	$(BIN)/cyclonedx-gomod bin -json -std -version $(or $(RELEASE),dev) -output dist/seathold.cdx.json dist/seathold

.PHONY: fmt
fmt: $(BIN)/golangci-lint ## format the code
	$(BIN)/golangci-lint fmt

.PHONY: bench
bench: test-servers ## measure, and print each figure beside its target
	SEATHOLD_BENCH=1 go test -count=1 -timeout 20m -run '^TestFigures' -v ./internal/bench | grep -v -E '^(=== |--- |PASS|ok )'
	@go test -count=1 -timeout 10m -run '^TestStorms$$|^TestFigures' -v ./internal/e2e | sed -n 's/.*figure: //p'
	go test -run '^$$' -bench . -benchtime 2s ./internal/booking ./internal/boltstore

.PHONY: clean
clean: ## remove what was built; data and tools stay
	rm -rf dist

$(BIN)/golangci-lint: $(BIN)/.golangci-lint-$(GOLANGCI_LINT)
$(BIN)/.golangci-lint-$(GOLANGCI_LINT):
	@mkdir -p $(BIN)
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	@touch $@

$(BIN)/oapi-codegen: $(BIN)/.oapi-codegen-$(OAPI_CODEGEN)
$(BIN)/.oapi-codegen-$(OAPI_CODEGEN):
	@mkdir -p $(BIN)
	GOBIN=$(BIN) go install github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@$(OAPI_CODEGEN)
	@touch $@

$(BIN)/air: $(BIN)/.air-$(AIR)
$(BIN)/.air-$(AIR):
	@mkdir -p $(BIN)
	GOBIN=$(BIN) go install github.com/air-verse/air@$(AIR)
	@touch $@

$(BIN)/govulncheck: $(BIN)/.govulncheck-$(GOVULNCHECK)
$(BIN)/.govulncheck-$(GOVULNCHECK):
	@mkdir -p $(BIN)
	GOBIN=$(BIN) go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK)
	@touch $@

$(BIN)/cyclonedx-gomod: $(BIN)/.cyclonedx-gomod-$(CYCLONEDX)
$(BIN)/.cyclonedx-gomod-$(CYCLONEDX):
	@mkdir -p $(BIN)
	GOBIN=$(BIN) go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX)
	@touch $@

$(BIN)/stripe-mock: $(BIN)/.stripe-mock-$(STRIPE_MOCK)
$(BIN)/.stripe-mock-$(STRIPE_MOCK):
	@mkdir -p $(BIN)
	@GOBIN=$(BIN) go install github.com/stripe/stripe-mock@$(STRIPE_MOCK) && touch $@ || \
		echo "NOT TESTED AGAINST STRIPE'S API: stripe-mock $(STRIPE_MOCK) could not be installed into $(BIN)"
