"""threaded: lesson 2's server with many clients at once, against tokio, epoll in
C, and Python."""

import itertools
import os
import subprocess
import sys

import harness
from harness import HERE, ROOT, Row, both

TITLE = "lesson 2's server, many clients, 13-byte names"
TEXT = """\
1, 8, 64 and 512 clients are connected at once, each with one name of 13 bytes (LF
included) under way: it waits for the answer before it sends the next. The load
generator (`scripts/bench/many.c`) is the same for all and checks every answer.

It has two shapes, because the result depends on it. **A thread each**: every client
is a thread that blocks until its answer is there, as separate programs with one
connection do. Each answer then wakes a thread, whatever the server is made of.
**One loop**: a single thread holds all clients with epoll and sends as many names at
a time as it has found answers. So names come in batches. A server that is a loop
too takes a batch as one, and nobody is woken in between; a server with a thread for
each client has to wake one for each name.

Ours has a thread for each client that blocks in a read. The peers: a task for
each client on tokio (`scripts/bench/greet-tokio`), one thread with epoll in C
(`scripts/bench/greet.c`), and a thread for each client in Python's `socketserver`
(`scripts/bench/greet.py`). Ours also keeps its time limits, counts who is there,
prints who comes and goes, and can be stopped; the peers do none of that.

Each cell is ours : theirs, a median. The rows named p99 compare the slowest of a
hundred answers: there the ratio is theirs to ours, so that more is better again."""

# Clients at once, and names in all: one to two seconds a turn, Python more.
LOADS = {1: 20_000, 8: 40_000, 64: 40_000, 512: 80_000}
GOALS = {"tokio": 1.1, "epoll in C": 1.0, "Python": 3.0}
# How the clients are held, and what the load generator is told.
SHAPES = {"a thread each": ["threads"], "one loop": []}


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

        def turn(command, clients, shape):
            count = LOADS[clients]
            return harness.load(command, many, count, clients, count, *SHAPES[shape])

        rows = []
        theirs = peers(folder)
        for shape, clients in itertools.product(SHAPES, LOADS):
            for peer, command in theirs.items():
                print(f"{clients} clients, {shape}, against {peer}: ", end="", flush=True)
                pairs = harness.alternate(lambda: turn(threads, clients, shape),
                                          lambda: turn(command, clients, shape))
                rows += rows_of(peer, clients, shape, pairs)
    return harness.write_page("threaded", TITLE, TEXT, rows)


def rows_of(peer, clients, shape, pairs):
    """The lines of the table for one peer, number of clients and shape of them."""
    cells = {
        "against": peer,
        "clients": f"{clients}, {shape}",
        "messages/s": both(pairs, 0, ",.0f"),
        "p50 µs": both(pairs, 1, ".1f"),
        "p99 µs": both(pairs, 2, ".1f"),
        "CPU µs": both(pairs, 3, ".2f"),
    }
    rows = [Row(f"{peer}, {clients}, {shape}", [ours[0] / theirs[0] for ours, theirs in pairs],
                GOALS[peer], cells=cells)]
    if peer == "tokio":
        slow = {**dict.fromkeys(cells, ""), "against": "tokio, p99", "clients": cells["clients"],
                "p99 µs": cells["p99 µs"]}
        rows.append(Row(f"tokio p99, {clients}, {shape}", [theirs[2] / ours[2] for ours, theirs in pairs],
                        1.0, cells=slow))
    return rows
