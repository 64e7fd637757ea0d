"""threaded: lesson 2's server with many clients at once, against tokio, epoll in
C, and Python."""

import os
import statistics
import subprocess
import sys

import harness
from harness import HERE, ROOT, Row

TITLE = "lesson 2's server, many clients, 13-byte names"
TEXT = """\
1, 8, 64 and 512 clients are connected at once, each with one name of 13 bytes (LF
included) under way: it waits for the answer before it sends the next. The load
generator (`scripts/bench/many.c`) is the same for all and checks every answer.

Ours has a thread for each client that blocks in a read. The peers: a task for
each client on tokio (`scripts/bench/greet-tokio`), one thread with epoll in C
(`scripts/bench/greet.c`), and a thread for each client in Python's `socketserver`
(`scripts/bench/greet.py`). Ours also keeps its time limits, counts who is there,
prints who comes and goes, and can be stopped; the peers do none of that.

Each cell is ours : theirs, a median. The rows named p99 compare the slowest of a
hundred answers: there the ratio is theirs to ours, so that more is better again."""

# Clients at once, and names in all: about a second a turn.
LOADS = {1: 30_000, 8: 80_000, 64: 80_000, 512: 80_000}
GOALS = {"tokio": 1.1, "epoll in C": 1.0, "Python": 3.0}


def tokio():
    """Path of the tokio server, built here because it is no part of the workspace."""
    folder = os.path.join(HERE, "greet-tokio")
    target = os.path.join(harness.target_directory(), "greet-tokio")
    subprocess.run(["cargo", "build", "--release", "--locked", "--target-dir", target], cwd=folder, check=True)
    return os.path.join(target, "release", "greet-tokio")


def peers(folder):
    """The servers to compare with, by name; each takes its port."""
    epoll, tasks = harness.compile_c("greet", folder), tokio()
    return {
        "tokio": lambda port: [tasks, str(port)],
        "epoll in C": lambda port: [epoll, str(port)],
        "Python": lambda port: [sys.executable, os.path.join(HERE, "greet.py"), str(port)],
    }


def ours():
    """Our server, as `peers` are."""
    [server] = harness.build("tcp-threaded", "tcp-threaded-server")
    return lambda port: [server, "--listen", f"127.0.0.1:{port}"]


def run():
    """Measures and writes the page; whether the goals are reached."""
    threads = ours()
    with harness.scratch() as folder:
        many = harness.compile_c("many", folder)

        def turn(command, clients):
            count = LOADS[clients]
            with harness.serving(command) as (port, process):
                words = [many, str(port), str(clients), str(count)]
                answer = subprocess.run(words, check=True, capture_output=True, text=True)
                cpu = harness.cpu_seconds(process) / count * 1e6
                return [*map(float, answer.stdout.split()), cpu]

        rows = []
        for clients in LOADS:
            for peer, command in peers(folder).items():
                print(f"{clients} clients, against {peer}: ", end="", flush=True)
                pairs = harness.alternate(lambda: turn(threads, clients), lambda: turn(command, clients))
                rows += rows_of(peer, clients, pairs)
    return harness.write_page("threaded", TITLE, TEXT, rows)


def rows_of(peer, clients, pairs):
    """The lines of the table for one peer and number of clients."""

    def both(column, form):
        middle = [statistics.median(pair[side][column] for pair in pairs) for side in (0, 1)]
        return " : ".join(format(value, form) for value in middle)

    cells = {
        "against": peer,
        "clients": str(clients),
        "messages/s": both(0, ",.0f"),
        "p50 µs": both(1, ".1f"),
        "p99 µs": both(2, ".1f"),
        "CPU µs": both(3, ".2f"),
    }
    rows = [Row(f"{peer}, {clients} clients", [ours[0] / theirs[0] for ours, theirs in pairs],
                GOALS[peer], cells=cells)]
    if peer == "tokio":
        slow = {**dict.fromkeys(cells, ""), "against": "tokio, p99", "clients": str(clients), "p99 µs": both(2, ".1f")}
        rows.append(Row(f"tokio p99, {clients} clients", [theirs[2] / ours[2] for ours, theirs in pairs],
                        1.0, cells=slow))
    return rows
