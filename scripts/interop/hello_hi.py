"""The client of a threaded server in many lecture notes, turn by turn: one
send, one recv. HOST PORT"""

import socket
import sys

s = socket.socket()
s.connect((sys.argv[1], int(sys.argv[2])))
print(s.recv(1024).decode())
for word in ["Hello", "Hi", "nihao"]:
    s.send(word.encode())
    print(s.recv(1024).decode())
s.send(b"end")
s.close()
