"""A chat room's other side in Python: [--lose] client HOST PORT NAME | server HOST PORT

The client joins, says each line of its input, prints what it is sent, and leaves
at the end of input. The server is the smallest that keeps the core of the
protocol. With --lose every third datagram that comes in is thrown away.
"""

import hashlib
import os
import select
import socket
import sys
import time

WINDOW = 64


class Lossy:
    """A socket that throws away every third datagram, if it should."""

    def __init__(self, sock, lose):
        self.sock, self.lose, self.count = sock, lose, 0

    def receive(self, limit):
        """The next datagram and its sender, or nothing."""
        if not select.select([self.sock], [], [], max(0, limit))[0]:
            return None
        data, sender = self.sock.recvfrom(2000)
        self.count += 1
        if self.lose and self.count % 3 == 0:
            return None
        return data.decode(), sender


class Sending:
    """What is to be acknowledged."""

    def __init__(self, send):
        self.send, self.last, self.waiting = send, 0, {}

    def put(self, word, fields):
        self.last += 1
        self.waiting[self.last] = [f"{word} {self.last} {fields}", 0.0]

    def ack(self, number):
        self.waiting.pop(number, None)

    def due(self):
        now = time.monotonic()
        for number in sorted(self.waiting)[:WINDOW]:
            entry = self.waiting[number]
            if now - entry[1] > 0.2:
                entry[1] = now
                self.send(entry[0])


class Receiving:
    """What came, until it is in order."""

    def __init__(self):
        self.last, self.kept = 0, {}

    def keep(self, number, item):
        """Whether to acknowledge; what is now in order."""
        if number > self.last + WINDOW:
            return False, []
        if number > self.last:
            self.kept[number] = item
        ready = []
        while self.last + 1 in self.kept:
            self.last += 1
            ready.append(self.kept.pop(self.last))
        return True, ready


def client(net, address, name):
    net.sock.connect(address)
    sending, receiving = Sending(lambda text: net.sock.send(text.encode())), Receiving()
    join, last_join, quits, leaving = f"JOIN {name}", 0.0, 0, False
    joined, typed = False, b""
    while True:
        now = time.monotonic()
        if not joined and now - last_join > 0.2:
            net.sock.send(join.encode())
            last_join = now
        # Not sys.stdin: select knows nothing of the lines that it has read ahead.
        if joined and not leaving and select.select([0], [], [], 0)[0]:
            chunk = os.read(0, 65536)
            leaving = not chunk
            *lines, typed = (typed + chunk).split(b"\n")
            for line in filter(None, lines):
                sending.put("SAY", line.decode())
        sending.due()
        if leaving and not sending.waiting and now - last_join > 0.2:
            quits, last_join = quits + 1, now
            if quits > 5:
                return
            net.sock.send(b"QUIT")
        came = net.receive(0.01)
        if not came:
            continue
        word, _, fields = came[0].partition(" ")
        if word == "COOKIE" and not joined:
            join, last_join = f"JOIN {name} {fields}", 0.0
        elif word == "WELCOME":
            joined = True
        elif word == "ACK":
            sending.ack(int(fields))
        elif word in ("MSG", "NOTE") and joined:
            number, _, rest = fields.partition(" ")
            taken, ready = receiving.keep(int(number), f"{word} {rest}")
            if taken:
                net.sock.send(f"ACK {number}".encode())
            for line in ready:
                print(line, flush=True)
        elif word == "BYE":
            return
        elif word == "ERR":
            sys.exit(came[0])


class Member:
    def __init__(self, name, cookie, send):
        self.name, self.cookie = name, cookie
        self.sending, self.receiving = Sending(send), Receiving()


def server(net, address):
    net.sock.bind(address)
    members = {}

    def others(but, word, fields):
        for sender, member in members.items():
            if sender != but:
                member.sending.put(word, fields)

    while True:
        for member in members.values():
            member.sending.due()
        came = net.receive(0.01)
        if not came:
            continue
        text, sender = came
        answer = lambda line: net.sock.sendto(line.encode(), sender)
        word, _, fields = text.rstrip("\r\n").partition(" ")
        member = members.get(sender)
        if word == "JOIN":
            name, _, cookie = fields.partition(" ")
            right = hashlib.sha256(f"secret {sender}".encode()).hexdigest()[:11]
            if cookie != right:
                answer(f"COOKIE {right}")
            elif any(m.name.lower() == name.lower() for s, m in members.items() if s != sender):
                answer("ERR TAKEN 0")
            else:
                if not member:
                    send = lambda line, to=sender: net.sock.sendto(line.encode(), to)
                    members[sender] = Member(name, cookie, send)
                    others(sender, "NOTE", f"joined {name}")
                answer(f"WELCOME {name} {len(members)}")
        elif word == "QUIT":
            answer("BYE")
            if member:
                del members[sender]
                others(sender, "NOTE", f"left {member.name}")
        elif not member:
            if word in ("SAY", "PING"):
                answer("ERR NOJOIN 0")
        elif word == "SAY":
            number, _, said = fields.partition(" ")
            taken, ready = member.receiving.keep(int(number), said)
            if taken:
                answer(f"ACK {number}")
            for line in ready:
                others(sender, "MSG", f"{member.name} {line}")
        elif word == "ACK":
            member.sending.ack(int(fields))
        elif word == "PING":
            answer("PONG")


def main(*arguments):
    role, host, port, *name = [word for word in arguments if word != "--lose"]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    net = Lossy(socket.socket(family, socket.SOCK_DGRAM), "--lose" in arguments)
    if role == "client":
        client(net, (host, int(port)), *name)
    else:
        server(net, (host, int(port)))


main(*sys.argv[1:])
