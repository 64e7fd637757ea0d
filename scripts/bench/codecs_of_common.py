"""codecs and codecs-text: the pure code of `common`, measured by `cargo bench`."""

import os
import re
import subprocess

import harness
from harness import Row

RUNS = 5
SCALES = {"B": 2.0**-30, "KiB": 2.0**-20, "MiB": 2.0**-10, "GiB": 1.0, "TiB": 2.0**10}


def framing():
    """Measures and writes the page; whether the goals are reached."""
    rows = [
        Row(f"{what}, {kind}", values, 1.0, " GiB/s", {"what": what, "framing": kind})
        for (what, kind), values in measure("encode|decode").items()
    ]
    return harness.write_page(
        "codecs", "framing, 64-byte messages",
        "1,024 messages of 64 bytes, read in chunks of 16 KiB; GiB of the byte stream in\n"
        "each second, by one thread.", rows)


def text():
    """Measures and writes the page; whether the goals are reached."""
    columns = measure("text_")
    rows = [
        Row(label, [ours / beneath for ours, beneath in zip(values, columns["text_beneath", label])],
            0.9, cells={"decoding": label})
        for (what, label), values in columns.items()
        if what == "text_ours"
    ]
    return harness.write_page(
        "codecs-text", "text, Chinese and English",
        "Our decoder, which names the offset of an error, beside the one that it is built\n"
        "on (`std` for UTF-8, `encoding_rs` for the rest), on Chinese and English mixed.\n"
        "A ratio of 1 means that ours costs nothing.", rows)


def measure(which):
    """(group, name) -> the median GiB/s of each run."""
    cargo = ["cargo", "bench", "--package", "common", "--bench", "codecs"]
    subprocess.run([*cargo, "--no-run"], cwd=harness.ROOT, check=True)
    columns = {}
    for _ in range(RUNS):
        answer = subprocess.run(
            [*cargo, "--quiet", "--", which],
            cwd=harness.ROOT, check=True, capture_output=True, text=True,
            env={**os.environ, "DIVAN_BYTES_FORMAT": "binary"},
        )
        print(".", end="", flush=True)
        for key, value in parse(answer.stdout).items():
            columns.setdefault(key, []).append(value)
    return columns


def parse(table):
    """Reads divan's tree: a group, a name with times, below it the rates."""
    found = {}
    group = name = None
    for line in table.splitlines():
        if match := re.match(r"[├╰]─ (\S+)", line):
            group = match[1]
        elif match := re.match(r"[│ ]  [├╰]─ (\S+)", line):
            name = match[1]
        elif rates := re.findall(r"([\d.]+) ([KMGT]?i?B)/s", line):
            # fastest, slowest, median, mean
            value, unit = rates[2]
            found[group, name] = float(value) * SCALES[unit]
    return found
