#!/bin/sh
# Installs the foreign programs that interop and benchmarks talk to: what is
# missing, and nothing else. Each lesson that needs a new one adds a line.
set -eu

# COMMAND PACKAGE: the package is installed when the command is missing.
peers='
nc.openbsd netcat-openbsd
socat socat
python3 python3
cc gcc
'

packages=$(echo "$peers" | while read -r command package; do
    [ -z "$command" ] || command -v "$command" >/dev/null 2>&1 || echo "$package"
done)
packages=$(echo "$packages" | tr '\n' ' ')

if [ -z "${packages% }" ]; then
    echo "install-peers: everything is there"
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "install-peers: this system has no apt-get; please install: $packages" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    root=
elif command -v sudo >/dev/null 2>&1; then
    root=sudo
else
    echo "install-peers: as root, run: apt-get install $packages" >&2
    exit 1
fi
echo "install-peers: installing $packages"
$root apt-get update -q
# shellcheck disable=SC2086 # several words on purpose
$root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
