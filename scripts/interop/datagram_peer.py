"""The other side in Python: [--connect] client | [--lose|--double] server HOST PORT

The client sends each line of its input as one datagram, without the LF, and
prints each answer as a line. The server sends every datagram back; with --lose
only when it comes again, with --double twice.
"""

import socket
import sys


def client(sock, address, flags):
    if "--connect" in flags:
        sock.connect(address)
    for line in sys.stdin.buffer:
        question = line.rstrip(b"\n")
        if "--connect" in flags:
            sock.send(question)
            answer = sock.recv(65536)
        else:
            sock.sendto(question, address)
            answer, _ = sock.recvfrom(65536)
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


def server(sock, address, flags):
    sock.bind(address)
    seen = set()
    while True:
        data, sender = sock.recvfrom(65536)
        if "--lose" in flags and (data, sender) not in seen:
            seen.add((data, sender))
            continue
        for _ in range(2 if "--double" in flags else 1):
            sock.sendto(data, sender)


def main(*arguments):
    *flags, role, host, port = arguments
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    {"client": client, "server": server}[role](sock, (host, int(port)), flags)


main(*sys.argv[1:])
