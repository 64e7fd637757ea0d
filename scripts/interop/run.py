"""The interop matrix: plays every row, prints a table, exits 1 if one is red.

run.py [LESSON...]; the programs must have been built.
"""

import os
import shutil
import socket
import subprocess
import sys
import unicodedata

import tcp_basics
import tcp_threaded
import udp_basics
import udp_chat
import udp_timesync
from engine import Failed, target_directory

LESSONS = {
    "tcp-basics": tcp_basics,
    "tcp-threaded": tcp_threaded,
    "udp-basics": udp_basics,
    "udp-chat": udp_chat,
    "udp-timesync": udp_timesync,
}

# Peer: its names, and how it tells its version. A netcat that is not OpenBSD's
# has other flags.
PEERS = {
    "nc": (["nc.openbsd", "nc"], ["-h"], "OpenBSD"),
    "socat": (["socat"], ["-V"], "socat version"),
    "python": ([sys.executable], ["--version"], "Python"),
    # An administrator's program: often not where others look.
    "chronyd": (["chronyd", "/usr/sbin/chronyd"], ["-v"], "version"),
}


def find(peer):
    """The path of a peer and its version, or None."""
    names, flags, mark = PEERS[peer]
    for path in filter(None, map(shutil.which, names)):
        answer = subprocess.run([path, *flags], capture_output=True, text=True, timeout=10, check=False)
        for line in (answer.stdout + answer.stderr).splitlines():
            if mark in line:
                return path, line.strip().split(" on ")[0]
    return None


def has_ipv6():
    """Whether this machine has an IPv6 loopback address."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False


def cell(text, width):
    """`text`, filled up as a terminal counts columns."""
    taken = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * (width - taken)


def main(lessons):
    if unknown := set(lessons) - set(LESSONS):
        print(f"interop: no rows for {', '.join(sorted(unknown))}; there are: {', '.join(LESSONS)}")
        return 2
    if not os.path.exists("/proc/net/tcp"):
        print("interop: skipped, it needs the socket tables of Linux in /proc/net")
        return 0
    peers = {peer: find(peer) for peer in PEERS}
    for peer, found in peers.items():
        print(f"{peer:7} {found[1] if found else 'missing (scripts/install-peers.sh installs it)'}")
    print()
    ipv6 = has_ipv6()
    counts = {"pass": 0, "FAIL": 0, "skipped": 0}
    for lesson in lessons or LESSONS:
        binary = os.path.join(target_directory(), "debug", lesson)
        for row in LESSONS[lesson].rows():
            result, why = "pass", ""
            if not peers[row.peer]:
                result, why = "skipped", f": {row.peer} is missing"
            elif row.over == "IPv6" and not ipv6:
                result, why = "skipped", ": this machine has no ::1"
            else:
                try:
                    row.play(binary, peers[row.peer][0])
                except Failed as failure:
                    result, why = "FAIL", f": {failure}"
            counts[result] += 1
            print(f"{lesson}-{row.ours}  {row.peer:7}  {row.framing:6}  {row.over:4}  "
                  f"{cell(row.what, 34)}  {result}{why}", flush=True)
    print(f"\n{counts['pass']} passed, {counts['FAIL']} failed, {counts['skipped']} skipped")
    unplayed = counts["skipped"] if os.environ.get("CI") == "true" else 0
    return 1 if counts["FAIL"] or unplayed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
