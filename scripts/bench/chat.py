"""chat: lesson 4's server, one talks and all others listen, against a bare loop in C."""

import statistics
import subprocess

import harness
from harness import Row
from udp_echo import is_bound

TITLE = "lesson 4's server, from one member to 100 and to 500"
TEXT = """\
One member says lines of about 40 bytes, at most four of them on their way, and
every other member acknowledges each and checks that it comes once and in order.
All members are one program (`scripts/bench/chat_members.c`), the same for both.

The limit is a loop in C that receives and sends each datagram with one call and
does nothing else: it gives no cookies, keeps nothing, and sends nothing again
(`scripts/bench/chat_limit.c`). Ours keeps each message for each member until it
is acknowledged, watches the time of each, and takes what has come after every 64
datagrams sent, or the acknowledgements of 500 members would not fit into its
socket.

Delivered is how many messages a second reach a member; for each, the server sends
one datagram and receives one. Again counts what a member got more than once. Each
cell is ours : the limit, a median. CPU is the server's processor time for one
message delivered, user and system."""

# Members, and messages said: one to three seconds a turn.
LOADS = {100: 2000, 500: 400}


def run():
    """Measures and writes the page; whether the goals are reached."""
    [ours] = harness.build("udp-chat", "udp-chat-server")
    with harness.scratch() as folder:
        members = harness.compile_c("chat_members", folder)
        limit = harness.compile_c("chat_limit", folder)

        def turn(command, count):
            messages = LOADS[count]
            with harness.serving(command, ready=is_bound) as (port, process):
                # A member more: the one who talks.
                words = [members, str(port), str(count + 1), str(messages)]
                answer = subprocess.run(words, check=True, capture_output=True, text=True)
                cpu = harness.cpu_seconds(process) / (count * messages) * 1e6
                return [*map(float, answer.stdout.split()), cpu]

        rows = []
        for count in LOADS:
            print(f"{count} members: ", end="", flush=True)
            pairs = harness.alternate(
                lambda: turn(lambda port: [ours, "--listen", f"127.0.0.1:{port}", "--rate", "0"], count),
                lambda: turn(lambda port: [limit, str(port)], count),
            )
            rows.append(row(count, pairs))
    return harness.write_page("chat", TITLE, TEXT, rows)


def row(count, pairs):
    """One line of the table."""

    def both(column, form):
        middle = [statistics.median(pair[side][column] for pair in pairs) for side in (0, 1)]
        return " : ".join(format(value, form) for value in middle)

    return Row(
        f"{count} members",
        [ours[0] / theirs[0] for ours, theirs in pairs],
        0.5,
        cells={
            "members": str(count),
            "delivered/s": both(0, ",.0f"),
            "p50 µs": both(1, ".0f"),
            "p99 µs": both(2, ".0f"),
            "again": both(3, ".0f"),
            "CPU µs": both(4, ".2f"),
        },
    )
