"""What the echo benchmarks share: our server against one in C and one in Python,
with one message under way and with many."""

import os
import sys

import harness
from harness import Row, both


def run(benchmark):
    """Measures and writes the page; whether the goals are reached. `benchmark` is
    the module that says what is measured."""
    lesson = benchmark.LESSON
    [ours] = harness.build(lesson, f"{lesson}-server")
    with harness.scratch() as folder:
        generator = harness.compile_c(benchmark.GENERATOR, folder)
        c_server = harness.compile_c(benchmark.C_SERVER, folder)
        py_server = os.path.join(harness.HERE, benchmark.PYTHON_SERVER)
        peers = {
            "C": lambda port: [c_server, str(port)],
            "Python": lambda port: [sys.executable, py_server, str(port)],
        }

        def turn(command, window):
            count = benchmark.WINDOWS[window]
            return harness.load(command, generator, count, count, window, kind=benchmark.KIND)

        rows = []
        for window in benchmark.WINDOWS:
            for peer, command in peers.items():
                print(f"against {peer}, {window} under way: ", end="", flush=True)
                pairs = harness.alternate(
                    lambda: turn(lambda port: [ours, "--listen", f"127.0.0.1:{port}"], window),
                    lambda: turn(command, window),
                )
                rows.append(row(benchmark, peer, window, pairs))
    return harness.write_page(benchmark.NAME, benchmark.TITLE, benchmark.TEXT, rows)


def row(benchmark, peer, window, pairs):
    """One line of the table."""
    return Row(
        f"{peer}, {window} under way",
        [ours[0] / theirs[0] for ours, theirs in pairs],
        benchmark.GOALS[peer, window],
        cells={
            "against": peer,
            "under way": str(window),
            f"{benchmark.UNIT}/s": both(pairs, 0, ",.0f"),
            "p50 µs": both(pairs, 1, ".1f"),
            "p99 µs": both(pairs, 2, ".1f"),
            "CPU µs": both(pairs, 3, ".2f"),
        },
    )
