"""The other side in Python: [--greet] client|server lines|length|raw ADDRESS

The client sends each line of its input as one message, waits for the answer and
prints it. The server serves one client and sends every message back. ADDRESS is
HOST PORT or a path. With --greet as in lesson 2: the server says Welcome! first
and answers with Hello, and the client prints the greeting.
"""

import socket
import struct
import sys


class Lines:
    def __init__(self, connection):
        self.file = connection.makefile("rwb", buffering=0)

    def put(self, message):
        self.file.write(message + b"\n")

    def get(self):
        line = self.file.readline()
        return line.rstrip(b"\n") if line else None


class Length:
    def __init__(self, connection):
        self.file = connection.makefile("rwb")

    def put(self, message):
        self.file.write(struct.pack(">I", len(message)) + message)
        self.file.flush()

    def get(self):
        header = self.file.read(4)
        return self.file.read(*struct.unpack(">I", header)) if header else None


class Raw:
    """No framing at all: right only while nobody is in a hurry."""

    def __init__(self, connection):
        self.put = connection.sendall
        self.connection = connection

    def get(self):
        return self.connection.recv(1024) or None


def show(message):
    sys.stdout.buffer.write(message + b"\n")
    sys.stdout.buffer.flush()


def client(messages, greet):
    if greet:
        show(messages.get())
    for line in sys.stdin.buffer:
        messages.put(line.rstrip(b"\n"))
        answer = messages.get()
        if answer is None:
            break
        show(answer)


def server(messages, greet):
    if greet:
        messages.put(b"Welcome!")
    while (message := messages.get()) is not None:
        messages.put(b"Hello, " + message + b"!" if greet else message)


def main(*arguments):
    greet = arguments[0] == "--greet"
    role, framing, *address = arguments[greet:]
    if len(address) == 1:
        family, address = socket.AF_UNIX, address[0]
    else:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        address = (address[0], int(address[1]))
    framing = {"lines": Lines, "length": Length, "raw": Raw}[framing]
    connection = socket.socket(family)
    if role == "client":
        connection.connect(address)
        client(framing(connection), greet)
    else:
        connection.bind(address)
        connection.listen()
        connection, _ = connection.accept()
        server(framing(connection), greet)
    connection.close()


main(*sys.argv[1:])
