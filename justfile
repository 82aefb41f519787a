# `just check` is what CI runs.
check:
    .ci/run

# Unit tests of the pure core only: no AWS SDK, seconds.
quick:
    cargo test --no-default-features --features testing --lib

bench:
    cargo bench --no-default-features --features testing
