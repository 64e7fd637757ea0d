"""udp-echo: lesson 3's server with one client, against the same in C and Python."""

import os
import statistics
import subprocess
import sys

import harness
from harness import Row

TITLE = "lesson 3's server, one client, datagrams of 64 bytes"
TEXT = """\
One client sends datagrams of 64 bytes over loopback and compares every answer
with what it sent. With one under way, each waits for the answer to the one
before: that measures the round trip. With 32 under way the server always has the
next one waiting: that measures the work for each. The load generator
(`scripts/bench/udp_pingpong.c`) is the same for all.

Every server is a loop of `recvfrom` and `sendto`, and prints each datagram with
its sender, control characters written out, to standard output (here `/dev/null`)
at once. Ours also takes any text encoding, notices datagrams that do not fit,
and can be stopped; `scripts/bench/udp_echo.c` and
`scripts/bench/udp_echo_peer.py` do none of that.

Three times Python is missed, and nothing that sends and receives one datagram
with each call can reach it here. Of our 8 µs of processor time for one datagram
the kernel takes 7: about half of that is `sendto`, which carries the datagram
through the loopback interface into the other socket and wakes its reader;
printing is a fiftieth of it. Python makes the same calls and adds 7 to 8 µs of
its own, so even a server that computed nothing at all would be two to two and a
half times as fast.

Each cell is ours : theirs, a median. CPU is the server's processor time for one
datagram, user and system."""

# Datagrams under way, and how many in all: one to three seconds a turn.
WINDOWS = {1: 60_000, 32: 400_000}
# "About as fast as C". A round trip is the kernel's work more than anybody's, so
# Python can be left behind only where datagrams come together.
GOALS = {("C", 1): 0.95, ("C", 32): 0.95, ("Python", 1): 1.2, ("Python", 32): 3.0}


def is_bound(port):
    """Looks into the system's table of UDP sockets."""
    with open("/proc/net/udp", encoding="utf-8") as table:
        return any(row.split()[1].endswith(f":{port:04X}") for row in table)


def run():
    """Measures and writes the page; whether the goals are reached."""
    [ours] = harness.build("udp-basics", "udp-basics-server")
    with harness.scratch() as folder:
        pingpong = harness.compile_c("udp_pingpong", folder)
        c_server = harness.compile_c("udp_echo", folder)
        py_server = os.path.join(harness.HERE, "udp_echo_peer.py")
        peers = {
            "C": lambda port: [c_server, str(port)],
            "Python": lambda port: [sys.executable, py_server, str(port)],
        }

        def turn(command, window):
            count = WINDOWS[window]
            with harness.serving(command, ready=is_bound) as (port, process):
                words = [pingpong, str(port), str(count), str(window)]
                answer = subprocess.run(words, check=True, capture_output=True, text=True)
                cpu = harness.cpu_seconds(process) / count * 1e6
                return [*map(float, answer.stdout.split()), cpu]

        rows = []
        for window in WINDOWS:
            for peer, command in peers.items():
                print(f"against {peer}, {window} under way: ", end="", flush=True)
                pairs = harness.alternate(
                    lambda: turn(lambda port: [ours, "--listen", f"127.0.0.1:{port}"], window),
                    lambda: turn(command, window),
                )
                rows.append(row(peer, window, pairs))
    return harness.write_page("udp-echo", TITLE, TEXT, rows)


def row(peer, window, pairs):
    """One line of the table."""

    def both(column, form):
        middle = [statistics.median(pair[side][column] for pair in pairs) for side in (0, 1)]
        return " : ".join(format(value, form) for value in middle)

    return Row(
        f"{peer}, {window} under way",
        [ours[0] / theirs[0] for ours, theirs in pairs],
        GOALS[peer, window],
        cells={
            "against": peer,
            "under way": str(window),
            "datagrams/s": both(0, ",.0f"),
            "p50 µs": both(1, ".1f"),
            "p99 µs": both(2, ".1f"),
            "CPU µs": both(3, ".2f"),
        },
    )
