#!/bin/sh
# Again and again, first with the machine to itself, then with every core busy:
# what fails once in a hundred times fails here. Stops at the first failure.
#
#   scripts/soak.sh [--suites N] [--tests N]      default 100 and 50
set -eu
suites=100
tests=50
while [ $# -gt 0 ]; do
    case "$1 ${2:-}" in
    "--suites "[0-9]*) suites=$2 ;;
    "--tests "[0-9]*) tests=$2 ;;
    *) echo "usage: scripts/soak.sh [--suites N] [--tests N]" >&2 && exit 2 ;;
    esac
    shift 2
done
cd "$(dirname "$0")/.."

log=$(mktemp)
loops=
cleanup() {
    # shellcheck disable=SC2086 # several process ids on purpose
    [ -z "$loops" ] || kill $loops 2>/dev/null || true
    rm -f "$log"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# repeat TIMES COMMAND...: shows the output of the run that fails.
repeat() {
    times=$1
    shift
    run=1
    while [ "$run" -le "$times" ]; do
        if ! "$@" >"$log" 2>&1; then
            cat "$log"
            echo "soak: FAILED in run $run of $times ($load): $*"
            exit 1
        fi
        run=$((run + 1))
    done
    echo "soak: $times times ($load): $*"
}

# Built before it is counted, and so that the first build is not silent.
cargo build --workspace --bins
cargo test --workspace --no-run

for load in idle busy; do
    if [ "$load" = busy ]; then
        for _ in $(seq "$(getconf _NPROCESSORS_ONLN)"); do
            sh -c 'while :; do :; done' &
            loops="$loops $!"
        done
    fi
    # A lesson is a crate that has a demo.
    for scenes in crates/*/demo.toml; do
        lesson=$(basename "$(dirname "$scenes")")
        repeat "$suites" cargo course check "$lesson" --reference --all
    done
    repeat "$tests" cargo test --workspace
done
echo "soak: nothing failed"
