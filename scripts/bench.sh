#!/bin/sh
# Ours and theirs, in turn, on this machine. See docs/src/bench/index.md.
#
#   scripts/bench.sh [NAME...|all]
set -eu
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null 2>&1; then
    echo "bench: python3 is missing; scripts/install-peers.sh installs it" >&2
    exit 1
fi
exec python3 scripts/bench/bench.py "$@"
