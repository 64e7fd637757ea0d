#!/bin/sh
# Every fuzz target of crates/common/fuzz, for a bounded time each.
#
#   scripts/fuzz.sh [SECONDS]        default 20
#
# A missing tool is named and nothing is run; with CI=true it is installed where
# that can be done.
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
    if [ "${CI:-}" != true ] || ! $3; then
        echo "fuzz: skipped"
        exit 0
    fi
}
case $(uname) in
Linux | Darwin) ;;
*) echo "fuzz: skipped, it runs on Linux and macOS" && exit 0 ;;
esac
need "the nightly toolchain" "cargo +nightly --version" \
    "rustup toolchain install nightly --profile minimal"
need "cargo-fuzz" "cargo fuzz --version" "cargo install cargo-fuzz --locked"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# All built before any runs, so that the time is spent on running.
cargo +nightly fuzz build
for target in $(cargo fuzz list); do
    # New inputs go to the first folder; the second one gives a good beginning.
    mkdir -p "fuzz/corpus/$target"
    if ! cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -verbosity=0 -print_final_stats=1 >"$log" 2>&1; then
        cat "$log"
        echo "fuzz: $target FAILED"
        exit 1
    fi
    echo "fuzz: $target, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
done
echo "fuzz: nothing found"
