# `just check` is what CI runs.
check:
    .ci/run

# The core and everything that needs no network and no other software.
quick:
    scripts/test --quick

bench:
    cargo bench --no-default-features --features testing
