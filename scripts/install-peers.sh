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
chronyd chrony
'

# Where administrators' programs are, such as chronyd.
PATH=$PATH:/usr/sbin
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
case " $packages" in
*" chrony "*)
    # The package takes the place of another time service and would start its
    # own. We want the program alone: nothing of ours may set a clock.
    if [ "${CI:-}" != true ] && systemctl is-active --quiet systemd-timesyncd 2>/dev/null; then
        echo "install-peers: chrony is left out, it would replace systemd-timesyncd"
        packages=$(echo "$packages" | sed 's/chrony //')
    elif [ ! -e /usr/sbin/policy-rc.d ]; then
        trap '$root rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' | $root tee /usr/sbin/policy-rc.d >/dev/null
        $root chmod +x /usr/sbin/policy-rc.d
    fi
    ;;
esac
if [ -z "${packages% }" ]; then
    exit 0
fi
echo "install-peers: installing $packages"
$root apt-get update -q
# shellcheck disable=SC2086 # several words on purpose
$root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
