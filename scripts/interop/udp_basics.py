"""The rows of lesson 3: nc, socat and Python against our server and client."""

import os
import socket
import time

from engine import PATIENCE, Failed, free_port, running
from stream import Place, Row

HERE = os.path.dirname(os.path.abspath(__file__))
FULL = b"x" * 1472

# What peers are called with: a question each, or somebody who answers.
ASK = {
    "nc": lambda nc, to, flags: (nc, "-u", "-w1", *flags, *to.nc),
    "socat": lambda socat, to, flags: (socat, "-t1", "-b65536", *flags, "-", datagrams(to)),
    "python": lambda python, to, flags: (python, "-u", f"{HERE}/datagram_peer.py", *flags, "client", *to.python),
}
ANSWER = {
    "nc": lambda nc, at, flags: (nc, "-u", "-l", *flags, *at.nc),
    "socat": lambda socat, at, flags: (socat, "-b65536", *flags, datagrams(at, "-LISTEN"), "PIPE"),
    "python": lambda python, at, flags: (python, f"{HERE}/datagram_peer.py", *flags, "server", *at.python),
}


def datagrams(place, kind=""):
    """socat's address for a place."""
    if not kind:
        return f"UDP6:[{place.host}]:{place.port}" if ":" in place.host else f"UDP4:{place.host}:{place.port}"
    version, host = ("UDP6", f"[{place.host}]") if ":" in place.host else ("UDP4", place.host)
    return f"{version}{kind}:{place.port},bind={host}"


def place(over, port):
    """Where one of the two is bound."""
    return Place("::1" if over == "IPv6" else "127.0.0.1", port)


def wait_bound(program, at):
    """Waits until a UDP port is taken. Never by sending: that would be the
    first datagram."""
    table = "/proc/net/udp6" if ":" in at.host else "/proc/net/udp"
    deadline = time.monotonic() + PATIENCE
    while True:
        with open(table, encoding="utf-8") as rows:
            # Address in hex, a colon, the port.
            if any(row.split()[1].endswith(f":{at.port:04X}") for row in rows):
                return
        if program.process.poll() is not None:
            raise Failed(f"{program.name} ended before it was bound")
        if time.monotonic() > deadline:
            raise Failed(f"{program.name} does not bind {at.port}")
        time.sleep(0.005)


def server(peer, over, what, turns, *, flags=(), args=(), shown=None, command=None):
    """A row for our server. `turns`: what the peer is given, what it must print,
    one after the other: each is a datagram. `shown`: what our server must have
    printed of them."""

    def play(binary, program):
        at = place(over, 0)
        with running(f"{binary}-server", "--listen", at.ours, *args) as ours:
            at.port = int(ours.line().rpartition(":")[2])
            call = command(program, at) if command else ASK[peer](program, at, flags)
            with running(*call) as theirs:
                for given, wanted in turns:
                    theirs.send(given)
                    theirs.expect(wanted)
                theirs.close()
                theirs.end()
            said = [line.partition(": ")[2] for line in ours.stop().splitlines()]
            if shown is not None and said != shown:
                raise Failed(f"the server showed {said}, not {shown}")

    return Row("server", peer, "", over, what, play)


def client(peer, over, what, turns, *, flags=(), args=(), command=None):
    """A row for our client. `turns`: what is typed, what the peer must get, what
    it answers, what the client must print; None in the middle for peers that
    answer by themselves."""

    def play(binary, program):
        family = socket.AF_INET6 if over == "IPv6" else socket.AF_INET
        at = place(over, free_port(family, socket.SOCK_DGRAM))
        call = command(program, at) if command else ANSWER[peer](program, at, flags)
        with running(*call) as theirs:
            wait_bound(theirs, at)
            with running(f"{binary}-client", "--connect", at.ours, *args) as ours:
                for given, arrives, answer, printed in turns:
                    ours.send(given)
                    if arrives is not None:
                        theirs.expect(arrives)
                        theirs.send(answer)
                    ours.expect(printed)
                ours.close()
                ours.end()

    return Row("client", peer, "", over, what, play)


def echo(*texts):
    """Turns for our client, with a peer that echoes by itself."""
    return [(text + b"\n", None, None, text + b"\n") for text in texts]


def rows():
    hello = [(b"hello\n", b"hello\n"), ("你好\n".encode(), "你好\n".encode())]
    texts = ["hello\\x0a", "你好\\x0a"]
    for over in ["IPv4", "IPv6"]:
        yield server("nc", over, "typed by hand", hello, shown=texts)
    yield server("nc", "IPv4", "bytes that are no text", [(b"\xff\x00\n", b"\xff\x00\n")])
    yield server("nc", "IPv4", "with a prefix", [(b"Hello", b"udp server Hello")],
                 args=["--prefix", "udp server "])
    for over in ["IPv4", "IPv6"]:
        yield server("socat", over, "typed by hand", hello, shown=texts)
    yield server("socat", "IPv4", "1472 bytes", [(FULL, FULL)])
    yield server("socat", "IPv4", "65507 bytes", [(b"x" * 65507, b"x" * 65507)])
    for over in ["IPv4", "IPv6"]:
        yield server("python", over, "one question at a time",
                     [(b"hello\n", b"hello\n"), (b"\n", b"\n"), ("你好\n".encode(), "你好\n".encode())],
                     shown=["hello", "", "你好"])
    yield server("python", "IPv4", "connected", hello, flags=["--connect"])
    yield server("python", "IPv4", "lecture's client, recv(1024)",
                 [(b"", b"udp server Hello\nudp server Hi\nudp server nihoa\n")],
                 args=["--prefix", "udp server "],
                 command=lambda python, to: (python, "-u", f"{HERE}/datagram_hello.py", *to.python))

    # The peer at nc is slower than 0.2 s, perhaps; asked twice it would show it.
    patient = ["--wait", str(PATIENCE)]
    dialogue = [(b"hello\n", b"1 hello", b"1 hello", b"hello\n"), (b"\n", b"2 ", b"2 ", b"\n"),
                ("你好\n".encode(), "3 你好".encode(), "3 你好".encode(), "你好\n".encode())]
    for over in ["IPv4", "IPv6"]:
        yield client("nc", over, "typed by hand", dialogue, args=patient)
    yield client("nc", "IPv4", "without numbers", [(b"hello\n", b"hello", b"Hi!", b"Hi!\n")],
                 args=[*patient, "--no-sequence"])
    for over in ["IPv4", "IPv6"]:
        yield client("socat", over, "echo", echo(b"hello", b"", "你好".encode()), args=patient)
    yield client("socat", "IPv4", "1472 bytes", echo(FULL[:-2]), args=patient)
    for over in ["IPv4", "IPv6"]:
        yield client("python", over, "echo", echo(b"hello", b"", "你好".encode()))
    yield client("python", "IPv4", "every first datagram lost", echo(b"one", b"two", b"three"),
                 flags=["--lose"])
    yield client("python", "IPv4", "every answer twice", echo(b"one", b"two", b"three"),
                 flags=["--double"])
    yield client("python", "IPv4", "1472 bytes", echo(FULL[:-2]))
