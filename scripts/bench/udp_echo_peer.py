"""The peer of udp-basics-server in Python, as udp_echo.c is in C. udp_echo_peer.py PORT"""

import socket
import sys

endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
endpoint.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    datagram, peer = endpoint.recvfrom(65536)
    endpoint.sendto(datagram, peer)
    text = datagram.decode(errors="backslashreplace")
    if not text.isprintable():
        text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    print(f"{peer[0]}:{peer[1]}: {text}", flush=True)
