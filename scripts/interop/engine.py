"""Two programs and a deadline: what every row of the matrix is made of."""

import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

# Seconds for each single wait. Nothing here takes one; a busy machine may.
PATIENCE = 10


class Failed(Exception):
    """The row is red; the text says why."""


class Program:
    """A running program: bytes in, bytes out, and nothing waits for ever."""

    def __init__(self, *command):
        self.name = os.path.basename(command[0])
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.news = threading.Condition()
        self.out = b""
        self.err = b""
        self.readers = [
            threading.Thread(target=self._collect, args=(pipe, kind), daemon=True)
            for pipe, kind in [(self.process.stdout, "out"), (self.process.stderr, "err")]
        ]
        for reader in self.readers:
            reader.start()

    def _collect(self, pipe, kind):
        while chunk := pipe.read1(65536):
            with self.news:
                setattr(self, kind, getattr(self, kind) + chunk)
                self.news.notify_all()

    def send(self, data):
        """Types `data`."""
        trouble = []

        def write():
            try:
                self.process.stdin.write(data)
                self.process.stdin.flush()
            except (OSError, ValueError) as error:
                trouble.append(error)

        # A pipe that nobody empties would hold the writer for ever.
        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        writer.join(PATIENCE)
        if writer.is_alive() or trouble:
            why = trouble[0] if trouble else f"{PATIENCE} s"
            raise Failed(f"{self.name} does not read: {why}{self._complaint()}")

    def close(self):
        """Types the end of input."""
        try:
            self.process.stdin.close()
        except OSError:
            pass  # it has ended already; `end` will say whether rightly

    def expect(self, wanted):
        """Waits for exactly these bytes of output."""

        def enough():
            return len(self.out) >= len(wanted) or not wanted.startswith(self.out)

        with self.news:
            self.news.wait_for(enough, PATIENCE)
            got, self.out = self.out[: len(wanted)], self.out[len(wanted) :]
        if got != wanted:
            raise Failed(f"{self.name} printed {show(got)}, not {show(wanted)}{self._complaint()}")

    def line(self):
        """Waits for a line of output."""
        with self.news:
            self.news.wait_for(lambda: b"\n" in self.out, PATIENCE)
            line, end, self.out = self.out.partition(b"\n")
        if not end:
            raise Failed(f"{self.name} printed no line{self._complaint()}")
        return line.decode()

    def finish(self, code):
        """Waits until the program ends with this exit code; the rest of its
        output is returned."""
        try:
            ended = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} does not end{self._complaint()}") from None
        for reader in self.readers:
            reader.join(PATIENCE)
        if ended != code:
            raise Failed(f"{self.name} ended with {ended}, not {code}{self._complaint()}")
        return self.out

    def end(self):
        """Waits until the program ends well, without more output."""
        rest = self.finish(0)
        if rest:
            raise Failed(f"{self.name} printed {show(rest)} too much")

    def stop(self):
        """Sends SIGTERM and wants exit code 0; what was printed is returned."""
        self.process.send_signal(signal.SIGTERM)
        printed = self.finish(0)
        return printed.decode()

    def _complaint(self):
        return f" (it says: {self.err.decode(errors='replace').strip()})" if self.err else ""


@contextmanager
def running(*command):
    """A program that is gone afterwards, whatever happened."""
    program = Program(*command)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.wait()
        program.close()


def show(data):
    """Bytes as a reader wants them, not more than fit on a line."""
    text = repr(data)[1:]
    return text if len(text) <= 100 else f"{text[:60]}… ({len(data)} bytes)"


def free_port(family=socket.AF_INET, kind=socket.SOCK_STREAM):
    """A port that nobody uses, below those that the system hands out itself.
    TCP and UDP have different ones, so the kind matters."""
    for _ in range(100):
        port = random.randint(10000, 30000)
        with socket.socket(family, kind) as probe:
            try:
                probe.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failed("no free port")


def wait_listening(program, where):
    """Waits until `where`, a port or a path, listens. Never by connecting: a
    one-shot server would take that for its client."""
    deadline = time.monotonic() + PATIENCE
    while not is_listening(where):
        if program.process.poll() is not None:
            program.end()
            raise Failed(f"{program.name} ended before it listened")
        if time.monotonic() > deadline:
            raise Failed(f"{program.name} does not listen on {where}")
        time.sleep(0.005)


def is_listening(where):
    """Looks into the system's tables of sockets."""
    if isinstance(where, str):
        with open("/proc/net/unix", encoding="utf-8") as table:
            # Flags, the fourth column: __SO_ACCEPTCON is 0x10000.
            rows = [row.split() for row in table]
        return any(row[-1] == where and row[3] == "00010000" for row in rows)
    for name in ["/proc/net/tcp", "/proc/net/tcp6"]:
        if not os.path.exists(name):
            continue
        with open(name, encoding="utf-8") as table:
            rows = [row.split() for row in table]
        # Address in hex, a colon, the port; state 0A is LISTEN.
        if any(row[1].endswith(f":{where:04X}") and row[3] == "0A" for row in rows):
            return True
    return False


def target_directory():
    """Where cargo puts what it builds."""
    answer = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1"],
        capture_output=True, text=True, check=True,
    )
    return json.loads(answer.stdout)["target_directory"]
