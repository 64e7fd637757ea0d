"""The rows of lesson 4: nc and socat by hand, and Python as a member and as a
server."""

import contextlib
import os
import re
import socket

from engine import PATIENCE, Failed, free_port, running, show
from stream import Row
from udp_basics import ASK, ANSWER, place, wait_bound

HERE = os.path.dirname(os.path.abspath(__file__))


def wait_for(program, pattern):
    """Waits until the output holds `pattern`, and takes all up to its end. What
    is sent again may stand there more than once."""
    compiled = re.compile(pattern)
    with program.news:
        program.news.wait_for(lambda: compiled.search(program.out), PATIENCE)
        found = compiled.search(program.out)
        if not found:
            raise Failed(f"{program.name} printed {show(program.out)}, not {show(pattern)}"
                         + program._complaint())
        program.out = program.out[found.end():]
        return found


@contextlib.contextmanager
def our_server(binary, at):
    """Our server at a port of its own."""
    with running(f"{binary}-server", "--listen", at.ours) as server:
        at.port = int(server.line().rpartition(":")[2])
        yield server


@contextlib.contextmanager
def member(binary, at, name):
    """Our client, as soon as it is in."""
    with running(f"{binary}-client", "--connect", at.ours, "--name", name) as client:
        wait_for(client, rb"\* you are .*\n")
        yield client


def by_hand(peer, over, what, end):
    """Somebody who knows the protocol types it. `end` is behind every line."""

    def play(binary, program):
        at = place(over, 0)
        with our_server(binary, at), member(binary, at, "Ada") as ada:
            with running(*ASK[peer](program, at, ())) as hand:
                hand.send(b"JOIN Bo" + end)
                cookie = wait_for(hand, rb"COOKIE ([-_\w]{11})").group(1)
                hand.send(b"JOIN Bo " + cookie + end)
                wait_for(hand, rb"WELCOME Bo 2")
                wait_for(ada, rb"\* Bo joined\n")
                hand.send(b"SAY 1 " + "你好".encode() + end)
                wait_for(hand, rb"ACK 1")
                wait_for(ada, "Bo: 你好\n".encode())
                ada.send(b"hello\n")
                # It comes until somebody says that it has come.
                wait_for(hand, rb"(MSG 1 Ada hello){3}")
                hand.send(b"ACK 1" + end)
                # What is typed at once would be one datagram: first the next.
                ada.send(b"again\n")
                wait_for(hand, rb"(MSG 2 Ada again){2}")
                hand.send(b"QUIT" + end)
                wait_for(hand, rb"BYE")
                wait_for(ada, rb"\* Bo left\n")
            ada.close()
            ada.end()

    return Row("server", peer, "", over, what, play)


def by_hand_serving(peer, over, what):
    """Somebody types what a server would say."""

    def play(binary, program):
        family = socket.AF_INET6 if over == "IPv6" else socket.AF_INET
        at = place(over, free_port(family, socket.SOCK_DGRAM))
        command = ANSWER[peer](program, at, ())
        # socat's PIPE would answer by itself.
        command = [word if word != "PIPE" else "-" for word in command]
        with running(*command) as hand:
            wait_bound(hand, at)
            with running(f"{binary}-client", "--connect", at.ours, "--name", "Bo") as bo:
                wait_for(hand, rb"JOIN Bo")
                hand.send(b"COOKIE AbCdEfGhIjk\n")
                wait_for(hand, rb"JOIN Bo AbCdEfGhIjk")
                hand.send(b"WELCOME Bo 2\n")
                wait_for(bo, rb"\* you are Bo, 2 here\n")
                hand.send("MSG 1 Ada 你好\n".encode())
                wait_for(bo, "Ada: 你好\n".encode())
                wait_for(hand, rb"ACK 1")
                bo.send(b"hello\n")
                wait_for(hand, rb"(SAY 1 hello){3}")
                hand.send(b"ACK 1\n")
                bo.close()
                wait_for(hand, rb"QUIT")
                hand.send(b"BYE\n")
                bo.end()

    return Row("client", peer, "", over, what, play)


def talk(ada, bo, seen_by_bo):
    """Twenty lines each way; `seen_by_bo` is how a line stands on Bo's screen."""
    ada.send(b"".join(b"line %d\n" % n for n in range(20)))
    bo.send("".join(f"行 {n}\n" for n in range(20)).encode())
    for n in range(20):
        wait_for(bo, seen_by_bo % n)
        wait_for(ada, rb"Bo: " + f"行 {n}\n".encode())


def python_member(over, what, flags=()):
    def play(binary, python):
        at = place(over, 0)
        with our_server(binary, at), member(binary, at, "Ada") as ada:
            words = (python, "-u", f"{HERE}/chat_peer.py", *flags, "client", *at.python, "Bo")
            with running(*words) as bo:
                wait_for(ada, rb"\* Bo joined\n")
                talk(ada, bo, rb"MSG Ada line %d\n")
                bo.close()
                wait_for(ada, rb"\* Bo left\n")
                bo.end()
            ada.close()
            ada.end()

    return Row("server", "python", "", over, what, play)


def python_server(over, what, flags=()):
    def play(binary, python):
        family = socket.AF_INET6 if over == "IPv6" else socket.AF_INET
        at = place(over, free_port(family, socket.SOCK_DGRAM))
        with running(python, "-u", f"{HERE}/chat_peer.py", *flags, "server", *at.python) as server:
            wait_bound(server, at)
            with member(binary, at, "Ada") as ada:
                with member(binary, at, "Bo") as bo:
                    wait_for(ada, rb"\* Bo joined\n")
                    talk(ada, bo, rb"Ada: line %d\n")
                    bo.close()
                    wait_for(ada, rb"\* Bo left\n")
                    bo.end()
                ada.close()
                ada.end()

    return Row("client", "python", "", over, what, play)


def rows():
    for over in ["IPv4", "IPv6"]:
        yield by_hand("nc", over, "typed by hand", b"\n")
        yield by_hand("socat", over, "typed by hand", b"\n")
    yield by_hand("socat", "IPv4", "typed by hand, CR LF", b"\r\n")
    for over in ["IPv4", "IPv6"]:
        yield python_member(over, "a member in Python")
    yield python_member("IPv4", "a member that loses every third", ["--lose"])
    for over in ["IPv4", "IPv6"]:
        yield by_hand_serving("nc", over, "a server typed by hand")
    yield by_hand_serving("socat", "IPv4", "a server typed by hand")
    for over in ["IPv4", "IPv6"]:
        yield python_server(over, "a server in Python")
    yield python_server("IPv4", "a server that loses every third", ["--lose"])
