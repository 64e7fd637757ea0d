"""chat: lesson 4's server, one talks and all others listen, against a bare loop in C."""

from socket import SOCK_DGRAM

import harness
from harness import Row, both

TITLE = "lesson 4's server, from one member to 100 and to 500"
TEXT = """\
One member says lines of about 40 bytes, at most four of them on their way, and
every other member acknowledges each and checks that it comes once and in order.
All members are one program (`scripts/bench/chat_members.c`), the same for both.

The limit is a loop in C that receives and sends each datagram with one call and
does nothing else: it gives no cookies, keeps nothing, and sends nothing again
(`scripts/bench/chat_limit.c`). Ours keeps each message for each member until it
is acknowledged, watches the time of each, and takes what has come after every 32
datagrams sent. Both ask the system for 4 MiB for what comes meanwhile (it gives
at most `net.core.rmem_max`): with the 270 acknowledgements that a socket usually
holds, a few milliseconds without a processor lose hundreds of them.

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
            # A member more: the one who talks.
            return harness.load(command, members, count * messages, count + 1, messages, kind=SOCK_DGRAM)

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
    return Row(
        f"{count} members",
        [ours[0] / theirs[0] for ours, theirs in pairs],
        0.5,
        cells={
            "members": str(count),
            "delivered/s": both(pairs, 0, ",.0f"),
            "p50 µs": both(pairs, 1, ".0f"),
            "p99 µs": both(pairs, 2, ".0f"),
            "again": both(pairs, 3, ".0f"),
            "CPU µs": both(pairs, 4, ".2f"),
        },
    )
