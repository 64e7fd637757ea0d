"""The rows of lesson 8: chronyd and Python against our server and client.

chronyd never touches the clock here (-x), runs without privileges, listens
nowhere but on loopback, and is gone after its row.
"""

import os
import pwd
import re
import socket
import tempfile
import time
from contextlib import contextmanager

from engine import Failed, free_port, running
from stream import Row
from udp_basics import place, wait_bound

HERE = os.path.dirname(os.path.abspath(__file__))
# On one machine all programs read the same clock.
CLOSE = 100e-6
# A busy machine may hold up a single datagram for longer. Not all of them.
ROUNDS = 5
ALL = "%Y %m %d %H %M %y %j %p %I %a %A %b %B %x %Z %z %F %e %u %%"


def free_place(over):
    """Where nobody listens yet."""
    family = socket.AF_INET6 if over == "IPv6" else socket.AF_INET
    return place(over, free_port(family, socket.SOCK_DGRAM))


@contextmanager
def chronyd(program, *lines):
    """A chronyd with this configuration, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "chrony.conf")
        with open(config, "w", encoding="utf-8") as file:
            # No command port, no command socket.
            file.write("\n".join([*lines, "cmdport 0", "bindcmdaddress /",
                                  f"pidfile {folder}/pid", ""]))
        once = ["-Q", "-t", "9"] if any(line.startswith("server") for line in lines) else []
        user = pwd.getpwuid(os.getuid()).pw_name
        with running(program, "-d", "-x", *once, "-U", "-u", user, "-f", config) as theirs:
            yield theirs


def close_enough(measure):
    """Measures until an offset is small; fails if none is."""
    offsets = []
    for _ in range(ROUNDS):
        offsets.append(measure())
        if abs(offsets[-1]) < CLOSE:
            return
    raise Failed(f"one clock, but offsets of {offsets} s")


def takes_our_time(over):
    def play(binary, program):
        with running(f"{binary}-server", "--listen", place(over, 0).ours) as ours:
            port = int(ours.line().rpartition(":")[2])
            host = place(over, port).host

            def measure():
                source = f"server {host} port {port} iburst maxsamples 4"
                with chronyd(program, source) as theirs:
                    theirs.finish(0)
                    told = re.search(r"System clock wrong by (\S+) seconds \(ignored\)", theirs.err.decode())
                    if not told:
                        raise Failed(f"chronyd took no time: {theirs.err.decode()}")
                    return float(told.group(1))

            close_enough(measure)
            if "SNTP version 4" not in ours.stop():
                raise Failed("the server showed no question")

    return play


def gives_its_time(over):
    def play(binary, program):
        with serving(program, over, "local stratum 8") as at:

            def measure():
                with running(f"{binary}-client", "--sntp", "--interval", "0.02", "--connect", at.ours) as ours:
                    printed = ours.finish(0).decode()
                    if printed.count(", stratum 8\n") != 8:
                        raise Failed(f"the client printed {printed}")
                    return float(re.search(r"best of 8: offset (\S+) s", printed).group(1))

            close_enough(measure)

    return play


def has_no_time(binary, program):
    """chronyd without a clock that it believes: stratum 0."""
    with serving(program, "IPv4") as at:
        with running(f"{binary}-client", "--sntp", "--connect", at.ours) as ours:
            ours.finish(1)
            if b"its own clock was never set" not in ours.err:
                raise Failed(f"the client said {ours.err.decode()}")


@contextmanager
def serving(program, over, *lines):
    """chronyd as a server; its place."""
    at = free_place(over)
    with chronyd(program, f"port {at.port}", f"bindaddress {at.host}", f"allow {at.host}", *lines) as theirs:
        wait_bound(theirs, at)
        yield at


def python_asks(over, kind, words, wanted):
    def play(binary, program):
        with running(f"{binary}-server", "--listen", place(over, 0).ours) as ours:
            at = place(over, int(ours.line().rpartition(":")[2]))
            for _ in range(ROUNDS):
                expected = wanted()
                with running(program, f"{HERE}/time_peer.py", kind, *at.python, *words) as theirs:
                    printed = theirs.finish(0).decode()
                # A minute may end between the two.
                if printed == expected:
                    return
            raise Failed(f"Python got {printed!r}, not {expected!r}")

    return play


def python_answers(over):
    def play(binary, program):
        at = free_place(over)
        with running(program, f"{HERE}/time_peer.py", "server", *at.python) as theirs:
            wait_bound(theirs, at)
            words = ["--format", "%Y年 100 %%", "--count", "2", "--interval", "0"]
            with running(f"{binary}-client", "--connect", at.ours, *words) as ours:
                year = time.strftime("%Y")
                if ours.finish(0).decode() != f"{year}年 100 %\n" * 2:
                    raise Failed(f"the client printed {ours.out.decode()}")

    return play


def rows():
    def row(ours, peer, over, what, play):
        return Row(ours, peer, "", over, what, play)

    for over in ["IPv4", "IPv6"]:
        yield row("server", "chronyd", over, "chronyd takes our time", takes_our_time(over))
    for over in ["IPv4", "IPv6"]:
        yield row("server", "python", over, "every conversion but the seconds",
                  python_asks(over, "client", [ALL], lambda: time.strftime(ALL) + "\n"))
    yield row("server", "python", "IPv4", "lecture's client, twice",
              python_asks("IPv4", "client", ["%c!", "%X"],
                          lambda: time.strftime("%c!\n%X\n")))
    for version in ["3", "4"]:
        yield row("server", "python", "IPv4", f"SNTP, version {version}",
                  python_asks("IPv4", "sntp", [version],
                              lambda version=version: f"0 {version} 4 10 0 0 7f7f0101 True True True\n"))
    for over in ["IPv4", "IPv6"]:
        yield row("client", "chronyd", over, "chronyd gives its time", gives_its_time(over))
    yield row("client", "chronyd", "IPv4", "chronyd has no time", has_no_time)
    for over in ["IPv4", "IPv6"]:
        yield row("client", "python", over, "lecture's server", python_answers(over))
