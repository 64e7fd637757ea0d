"""The UDP client of many lecture notes: sendto, recv, no time limit. HOST PORT"""

import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for word in [b"Hello", b"Hi", b"nihoa"]:
    s.sendto(word, (sys.argv[1], int(sys.argv[2])))
    print(s.recv(1024).decode())
s.close()
