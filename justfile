# What a developer runs; `just` lists it.

_:
    @just --list

# Types, lints and style, without running anything
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Every test
test:
    cargo test --workspace

# Rewrite the reference's output blocks and the examples' snapshots; look at the difference before committing
update:
    UPDATE=1 cargo test -p tests --test reference --test examples

# AWS's own tools over everything the examples compile to
oracles:
    tests/oracles/run

# One fuzz target for a minute: just fuzz parse
fuzz target seconds="60":
    tests/fuzz/run {{seconds}} {{target}}

# Figures of docs/performance.md
bench:
    cargo build --release --bin flow && benches/compile.py
    cargo build --release -p interpreter --example speed && benches/interpret.py

# Licences and duplicate versions
deny:
    cargo deny check licenses bans sources

# What lands must pass
ci:
    .ci/run
