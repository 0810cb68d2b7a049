# The front door. `make` alone lists what there is.

# rustup puts cargo here, and a shell opened before that does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

CARGO := cargo
ARGS :=

.DEFAULT_GOAL := help
.PHONY: help run test check bless bench docs ui tools

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools ## set up everything, then serve a demonstration on http://127.0.0.1:8080 (DATABASE_URL and KEYS_URL use servers of yours)
	@$(CARGO) run --release --locked --package casework --bin goldthread -- serve --demonstration $(ARGS)

test: tools ## run every test, each on a database of its own
	@$(CARGO) test --workspace --locked $(ARGS)

check: tools ## formatting, lints and documentation, warnings refused
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" $(CARGO) doc --workspace --no-deps --document-private-items --locked --quiet

bless: tools ## write every generated file afresh (schemas, OpenAPI, tables in docs/); look at the difference before committing
	@BLESS=1 $(CARGO) test --workspace --locked --quiet -- fresh

bench: tools ## measure against raw PostgreSQL and write docs/benchmarks.md (some minutes, on a quiet machine)
	@$(CARGO) bench --locked --package system-tests --bench bench -- $(ARGS)

docs: tools ## build the code's documentation under target/doc, and take the pictures of docs/tour
	@$(CARGO) doc --workspace --no-deps --document-private-items --locked
	@TOUR=1 BLESS=1 BROWSER=required $(CARGO) test --locked --quiet --package system-tests --test browser -- tour

ui: ## build the pages' style sheet and script afresh into ui/dist, which is committed (needs Node)
	@cd ui && npm ci --no-audit --no-fund --ignore-scripts --silent && npm run --silent build

# Rust links with the C compiler; Debian's root gets one, anybody else one line of advice.
tools:
	@command -v $(CARGO) >/dev/null || { echo "goldthread needs Rust: install it from https://rustup.rs and run make again" >&2; exit 1; }
	@command -v cc >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && echo "installing a C compiler with apt-get (once)" && export DEBIAN_FRONTEND=noninteractive \
	  && { $(APT_CC) || { apt-get update -qq && $(APT_CC); }; }; } \
	  || { echo "goldthread needs a C compiler: install one (Debian, Ubuntu: sudo apt-get install gcc libc6-dev) and run make again" >&2; exit 1; }

APT_CC := apt-get install -yqq --no-install-recommends gcc libc6-dev >/dev/null 2>&1
