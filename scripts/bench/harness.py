"""What every benchmark needs: building, turns, ratios, and the page."""

import datetime
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAGES = os.path.join(ROOT, "docs", "src", "bench")
sys.path.insert(0, os.path.join(ROOT, "scripts", "interop"))

import plot  # noqa: E402
from engine import PATIENCE, free_port, is_listening, target_directory  # noqa: E402

# Turns that count, after one that does not.
PAIRS = 7


class Missing(Exception):
    """A peer that is not installed."""


@dataclass
class Row:
    """One comparison. `values` is one number for each pair or run: a ratio, or
    an absolute value with a unit. Without a goal it is there to be known."""

    name: str
    values: list
    goal: float | None
    unit: str = ""
    cells: dict = field(default_factory=dict)

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def reached(self):
        return self.goal is None or self.median >= self.goal


def build(package, *binaries):
    """Paths of our release binaries."""
    subprocess.run(["cargo", "build", "--release", "--package", package, "--bins"], cwd=ROOT, check=True)
    return [os.path.join(target_directory(), "release", binary) for binary in binaries]


def compile_c(name, folder):
    """Path of one of the C programs beside this file."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Missing("a C compiler (scripts/install-peers.sh installs gcc)")
    program = os.path.join(folder, name)
    subprocess.run([compiler, "-O2", "-pthread", "-o", program, os.path.join(HERE, name + ".c")], check=True)
    return program


@contextmanager
def scratch():
    """A folder for compiled peers."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def cpu_seconds(process):
    """Processor time of a process so far. It hardly depends on what else the
    machine is doing, which wall time does."""
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as stat:
        # Counted behind the name, which may contain blanks: utime and stime.
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_bound(port):
    """Looks into the system's table of UDP sockets."""
    with open("/proc/net/udp", encoding="utf-8") as table:
        return any(row.split()[1].endswith(f":{port:04X}") for row in table)


@contextmanager
def serving(command, kind=socket.SOCK_STREAM):
    """A server on a port of its own, its output thrown away as it is for all.
    `command` gets the port and gives the words; port and process come back."""
    port = free_port(kind=kind)
    ready = is_listening if kind == socket.SOCK_STREAM else is_bound
    words = command(port)
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"bench: {words[0]} does not listen")
            time.sleep(0.01)
        yield port, process
    finally:
        process.kill()
        process.wait()


def load(command, generator, count, *words, kind=socket.SOCK_STREAM):
    """One turn: a server under a load generator that is told the port and `words`.
    What the generator prints (a rate, p50 and p99 in µs, what else it counts),
    and the server's processor time in µs for each of `count`."""
    with serving(command, kind) as (port, process):
        words = [generator, str(port), *map(str, words)]
        answer = subprocess.run(words, check=True, capture_output=True, text=True)
        cpu = cpu_seconds(process) / count * 1e6
        return [*map(float, answer.stdout.split()), cpu]


def both(pairs, column, form):
    """A cell of the table: the median of ours and of theirs."""
    middle = [statistics.median(pair[side][column] for pair in pairs) for side in (0, 1)]
    return " : ".join(format(value, form) for value in middle)


def alternate(ours, theirs, pairs=PAIRS):
    """Runs A B A B … and gives the results of the pairs after the first."""
    results = []
    for turn in range(pairs + 1):
        results.append((ours(), theirs()))
        print("." if turn else "warm-up ", end="", flush=True)
    print()
    return results[1:]


def machine():
    """What the numbers were measured on, in one line."""
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = re.search(r"model name\s*: (.*)", info.read()).group(1)
    except (OSError, AttributeError):
        pass
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release().split('-')[0]}"


def write_page(name, title, text, rows):
    """Prints the table and writes it with its plot, as a part of index.md."""
    columns = list(rows[0].cells)
    header = [*columns, "median", "spread", "goal", ""]
    lines = [header, ["---"] * len(columns) + ["---:", "---:", "---:", "---"]]
    for row in rows:
        low, high = min(row.values), max(row.values)
        goal = ["–", ""] if row.goal is None else [
            f"≥ {row.goal:g}{row.unit}", "reached" if row.reached else "missed"]
        lines.append([*row.cells.values(), f"{row.median:.2f}{row.unit}", f"{low:.2f}–{high:.2f}", *goal])
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    command = f"scripts/bench.sh {name}"
    page = (f"## {name}: {title}\n\n<!-- Written by {command}; do not edit. -->\n\n{text}\n\n"
            f"![{title}: each dot is one pair or run, the bar is the median]({name}.svg)\n\n"
            f"{table}\n\n"
            f"Measured on {datetime.date.today().isoformat()} on {machine()}. "
            f"Again on yours: `{command}`.\n")
    with open(os.path.join(PAGES, f"{name}.md"), "w", encoding="utf-8") as file:
        file.write(page)
    with open(os.path.join(PAGES, f"{name}.svg"), "w", encoding="utf-8") as file:
        file.write(plot.svg(title, rows))
    print(f"\n{table}\n")
    return all(row.reached for row in rows)
