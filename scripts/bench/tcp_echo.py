"""tcp-echo: lesson 1's server with one client, against the same in C and Python."""

import os
import statistics
import subprocess
import sys

import harness
from harness import Row

TITLE = "lesson 1's server, one client, 13-byte lines"
TEXT = """\
One client sends lines of 13 bytes, LF included, over loopback and checks every
answer. With one line under way, each waits for the answer to the one before:
that measures the round trip. With 64 under way, several lines share a read and a
write: that measures the work for each message. The load generator
(`scripts/bench/pingpong.c`) is the same for all.

Every server finds the lines in its input, drops a CR, knows the markers, prints
each message with its sender to standard output (here `/dev/null`) at once, and
writes the answers of one read in one go. Ours also checks that the text is
UTF-8, keeps its time limits and can be stopped; `scripts/bench/echo.c` does none
of that. `scripts/bench/echo.py` decodes, and does neither of the others.

Each cell is ours : theirs, a median. CPU is the server's processor time for one
message, user and system."""

# Lines under way, and how many in all: one to three seconds a turn.
WINDOWS = {1: 60_000, 64: 1_000_000}
# "About as fast as C". A round trip is the kernel's work more than anybody's, so
# Python can be left behind only where messages come together.
GOALS = {("C", 1): 0.95, ("C", 64): 0.95, ("Python", 1): 1.2, ("Python", 64): 3.0}


def run():
    """Measures and writes the page; whether the goals are reached."""
    [ours] = harness.build("tcp-basics", "tcp-basics-server")
    with harness.scratch() as folder:
        pingpong = harness.compile_c("pingpong", folder)
        c_server = harness.compile_c("echo", folder)
        py_server = os.path.join(harness.HERE, "echo.py")
        peers = {
            "C": lambda port: [c_server, str(port)],
            "Python": lambda port: [sys.executable, py_server, str(port)],
        }

        def turn(command, window):
            count = WINDOWS[window]
            with harness.serving(command) as (port, process):
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
    return harness.write_page("tcp-echo", TITLE, TEXT, rows)


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
            "messages/s": both(0, ",.0f"),
            "p50 µs": both(1, ".1f"),
            "p99 µs": both(2, ".1f"),
            "CPU µs": both(3, ".2f"),
        },
    )
