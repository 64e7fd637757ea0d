#!/bin/sh
# Every fuzz target of crates/common/fuzz, for a bounded time each.
#
#   scripts/fuzz.sh [SECONDS]        default 20
#
# A missing tool is named and nothing is run; with CI=true it is installed.
set -eu
seconds=${1:-20}
case $seconds in
'' | *[!0-9]*) echo "usage: scripts/fuzz.sh [SECONDS]" >&2 && exit 2 ;;
esac
cd "$(dirname "$0")/../crates/common"

# need WHAT PROBE INSTALL: both are commands.
need() {
    if $2 >/dev/null 2>&1; then
        return
    fi
    echo "fuzz: $1 is missing; to install it: $3"
    if [ "${CI:-}" != true ]; then
        echo "fuzz: skipped"
        exit 0
    fi
    $3
}
need "the nightly toolchain" "cargo +nightly --version" \
    "rustup toolchain install nightly --profile minimal"
need "cargo-fuzz" "cargo fuzz --version" "cargo install cargo-fuzz --locked"

targets=$(cargo fuzz list)
# All built before any runs, so that the time is spent on running.
cargo +nightly fuzz build
for target in $targets; do
    echo "fuzz: $target, $seconds s"
    cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -verbosity=0 -print_final_stats=1
done
echo "fuzz: nothing found"
