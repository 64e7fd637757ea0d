#!/usr/bin/env python3
"""Runs every Python transcript (```pycon) of the foundations again and compares.

    python3 scripts/transcripts.py            all chapters
    python3 scripts/transcripts.py FILE.md …  some

Exit code 0: everything the book prints still happens. 1: it does not.

Written for Linux, like the book's examples; elsewhere error numbers differ.
Ports that the system chose are compared as "some port". Of a traceback only
the last line counts, as in Python's doctest.
"""

import doctest
import os
import pathlib
import re
import subprocess
import sys
import tempfile

CHAPTERS = pathlib.Path(__file__).parent.parent / "docs" / "src" / "foundations"
DEADLINE = 60  # seconds for one transcript; the slowest waits 2 s for a time-out

# Plays one transcript in a fresh interpreter, as a reader would.
PLAYER = """
import doctest, re, sys
text = sys.stdin.read()

class Check(doctest.OutputChecker):
    def check_output(self, want, got, flags):
        # Linux takes 32768 to 60999 for ports that nobody chose.
        port = re.compile(r"\\b(3[2-9]\\d{3}|[45]\\d{4}|60\\d{3})\\b")
        # Where loopback has an IPv6 name too, it is listed as well.
        got = re.sub(r"AF_INET6 .*\\n", "", got)
        return super().check_output(port.sub("PORT", want), port.sub("PORT", got), flags)

test = doctest.DocTestParser().get_doctest(text, {}, sys.argv[1], sys.argv[1], int(sys.argv[2]))
runner = doctest.DocTestRunner(Check(), optionflags=doctest.NORMALIZE_WHITESPACE)
failed, tried = runner.run(test)
print(f"{tried} examples")
sys.exit(bool(failed))
"""


def transcripts(chapter):
    """Yields (line, text) for each fenced ```pycon block."""
    text = chapter.read_text(encoding="utf-8")
    for block in re.finditer(r"^```pycon\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield text[: block.start(1)].count("\n"), block[1]


def programs():
    """The Python files that chapters show: name and text."""
    block = re.compile(r"^```python\n(# (\w+\.py)\n.*?)^```$", re.DOTALL | re.MULTILINE)
    for chapter in CHAPTERS.glob("*.md"):
        for found in block.finditer(chapter.read_text(encoding="utf-8")):
            yield found[2], found[1]


def play(chapter, line, text):
    """Returns None, or what went wrong."""
    if "Permission denied" in text and hasattr(os, "geteuid") and os.geteuid() == 0:
        return None  # root may bind every port; this one needs an ordinary user
    with tempfile.TemporaryDirectory() as scratch:
        for name, source in programs():
            pathlib.Path(scratch, name).write_text(source, encoding="utf-8")
        try:
            done = subprocess.run(
                [sys.executable, "-c", PLAYER, chapter.name, str(line)],
                input=text, capture_output=True, text=True, encoding="utf-8",
                cwd=scratch, timeout=DEADLINE, env={**os.environ, "PYTHONUTF8": "1"},
            )
        except subprocess.TimeoutExpired:
            return f"{chapter.name}:{line}: no end after {DEADLINE} s"
    return None if done.returncode == 0 else done.stdout + done.stderr


def main(arguments):
    if not sys.platform.startswith("linux"):
        print("transcripts: skipped, they are Linux's")
        return 0
    chapters = [pathlib.Path(a) for a in arguments] or sorted(CHAPTERS.glob("*.md"))
    count, wrong = 0, []
    for chapter in chapters:
        for line, text in transcripts(chapter):
            count += 1
            wrong += filter(None, [play(chapter, line, text)])
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{count} transcripts, {len(wrong)} wrong")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
