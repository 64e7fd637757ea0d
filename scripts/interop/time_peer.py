"""The lecture's time server and client, and an SNTP client of a few lines.

time_peer.py server HOST PORT
time_peer.py client HOST PORT FORMAT...
time_peer.py sntp HOST PORT VERSION
"""

import os
import socket
import struct
import sys
import time

FROM_1900_TO_1970 = 2208988800


def connect(host, port):
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(10)
    return sock, (host, int(port))


def server(host, port):
    sock, address = connect(host, port)
    sock.settimeout(None)
    sock.bind(address)
    while True:
        form, client = sock.recvfrom(1024)
        sock.sendto(time.strftime(form.decode()).encode(), client)


def client(host, port, *formats):
    for form in formats:
        sock, address = connect(host, port)
        sock.sendto(form.encode(), address)
        print(sock.recvfrom(1024)[0].decode(), flush=True)


def sntp(host, port, version):
    sock, address = connect(host, port)
    nonce = os.urandom(8)
    sent = time.time()
    sock.sendto(bytes([int(version) << 3 | 3]) + bytes(39) + nonce, address)
    answer = sock.recvfrom(1024)[0]
    received = time.time()
    fields = struct.unpack("!BBbbIIIQ8sQQ", answer)
    first, stratum, _, _, delay, dispersion, name, reference, origin, *times = fields
    t2, t3 = (time / 2**32 - FROM_1900_TO_1970 for time in times)
    in_order = reference <= times[0] <= times[1]
    offset = (t2 - sent + t3 - received) / 2
    print(first >> 6, first >> 3 & 7, first & 7, stratum, delay, dispersion, f"{name:08x}",
          origin == nonce, in_order, abs(offset) < 0.001, flush=True)


if __name__ == "__main__":
    {"server": server, "client": client, "sntp": sntp}[sys.argv[1]](*sys.argv[2:])
