# Skep's front door. Every target first installs what it needs and is not there yet.

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
export JOBS FUZZ_SECONDS

.PHONY: help demo build dist test check fuzz bench format
.DEFAULT_GOAL := help

help: ## Shows this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## Builds everything, starts the shop and gives a tour
	@tools/install_dependencies build test
	@tools/demo

build: ## Builds build/release/skep
	@tools/install_dependencies build
	@tools/build release

dist: ## Builds build/dist/skep, the optimized release
	@tools/install_dependencies build dist
	@tools/build dist

test: ## Builds and runs unit and integration tests
	@tools/install_dependencies build test
	@tools/run_tests

check: ## Layers, style, format, static analysis, links in the docs
	@tools/install_dependencies build check
	@tools/run_checks

fuzz: ## Runs every fuzzer for FUZZ_SECONDS
	@tools/install_dependencies build fuzz
	@tools/run_fuzzers

bench: ## Measures build/dist/skep beside its peers (BENCH=hello for one)
	@tools/install_dependencies build dist test bench
	@tools/build dist skep skep_bare skep_router_bench skep_single_flush skep_slow_disk
	@tools/build_guests
	@bench/run $(BENCH)

format: ## Formats C++ and Rust in place
	@tools/install_dependencies check
	@tools/check_format --fix
