"""Runs benchmarks by name; all of them without one. bench.py [NAME...|all]"""

import subprocess
import sys

import chat
import codecs_of_common as codecs
import echoes
import idle
import tcp_echo
import threaded
import time_server
import udp_echo
from harness import Missing

BENCHMARKS = {
    "tcp-echo": lambda: echoes.run(tcp_echo),
    "threaded": threaded.run,
    "idle": idle.run,
    "udp-echo": lambda: echoes.run(udp_echo),
    "chat": chat.run,
    "time": time_server.run,
    "codecs": codecs.framing,
    "codecs-text": codecs.text,
}


def main(names):
    if not names or "all" in names:
        names = list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"bench: no {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    missed = []
    for name in names:
        print(f"bench: {name}", flush=True)
        try:
            if not BENCHMARKS[name]():
                missed.append(name)
        except Missing as missing:
            print(f"bench: {name} not measured, because it is missing: {missing}", file=sys.stderr)
            return 1
        except subprocess.CalledProcessError as error:
            print(f"bench: {error}\n{error.stderr or ''}", file=sys.stderr)
            return 1
    if missed:
        # A goal is a statement about the code and this machine, not a test.
        print(f"bench: goals missed in {', '.join(missed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
