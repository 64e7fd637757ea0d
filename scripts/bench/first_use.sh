#!/bin/sh
# How long a newcomer waits: a fresh clone and an empty cargo cache, twice, once
# until the server listens, once until the demo is over. Goals: 20 s and 60 s.
#
#   scripts/bench/first_use.sh
#
# Clones the last commit: what is not committed is not measured. Downloads the
# dependencies anew each time.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

now() { python3 -c 'import time; print(int(time.monotonic() * 10))'; }

# report WHAT SINCE GOAL, in tenths of a second.
report() {
    took=$(($(now) - $2))
    verdict=reached
    [ "$took" -lt $(($3 * 10)) ] || verdict=missed
    echo "$1: $((took / 10)).$((took % 10)) s (goal < $3 s, $verdict)"
}

# fresh NAME: a clone and an empty cache, and into it.
fresh() {
    git clone --quiet "file://$root" "$work/$1"
    mkdir "$work/$1-cargo"
    export CARGO_HOME="$work/$1-cargo" CARGO_TARGET_DIR="$work/$1/target"
    cd "$work/$1"
}

fresh server
begin=$(now)
cargo run --bin tcp-basics-server -- --listen 127.0.0.1:0 >"$work/out" 2>"$work/err" &
server=$!
until grep -q '^listening on' "$work/out"; do
    if ! kill -0 "$server" 2>/dev/null; then
        cat "$work/err" >&2
        exit 1
    fi
    sleep 0.1
done
report "cargo run --bin tcp-basics-server" "$begin" 20
kill "$server"
wait "$server" || true
server=

fresh demo
begin=$(now)
if ! cargo course demo tcp-basics --plain >"$work/out" 2>"$work/err"; then
    cat "$work/out" "$work/err" >&2
    exit 1
fi
report "cargo course demo tcp-basics" "$begin" 60
