"""The peer of tcp-threaded-server in Python: socketserver, a thread for each
client. greet.py PORT"""

import socketserver
import sys


class Greet(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"Welcome!\n")
        for line in self.rfile:
            name = line.removesuffix(b"\n").removesuffix(b"\r")
            if name in (b"exit", b"end", b"q"):
                return
            self.wfile.write(b"Hello, " + name.decode().encode() + b"!\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024


Server(("127.0.0.1", int(sys.argv[1])), Greet).serve_forever()
