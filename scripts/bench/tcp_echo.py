"""tcp-echo: lesson 1's server with one client, against the same in C and Python."""

from socket import SOCK_STREAM

NAME = "tcp-echo"
LESSON = "tcp-basics"
GENERATOR, C_SERVER, PYTHON_SERVER = "pingpong", "echo", "echo.py"
KIND, UNIT = SOCK_STREAM, "messages"
TITLE = "lesson 1's server, one client, 13-byte lines"
TEXT = """\
One client sends lines of 13 bytes, LF included, over loopback and checks every
answer. With one line under way, each waits for the answer to the one before:
that measures the round trip. With 64 under way, several lines share a read and a
write: that measures the work for each message. The load generator
(`scripts/bench/pingpong.c`) is the same for all.

Every server finds the lines in its input, drops a CR, knows the markers, prints
each message with its sender to standard output (here `/dev/null`) at once, and
writes the answers of one read in one go. Ours also checks that the text is
UTF-8, keeps its time limits and can be stopped; `scripts/bench/echo.c` does none
of that. `scripts/bench/echo.py` decodes, and does neither of the others.

Each cell is ours : theirs, a median. CPU is the server's processor time for one
message, user and system."""

# Lines under way, and how many in all: one to three seconds a turn.
WINDOWS = {1: 20_000, 64: 500_000}
# "About as fast as C". A round trip is the kernel's work more than anybody's, so
# Python can be left behind only where messages come together.
GOALS = {("C", 1): 0.95, ("C", 64): 0.95, ("Python", 1): 1.2, ("Python", 64): 3.0}
