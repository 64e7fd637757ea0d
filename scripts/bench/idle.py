"""idle: what a connected client that says nothing costs a server."""

import os
import resource
import socket
import statistics

import harness
import threaded
from harness import Row

TITLE = "10,000 clients that say nothing"
TEXT = """\
10,000 clients connect, are greeted, and say nothing. Memory is what the server's
process holds more than before, divided by the number of clients: VmRSS, in KiB.
What the kernel keeps for each socket and thread comes on top and is not in it.
Then one of them speaks, and must be answered.

A thread's stack is 2 MiB of addresses, of which only the pages that were touched
take memory. So threads run out of something else first: the system's limits on
threads (`/proc/sys/kernel/threads-max`, `vm.max_map_count`) and on open files, and the time the
scheduler needs when many of them wake at once.

The ratio is theirs to ours, so that more is better. It has no goal: that all are
held is the condition for being in the table."""

CLIENTS = 10_000
# Connections, their two ends in two processes, and some to spare.
FILES = CLIENTS + 500


def resident(process):
    """Memory of a process in KiB."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def greeted(port):
    """A client that has been greeted."""
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    greeting = b""
    while not greeting.endswith(b"\n"):
        part = client.recv(64)
        if not part:
            raise SystemExit(f"bench: a client was sent away: {greeting}")
        greeting += part
    if greeting != b"Welcome!\n":
        raise SystemExit(f"bench: a client was greeted with {greeting}")
    return client


def hold(command):
    """KiB for each client, and threads of the server with all of them there."""
    with harness.serving(command) as (port, process):
        clients = [greeted(port)]
        before = resident(process)
        clients += [greeted(port) for _ in range(CLIENTS)]
        after = resident(process)
        threads = len(os.listdir(f"/proc/{process.pid}/task"))
        clients[CLIENTS // 2].sendall(b"Ada\n")
        if clients[CLIENTS // 2].recv(64) != b"Hello, Ada!\n":
            raise SystemExit("bench: a wrong answer")
        for client in clients:
            client.close()
        return (after - before) / CLIENTS, threads


def run():
    """Measures and writes the page; whether the goals are reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        raise harness.Missing(f"the right to {FILES} open files (ulimit -n)")
    # The servers inherit it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FILES), hard))
    threads = threaded.ours()
    rows = []
    with harness.scratch() as folder:
        peers = threaded.peers(folder)
        for peer in ("tokio", "epoll in C"):
            print(f"against {peer}: ", end="", flush=True)
            pairs = harness.alternate(
                lambda: hold(lambda port: [*threads(port), "--max-connections", "0", "--idle-timeout", "0"]),
                lambda: hold(peers[peer]),
                pairs=3,
            )
            middle = [[statistics.median(pair[side][column] for pair in pairs) for side in (0, 1)] for column in (0, 1)]
            cells = {
                "against": peer,
                "clients held": f"{CLIENTS:,} : {CLIENTS:,}",
                "KiB each": " : ".join(f"{value:.1f}" for value in middle[0]),
                "threads": " : ".join(f"{value:,.0f}" for value in middle[1]),
            }
            rows.append(Row(f"{peer}, memory", [theirs[0] / ours[0] for ours, theirs in pairs], None, cells=cells))
    return harness.write_page("idle", TITLE, TEXT, rows)
