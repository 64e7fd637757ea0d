"""The rows of lesson 1: nc, socat and Python against our server and client."""

import os
import socket
import struct
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable

from engine import Failed, free_port, running, wait_listening

HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST = b"x" * 65536


@dataclass
class Row:
    """One pair of programs and what they say to each other."""

    ours: str
    peer: str
    framing: str
    over: str
    what: str
    play: Callable[[str], None]


@dataclass
class Place:
    """Where a peer is told to go."""

    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def nc(self):
        return ("-U", self.path) if self.path else (self.host, str(self.port))

    @property
    def python(self):
        return (self.path,) if self.path else (self.host, str(self.port))

    @property
    def socat_connect(self):
        if self.path:
            return f"UNIX-CONNECT:{self.path}"
        return f"TCP6:[{self.host}]:{self.port}" if ":" in self.host else f"TCP4:{self.host}:{self.port}"

    @property
    def socat_listen(self):
        if self.path:
            return f"UNIX-LISTEN:{self.path}"
        kind, host = ("TCP6", f"[{self.host}]") if ":" in self.host else ("TCP4", self.host)
        return f"{kind}-LISTEN:{self.port},bind={host},reuseaddr"

    @property
    def ours(self):
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@contextmanager
def place(over, choose_port):
    """A place to listen. A port of 0 where the listener can say which it got."""
    if over == "Unix":
        with tempfile.TemporaryDirectory() as folder:
            yield Place(path=os.path.join(folder, "s"))
    elif over == "IPv6":
        yield Place("::1", free_port(socket.AF_INET6) if choose_port else 0)
    else:
        yield Place("127.0.0.1", free_port() if choose_port else 0)


# What peers are called with, for our server and for our client.
CONNECT = {
    "nc": lambda nc, to, flags, _: (nc, *flags, *to.nc),
    "socat": lambda socat, to, flags, _: (socat, "-t5", *flags, "-", to.socat_connect),
    "python": lambda python, to, flags, framing: (
        python, "-u", f"{HERE}/peer.py", "client", framing, *to.python),
}
LISTEN = {
    "nc": lambda nc, at, flags, _: (nc, "-l", *flags, *at.nc),
    "socat": lambda socat, at, flags, _: (socat, "-t5", *flags, at.socat_listen, "PIPE"),
    "python": lambda python, at, flags, framing: (
        python, f"{HERE}/peer.py", "server", framing, *at.python),
}


def server(peer, framing, over, what, turns, *, flags=(), args=(), typed=False, shown=None,
           command=None):
    """A row for our server. `turns`: what the peer is given, what it must print.
    Typed, each waits for the one before; else all come at once and then the end
    of input. `shown`: the messages that our server must have printed."""

    def play(binary, program):
        with place(over, choose_port=False) as at:
            with running(f"{binary}-server", "--listen", at.ours, "--framing", framing, *args) as ours:
                address = ours.line().removeprefix("listening on ")
                if not at.path:
                    at.port = int(address.rpartition(":")[2])
                call = command(program, at) if command else CONNECT[peer](program, at, flags, framing)
                with running(*call) as theirs:
                    if typed:
                        for given, wanted in turns:
                            theirs.send(given)
                            theirs.expect(wanted)
                        theirs.close()
                    else:
                        theirs.send(b"".join(given for given, _ in turns))
                        theirs.close()
                        theirs.expect(b"".join(wanted for _, wanted in turns))
                    theirs.end()
                said = [line.partition(": ")[2] for line in ours.stop().splitlines()
                        if ": " in line and " left: " not in line]
                if shown is not None and said != shown:
                    raise Failed(f"the server showed {said}, not {shown}")

    return Row("server", peer, framing, over, what, play)


def client(peer, framing, over, what, turns, *, flags=(), args=()):
    """A row for our client. `turns`: what is typed, what the peer must get,
    what it answers, what the client must print; peers that echo by themselves
    have None in the middle."""

    def play(binary, program):
        with place(over, choose_port=True) as at:
            with running(*LISTEN[peer](program, at, flags, framing)) as theirs:
                wait_listening(theirs, at.path or at.port)
                with running(f"{binary}-client", "--connect", at.ours, "--framing", framing, *args) as ours:
                    for given, arrives, answer, printed in turns:
                        ours.send(given)
                        if arrives is not None:
                            theirs.expect(arrives)
                            theirs.send(answer)
                        ours.expect(printed)
                    ours.close()
                    ours.end()
                theirs.close()
                theirs.end()

    return Row("client", peer, framing, over, what, play)


def framed(*messages):
    """Messages with their length in front."""
    return b"".join(struct.pack(">I", len(message)) + message for message in messages)


def echo(*lines):
    """Turns for a client whose peer echoes by itself."""
    return [(line + b"\n", None, None, line + b"\n") for line in lines]


def rows():
    hello = [(b"hello\n", b"hello\n"), (b"\n", b"\n"), ("网络 你好\n".encode(), "网络 你好\n".encode())]
    texts = ["hello", "", "网络 你好"]
    by_length = [(framed(b"hello"), framed(b"hello")), (framed(b"a\nb"), framed(b"a\nb")),
                 (framed(b"exit"), b"")]
    gbk, utf8 = "你好\n".encode("gbk"), "你好\n".encode()

    yield server("nc", "lines", "IPv4", "printf 'hello\\nexit\\n' | nc -q1",
                 [(b"hello\n", b"hello\n"), (b"exit\n", b"")], flags=["-q1"], shown=["hello"])
    yield server("nc", "lines", "IPv4", "typed by hand",
                 [*hello, (b"q\n", b"")], typed=True, shown=texts)
    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("nc", "lines", over, "half-close (-N)", hello, flags=["-N"], shown=texts)
    yield server("nc", "lines", "IPv4", "CR LF (-C)",
                 [(b"hello\n\nend\n", b"hello\n\n")], flags=["-C", "-N"], shown=["hello", ""])
    yield server("nc", "lines", "IPv4", "unterminated last line",
                 [(b"a\nb", b"a\nb\n")], flags=["-N"], shown=["a", "b"])
    yield server("nc", "lines", "IPv4", "not text",
                 [(b"ok\nab\xff\nlost\n", b"ok\nERR not text at byte 2\n")], flags=["-N"], shown=["ok"])
    yield server("nc", "lines", "IPv4", "gbk", [(gbk, gbk)],
                 flags=["-N"], args=["--encoding", "gbk"], shown=["你好"])
    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("nc", "length", over, "bytes by printf", by_length, flags=["-N"])
    yield server("nc", "raw", "IPv4", "typed by hand",
                 [(b"hello\n", b"hello\n"), (utf8, utf8)], flags=["-N"], typed=True,
                 shown=["hello\\x0a", "你好\\x0a"])
    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("socat", "lines", over, "half-close", hello, shown=texts)
    yield server("socat", "lines", "IPv4", "CR LF (crnl)",
                 [(b"hello\nq\n", b"hello\n")], shown=["hello"],
                 command=lambda socat, to: (socat, "-t5", "-", f"{to.socat_connect},crnl"))
    yield server("socat", "lines", "IPv4", "longest line", [(LONGEST + b"\n", LONGEST + b"\n")])
    yield server("socat", "lines", "IPv4", "line too long", [(LONGEST + b"x", b"ERR too long\n")], shown=[])
    yield server("socat", "length", "IPv4", "bytes by printf", by_length)
    yield server("socat", "length", "IPv4", "1 MiB", [(framed(LONGEST * 16), framed(LONGEST * 16))])
    yield server("socat", "raw", "IPv4", "typed by hand", [(b"hello", b"hello")], typed=True)
    for framing in ["lines", "length", "raw"]:
        for over in ["IPv4", "IPv6", "Unix"]:
            # Nobody can send an empty message raw.
            some = [turn for turn in hello if framing != "raw" or turn[0] != b"\n"]
            yield server("python", framing, over, "one question at a time", some, typed=True,
                         shown=[text for text in texts if framing != "raw" or text])
    yield server("python", "lines", "IPv4", "gbk", [(gbk, gbk)],
                 args=["--encoding", "gbk"], shown=["你好"])
    yield server("python", "raw", "IPv4", "Hello, recv(1024)", [(b"", b"Hello\n")], shown=["Hello"],
                 command=lambda python, to: (python, f"{HERE}/hello.py", *to.python))

    dialogue = [(b"hello\n", b"hello\n", b"hi\n", b"hi\n"), (utf8, utf8, utf8, utf8),
                (b"\n", b"\n", b"\n", b"\n")]
    for over in ["IPv4", "IPv6", "Unix"]:
        yield client("nc", "lines", over, "typed by hand", dialogue)
    yield client("nc", "lines", "IPv4", "CR LF (-C)", [(b"hello\n", b"hello\n", b"hi\n", b"hi\n")],
                 flags=["-C"])
    yield client("nc", "lines", "IPv4", "gbk", [(utf8, gbk, gbk, utf8)], args=["--encoding", "gbk"])
    yield client("nc", "length", "IPv4", "bytes by printf",
                 [(b"hello\n", framed(b"hello"), framed("a\x1b你".encode()), "a\\x1b你\n".encode())])
    yield client("nc", "raw", "IPv4", "typed by hand", [(b"Hello\n", b"Hello", b"hi", b"hi\n")])
    for over in ["IPv4", "IPv6", "Unix"]:
        yield client("socat", "lines", over, "echo", echo(b"hello", b"", utf8[:-1]))
    yield client("socat", "lines", "IPv4", "longest line", echo(LONGEST))
    yield client("socat", "length", "IPv4", "echo", echo(b"hello", b""))
    yield client("socat", "raw", "IPv4", "echo", echo(b"hello"))
    for framing in ["lines", "length", "raw"]:
        for over in ["IPv4", "IPv6", "Unix"]:
            some = [b"hello", utf8[:-1]] if framing == "raw" else [b"hello", b"", utf8[:-1]]
            yield client("python", framing, over, "echo", echo(*some))
