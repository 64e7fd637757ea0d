"""Rows of the stream lessons: two programs, a connection, and what they say."""

import os
import socket
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable

from engine import Failed, free_port, running, wait_listening

HERE = os.path.dirname(os.path.abspath(__file__))


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


# What peers are called with, for our server and for our client. The flags of
# Python's are those of peer.py.
CONNECT = {
    "nc": lambda nc, to, flags, _: (nc, *flags, *to.nc),
    "socat": lambda socat, to, flags, _: (socat, "-t5", *flags, "-", to.socat_connect),
    "python": lambda python, to, flags, framing: (
        python, "-u", f"{HERE}/peer.py", *flags, "client", framing, *to.python),
}
LISTEN = {
    "nc": lambda nc, at, flags, _: (nc, "-l", *flags, *at.nc),
    "socat": lambda socat, at, flags, _: (socat, "-t5", *flags, at.socat_listen, "PIPE"),
    "python": lambda python, at, flags, framing: (
        python, f"{HERE}/peer.py", *flags, "server", framing, *at.python),
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


def client(peer, framing, over, what, turns, *, flags=(), args=(), command=None):
    """A row for our client. `turns`: what is typed, what the peer must get,
    what it answers, what the client must print; peers that echo by themselves
    have None in the middle."""

    def play(binary, program):
        with place(over, choose_port=True) as at:
            call = command(program, at) if command else LISTEN[peer](program, at, flags, framing)
            with running(*call) as theirs:
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
