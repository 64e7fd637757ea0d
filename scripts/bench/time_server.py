"""time: lesson 8's server against chronyd, and how well its client measures."""

import os
import re
import shutil
import statistics
import subprocess
from socket import SOCK_DGRAM

import harness
from harness import Missing, Row, both

TITLE = "lesson 8's server and chronyd, asked over SNTP"
TEXT = """\
One client asks for the time over loopback and checks that each answer belongs to
its question. With one question under way, each waits for the answer to the one
before: that measures the round trip. With 32 under way the server always has the
next one waiting: that measures the work for each. The load generator
(`scripts/bench/sntp_load.c`) is the same for both.

Neither prints anything (`--quiet`). Still the work is not quite the same. Ours
makes one call to receive and one to send; chronyd receives several packets with
one call (`recvmmsg`), gets from the kernel the time at which each came, which is
better than asking the clock afterwards, and keeps a record of its clients. It
runs without touching the clock (`-x`), as a server with `local stratum 8`.

The last two rows are about being right and not about being fast. Our client asks
eight times, takes the answer with the smallest delay, and prints the offset. All
programs here read the same clock, so the true offset is 0, and what is printed is
the error. The ratio is 100 µs to that error.

Each cell is ours : theirs, a median. CPU is the server's processor time for one
question, user and system."""

# Questions under way, and how many in all.
WINDOWS = {1: 20_000, 32: 200_000}
# An error in seconds that is still good.
GOOD = 100e-6
MEASUREMENTS = 7


def chronyd(program, folder, port):
    """The words that start chronyd as a server on that port."""
    config = os.path.join(folder, f"{port}.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"port {port}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 8\n"
                   f"cmdport 0\nbindcmdaddress /\npidfile {folder}/{port}.pid\n")
    user = os.environ.get("USER") or "root"
    return [program, "-d", "-x", "-U", "-u", user, "-f", config]


def run():
    """Measures and writes the page; whether the goals are reached."""
    program = shutil.which("chronyd") or shutil.which("/usr/sbin/chronyd")
    if not program:
        raise Missing("chronyd (scripts/install-peers.sh installs it)")
    server, client = harness.build("udp-timesync", "udp-timesync-server", "udp-timesync-client")
    with harness.scratch() as folder:
        generator = harness.compile_c("sntp_load", folder)

        def ours(port):
            return [server, "--quiet", "--listen", f"127.0.0.1:{port}"]

        def theirs(port):
            return chronyd(program, folder, port)

        def turn(command, window):
            count = WINDOWS[window]
            return harness.load(command, generator, count, count, window, kind=SOCK_DGRAM)

        rows = []
        for window in WINDOWS:
            print(f"{window} under way: ", end="", flush=True)
            pairs = harness.alternate(lambda: turn(ours, window), lambda: turn(theirs, window))
            rows.append(speed(window, pairs))
        for name, command in [("our server", ours), ("chronyd", theirs)]:
            print(f"offset against {name}")
            errors = []
            with harness.serving(command, SOCK_DGRAM) as (port, _):
                for _ in range(MEASUREMENTS):
                    words = [client, "--sntp", "--interval", "0.02", "--connect", f"127.0.0.1:{port}"]
                    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
                    offset = re.search(r"best of 8: offset (\S+) s", printed).group(1)
                    errors.append(max(abs(float(offset)), 1e-6))
            rows.append(accuracy(name, errors))
    return harness.write_page("time", TITLE, TEXT, rows)


def speed(window, pairs):
    """One line of the table."""
    return Row(
        f"requests/s, {window} under way",
        [ours[0] / theirs[0] for ours, theirs in pairs],
        1.0,
        cells={
            "what": f"requests/s against chronyd, {window} under way",
            "value": both(pairs, 0, ",.0f"),
            "p50 µs": both(pairs, 1, ".1f"),
            "p99 µs": both(pairs, 2, ".1f"),
            "CPU µs": both(pairs, 3, ".2f"),
        },
    )


def accuracy(name, errors):
    """One line about being right."""
    return Row(
        f"100 µs : error, {name}",
        [GOOD / error for error in errors],
        1.0,
        cells={
            "what": f"offset that our client finds, {name}",
            "value": f"{statistics.median(errors) * 1e6:.0f} µs",
            "p50 µs": "",
            "p99 µs": "",
            "CPU µs": "",
        },
    )
