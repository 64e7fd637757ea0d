"""The rows of lesson 2: nc, socat and Python against our server and client."""

import sys

from stream import HERE, client, server

GREETING = (b"", b"Welcome!\n")
LONGEST = b"x" * 65536
# What the threaded server of many lecture notes says, and its client sends.
LECTURE = ["--greeting", "Welcome to server", "--answer", "Server {}"]


def hello(*names):
    """Turns for our server: each name, its answer."""
    return [GREETING, *((name + b"\n", b"Hello, " + name + b"!\n") for name in names)]


def dialogue(*names):
    """Turns for our client, whose peer is somebody at nc who speaks first."""
    greeting = (b"", b"", b"Welcome!\n", b"Welcome!\n")
    return [greeting, *((name + b"\n", name + b"\n", b"Hello, " + name + b"!\n",
                         b"Hello, " + name + b"!\n") for name in names)]


def welcome(greeting):
    """A socat that speaks first, then sends everything back."""
    program = [sys.executable, "-u", f"{HERE}/welcome.py", greeting.encode().hex()]
    return lambda socat, at: (socat, "-t5", at.socat_listen, f"EXEC:{' '.join(program)}")


def rows():
    names = [b"Ada", b"", "李".encode()]

    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("nc", "lines", over, "half-close (-N)", hello(*names), flags=["-N"])
    yield server("nc", "lines", "IPv4", "typed by hand", [*hello(*names), (b"q\n", b"")], typed=True)
    yield server("nc", "lines", "IPv4", "CR LF (-C)",
                 [*hello(*names), (b"end\n", b"")], flags=["-C", "-N"])
    yield server("nc", "lines", "IPv4", "unterminated last name",
                 [*hello(b"Ada"), (b"Bob", b"Hello, Bob!\n")], flags=["-N"])
    yield server("nc", "lines", "IPv4", "not text",
                 [*hello(b"Ada"), (b"ab\xff\nlost\n", b"ERR not text at byte 2\n")], flags=["-N"])
    yield server("nc", "lines", "IPv4", "a pool of one", hello(*names), flags=["-N"],
                 args=["--model", "pool", "--workers", "1"])
    yield server("nc", "raw", "IPv4", "typed by hand",
                 [(b"", b"Welcome!"), (b"Ada", b"Hello, Ada!"), (b"Bo", b"Hello, Bo!")],
                 flags=["-N"], typed=True)
    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("socat", "lines", over, "half-close", hello(*names))
    yield server("socat", "lines", "IPv4", "line too long",
                 [GREETING, (LONGEST + b"x", b"ERR too long\n")])
    yield server("socat", "raw", "IPv4", "typed by hand",
                 [(b"", b"Welcome!"), (b"Ada", b"Hello, Ada!")], typed=True)
    for framing in ["lines", "raw"]:
        for over in ["IPv4", "IPv6", "Unix"]:
            # Nobody can send an empty name raw.
            some = [name for name in names if name or framing != "raw"]
            yield server("python", framing, over, "one name at a time", hello(*some),
                         flags=["--greet"], typed=True)
    yield server("python", "raw", "IPv4", "lecture's client, recv(1024)",
                 [(b"", b"Welcome to server\nServer Hello\nServer Hi\nServer nihao\n")], args=LECTURE,
                 command=lambda python, to: (python, f"{HERE}/hello_hi.py", *to.python))

    for over in ["IPv4", "IPv6", "Unix"]:
        yield client("nc", "lines", over, "typed by hand", dialogue(*names))
    yield client("nc", "lines", "IPv4", "CR LF (-C)", dialogue(b"Ada"), flags=["-C"])
    yield client("nc", "raw", "IPv4", "typed by hand",
                 [(b"", b"", b"Welcome!", b"Welcome!\n"), (b"Ada\n", b"Ada", b"Hello, Ada!", b"Hello, Ada!\n")])
    for over in ["IPv4", "IPv6", "Unix"]:
        yield client("socat", "lines", over, "welcomes and echoes",
                     [(b"", None, None, b"Welcome!\n"), (b"Ada\n", None, None, b"Ada\n")],
                     command=welcome("Welcome!\n"))
    yield client("socat", "raw", "IPv4", "welcomes and echoes",
                 [(b"", None, None, b"Welcome!\n"), (b"Ada\n", None, None, b"Ada\n")],
                 command=welcome("Welcome!"))
    yield client("socat", "lines", "IPv4", "longest answer",
                 [(b"", None, None, b"Welcome!\n"), (LONGEST + b"\n", None, None, LONGEST + b"\n")],
                 command=welcome("Welcome!\n"))
    for framing in ["lines", "raw"]:
        for over in ["IPv4", "IPv6", "Unix"]:
            some = [name for name in names if name or framing != "raw"]
            turns = [(b"", None, None, b"Welcome!\n"),
                     *((name + b"\n", None, None, b"Hello, " + name + b"!\n") for name in some)]
            yield client("python", framing, over, "greeted", turns, flags=["--greet"])
