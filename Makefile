# `make` alone lists the targets.

.DEFAULT_GOAL := help
.PHONY: help run test check dev gen pictures package cross bench soak zones audit

help: ## Lists the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1 ## /p' Makefile | awk -F '##' '{ printf "%-16s %s\n", $$1, $$2 }'

run: ## Starts server, app and a few sample events, installing what is missing
	@scripts/run

test: ## Runs every test and lint; what CI runs
	@scripts/test

check: ## Lints, formatting and types only; a minute when warm
	@scripts/test install fmt ui clippy deny

dev: ## Serves the pages with reload on change
	@scripts/install build
	@cd ui && npm run dev

gen: ## Writes the files that are made from others: types for the pages, expected texts
	@UPDATE_EXPECT=1 scripts/test build rust

pictures: ## Takes the pictures of docs/images anew
	@scripts/pictures

package: ## Makes the installable packages of this system in target/release/bundle
	@scripts/package

cross: ## Type-checks the app for Windows and macOS
	@scripts/test install cross-windows cross-macos

bench: ## Measures desk and server beside the least that could do their job; ten minutes
	@scripts/bench

soak: ## Runs each row of the failure model in its long form, and takes up where it stopped
	@scripts/soak

zones: ## Makes the built-in time zone rules from the release of tzdata that scripts/zones names
	@scripts/zones

audit: ## Asks the databases of known holes about our dependencies; needs the internet
	@scripts/install test
	@target/tools/bin/cargo-deny check advisories
	@cd ui && npm audit --omit=dev
