#!/bin/sh
# Our programs against foreign ones, one row per pair. See interop/run.py.
#
#   scripts/interop.sh [LESSON...]
#
# With CI=true a row that cannot be played counts as failed.
set -eu
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null 2>&1; then
    echo "interop: python3 is missing; scripts/install-peers.sh installs it" >&2
    exit 1
fi
cargo build --bins --package tcp-basics --package tcp-threaded --package udp-basics --package udp-chat --package udp-timesync
exec python3 scripts/interop/run.py "$@"
