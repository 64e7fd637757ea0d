"""What a first lesson in Python writes: one send, one recv, done. HOST PORT"""

import socket
import sys

s = socket.socket()
s.connect((sys.argv[1], int(sys.argv[2])))
s.send("Hello".encode())
print(s.recv(1024).decode())
s.close()
