# Praya: `make help` says what there is.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED := 0
export PRAYA_SHARED ?= $(abspath ../shared)
TOOLS := $(or $(PRAYA_TOOLS),$(HOME)/.cache/praya/bin)
SCALE ?= 1

.PHONY: help install run check generate test faults journeys bench build

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: ## what the tests need and this machine lacks
	@.ci/install

run: ## the demonstration, in ./praya-data
	go run ./cmd/praya demo

generate: ## pages from templates
	go tool templ generate

check: ## format, vet, lint: seconds
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go' | grep -v _templ.go)); \
	  if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	$(TOOLS)/golangci-lint run

test: install check ## everything: what CI calls
	@before=$$(git hash-object $$(git ls-files -co --exclude-standard '*_templ.go') /dev/null | sha256sum); \
	  go tool templ generate >/dev/null 2>&1; \
	  after=$$(git hash-object $$(git ls-files -co --exclude-standard '*_templ.go') /dev/null | sha256sum); \
	  if [ "$$before" != "$$after" ]; then echo "a page differs from its template: run make generate and commit"; exit 1; fi
	go run ./platform/db/dbtest/pgserver -- go test -timeout 25m ./...

faults: install ## twenty rounds of every crash test, and the fuzzers for minutes
	PRAYA_ROUNDS=20 go run ./platform/db/dbtest/pgserver -- go test -count=1 -timeout 60m -run 'Crash|Killed|Restart|Order' ./platform/... ./app/...
	PRAYA_ROUNDS=20 go run ./platform/db/dbtest/pgserver -- go test -count=1 -timeout 60m -run 'Kill|Restart|FullDisk|Clock|Older|Authority' ./subsystems/ledger
	go test -run '^$$' -fuzz FuzzRead -fuzztime 3m -fuzzminimizetime 1x ./subsystems/estimates/internal/paper
	for f in $$(grep -rhoE 'func Fuzz[A-Za-z]+' subsystems/identity/internal/oidc | cut -d' ' -f2); do \
	  go test -run '^$$' -fuzz "^$$f\$$" -fuzztime 1m -fuzzminimizetime 1x ./subsystems/identity/internal/oidc; done
	for f in FuzzFilling FuzzAnswers FuzzDocumentNumber; do \
	  go test -run '^$$' -fuzz "^$$f\$$" -fuzztime 1m -fuzzminimizetime 1x ./subsystems/identity; done
	for f in FuzzCall FuzzReceipt FuzzEvidence FuzzFits FuzzWish; do \
	  go test -run '^$$' -fuzz "^$$f\$$" -fuzztime 1m -fuzzminimizetime 1x ./subsystems/exchange; done
	for d in governance votes; do \
	  go test -run '^$$' -fuzz Fuzz -fuzztime 1m -fuzzminimizetime 1x ./subsystems/performance/$$d; done

journeys: install ## every sample service in every language, without scripts, in a real browser
	PRAYA_JOURNEYS=all go test ./app -count=1 -timeout 30m -run TestEveryServiceInEveryLanguage -v

bench: ## what it costs, beside what a user would pick instead; BENCH=estimates for a part, SCALE=1 for the size
	SCALE=$(SCALE) go run ./bench -only '$(BENCH)'

build: ## one binary for release, in ./bin
	go build -trimpath -ldflags '-s -w' -o bin/praya ./cmd/praya
