"""The peer of tcp-basics-server in Python, as echo.c is in C. echo.py PORT"""

import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))


def serve(connection, peer):
    have = b""
    while chunk := connection.recv(16 * 1024):
        *lines, have = (have + chunk).split(b"\n")
        answers = []
        for line in lines:
            line = line.removesuffix(b"\r")
            if line in (b"exit", b"end", b"q"):
                connection.sendall(b"".join(answers))
                return
            text = line.decode()
            if not text.isprintable():
                text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
            print(f"{peer}: {text}", flush=True)
            answers.append(line + b"\n")
        connection.sendall(b"".join(answers))


while True:
    connection, (host, port) = listener.accept()
    with connection:
        serve(connection, f"{host}:{port}")
