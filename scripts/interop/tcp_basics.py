"""The rows of lesson 1: nc, socat and Python against our server and client."""

import struct

from stream import HERE, client, server

LONGEST = b"x" * 65536


def framed(*messages):
    """Messages with their length in front."""
    return b"".join(struct.pack(">I", len(message)) + message for message in messages)


def echo(*lines):
    """Turns for a client whose peer echoes by itself."""
    return [(line + b"\n", None, None, line + b"\n") for line in lines]


def rows():
    hello = [(b"hello\n", b"hello\n"), (b"\n", b"\n"), ("网络 你好\n".encode(), "网络 你好\n".encode())]
    texts = ["hello", "", "网络 你好"]
    by_length = [(framed(b"hello"), framed(b"hello")), (framed(b"a\nb"), framed(b"a\nb")),
                 (framed(b"exit"), b"")]
    gbk, utf8 = "你好\n".encode("gbk"), "你好\n".encode()

    yield server("nc", "lines", "IPv4", "printf 'hello\\nexit\\n' | nc -q1",
                 [(b"hello\n", b"hello\n"), (b"exit\n", b"")], flags=["-q1"], shown=["hello"])
    yield server("nc", "lines", "IPv4", "typed by hand",
                 [*hello, (b"q\n", b"")], typed=True, shown=texts)
    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("nc", "lines", over, "half-close (-N)", hello, flags=["-N"], shown=texts)
    yield server("nc", "lines", "IPv4", "CR LF (-C)",
                 [(b"hello\n\nend\n", b"hello\n\n")], flags=["-C", "-N"], shown=["hello", ""])
    yield server("nc", "lines", "IPv4", "unterminated last line",
                 [(b"a\nb", b"a\nb\n")], flags=["-N"], shown=["a", "b"])
    yield server("nc", "lines", "IPv4", "not text",
                 [(b"ok\nab\xff\nlost\n", b"ok\nERR not text at byte 2\n")], flags=["-N"], shown=["ok"])
    yield server("nc", "lines", "IPv4", "gbk", [(gbk, gbk)],
                 flags=["-N"], args=["--encoding", "gbk"], shown=["你好"])
    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("nc", "length", over, "bytes by printf", by_length, flags=["-N"])
    yield server("nc", "raw", "IPv4", "typed by hand",
                 [(b"hello\n", b"hello\n"), (utf8, utf8)], flags=["-N"], typed=True,
                 shown=["hello\\x0a", "你好\\x0a"])
    for over in ["IPv4", "IPv6", "Unix"]:
        yield server("socat", "lines", over, "half-close", hello, shown=texts)
    yield server("socat", "lines", "IPv4", "CR LF (crnl)",
                 [(b"hello\nq\n", b"hello\n")], shown=["hello"],
                 command=lambda socat, to: (socat, "-t5", "-", f"{to.socat_connect},crnl"))
    yield server("socat", "lines", "IPv4", "longest line", [(LONGEST + b"\n", LONGEST + b"\n")])
    yield server("socat", "lines", "IPv4", "line too long", [(LONGEST + b"x", b"ERR too long\n")], shown=[])
    yield server("socat", "length", "IPv4", "bytes by printf", by_length)
    yield server("socat", "length", "IPv4", "1 MiB", [(framed(LONGEST * 16), framed(LONGEST * 16))])
    yield server("socat", "raw", "IPv4", "typed by hand", [(b"hello", b"hello")], typed=True)
    for framing in ["lines", "length", "raw"]:
        for over in ["IPv4", "IPv6", "Unix"]:
            # Nobody can send an empty message raw.
            some = [turn for turn in hello if framing != "raw" or turn[0] != b"\n"]
            yield server("python", framing, over, "one question at a time", some, typed=True,
                         shown=[text for text in texts if framing != "raw" or text])
    yield server("python", "lines", "IPv4", "gbk", [(gbk, gbk)],
                 args=["--encoding", "gbk"], shown=["你好"])
    yield server("python", "raw", "IPv4", "Hello, recv(1024)", [(b"", b"Hello\n")], shown=["Hello"],
                 command=lambda python, to: (python, f"{HERE}/hello.py", *to.python))

    dialogue = [(b"hello\n", b"hello\n", b"hi\n", b"hi\n"), (utf8, utf8, utf8, utf8),
                (b"\n", b"\n", b"\n", b"\n")]
    for over in ["IPv4", "IPv6", "Unix"]:
        yield client("nc", "lines", over, "typed by hand", dialogue)
    yield client("nc", "lines", "IPv4", "CR LF (-C)", [(b"hello\n", b"hello\n", b"hi\n", b"hi\n")],
                 flags=["-C"])
    yield client("nc", "lines", "IPv4", "gbk", [(utf8, gbk, gbk, utf8)], args=["--encoding", "gbk"])
    yield client("nc", "length", "IPv4", "bytes by printf",
                 [(b"hello\n", framed(b"hello"), framed("a\x1b你".encode()), "a\\x1b你\n".encode())])
    yield client("nc", "raw", "IPv4", "typed by hand", [(b"Hello\n", b"Hello", b"hi", b"hi\n")])
    for over in ["IPv4", "IPv6", "Unix"]:
        yield client("socat", "lines", over, "echo", echo(b"hello", b"", utf8[:-1]))
    yield client("socat", "lines", "IPv4", "longest line", echo(LONGEST))
    yield client("socat", "length", "IPv4", "echo", echo(b"hello", b""))
    yield client("socat", "raw", "IPv4", "echo", echo(b"hello"))
    for framing in ["lines", "length", "raw"]:
        for over in ["IPv4", "IPv6", "Unix"]:
            some = [b"hello", utf8[:-1]] if framing == "raw" else [b"hello", b"", utf8[:-1]]
            yield client("python", framing, over, "echo", echo(*some))
