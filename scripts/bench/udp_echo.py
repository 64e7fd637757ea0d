"""udp-echo: lesson 3's server with one client, against the same in C and Python."""

from socket import SOCK_DGRAM

NAME = "udp-echo"
LESSON = "udp-basics"
GENERATOR, C_SERVER, PYTHON_SERVER = "udp_pingpong", "udp_echo", "udp_echo_peer.py"
KIND, UNIT = SOCK_DGRAM, "datagrams"
TITLE = "lesson 3's server, one client, datagrams of 64 bytes"
TEXT = """\
One client sends datagrams of 64 bytes over loopback and compares every answer
with what it sent. With one under way, each waits for the answer to the one
before: that measures the round trip. With 32 under way the server always has the
next one waiting: that measures the work for each. The load generator
(`scripts/bench/udp_pingpong.c`) is the same for all.

Every server is a loop of `recvfrom` and `sendto`, and prints each datagram with
its sender, control characters written out, to standard output (here `/dev/null`)
at once. Ours also takes any text encoding, notices datagrams that do not fit,
and can be stopped; `scripts/bench/udp_echo.c` and
`scripts/bench/udp_echo_peer.py` do none of that.

Each cell is ours : theirs, a median. CPU is the server's processor time for one
datagram, user and system."""

# Datagrams under way, and how many in all: one to three seconds a turn.
WINDOWS = {1: 20_000, 32: 200_000}
# "About as fast as C". A round trip is the kernel's work more than anybody's, so
# Python can be left behind only where datagrams come together.
GOALS = {("C", 1): 0.95, ("C", 32): 0.95, ("Python", 1): 1.2, ("Python", 32): 3.0}
