# SPDX-License-Identifier: BSD-3-Clause
"""Reads the files of tests/vectors; README.md there describes them. Also the replies of servers
that they are played to."""

import contextlib
import errno
import glob
import os
import re

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")
ESCAPE = re.compile(r"\\(?:([rnt\\])|x([0-9a-f]{2})|\*(\d+)\{(.*?)\})")
SIMPLE = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}


def unescape(text):
    def replace(match):
        simple, number, times, repeated = match.groups()
        if simple:
            return SIMPLE[simple]
        return chr(int(number, 16)) if number else int(times) * ESCAPE.sub(replace, repeated)
    if "\\" in ESCAPE.sub("", text):
        raise ValueError(f"unknown escape in {text!r}")
    return ESCAPE.sub(replace, text).encode("latin-1")


class Vector:
    def __init__(self, name):
        self.name = name
        self.rfc = None
        self.request = "GET /"  # what the client is to ask
        self.steps = [b""]      # bytes to send, with ("wait", text) between them
        self.ends = False
        self.whole = False
        self.replies = []       # lines
        self.is_open = None

    def add(self, word, rest):
        if word == "rfc":
            self.rfc = rest
        elif word == "request":
            self.request = rest
        elif word == ">":
            self.steps[-1] += unescape(rest)
        elif word == "wait":
            self.steps += [("wait", rest), b""]
        elif word == "end":
            self.ends = True
        elif word == "whole":
            self.whole = True
        elif word == "<" and rest in ("open", "closed"):
            self.is_open = rest == "open"
        elif word == "<" and self.is_open is None:
            self.replies.append(rest)
        elif word != "why":
            raise ValueError(f"unknown line {word} {rest}")

    def size(self):
        return sum(len(step) for step in self.steps if isinstance(step, bytes))


def groups(role):
    paths = glob.glob(os.path.join(ROOT, role, "*.txt"))
    return sorted(os.path.splitext(os.path.basename(path))[0] for path in paths)


def read(role, group):
    """The vectors of a file."""
    found = []
    with open(os.path.join(ROOT, role, group + ".txt"), encoding="ascii") as file:
        for number, line in enumerate(file, 1):
            word, _, rest = line.rstrip("\n").partition(" ")
            try:
                if word == "=":
                    found.append(Vector(rest))
                elif word and not word.startswith("#"):
                    found[-1].add(word, rest)
            except (ValueError, IndexError) as error:
                raise AssertionError(f"{role}/{group}.txt:{number}: {error}") from error
    for vector in found:
        if vector.rfc is None or vector.is_open is None:
            raise AssertionError(f"{role}/{group}.txt: {vector.name} lacks rfc or its end")
    return found


@contextlib.contextmanager
def sending():
    """For what is sent to a peer that may have closed, for which it was enough then. Where a reset
    was read before, the end of sending finds no connection."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN):
            raise


class Reply:
    def __init__(self, head):
        line, *fields = head.decode("latin-1").split("\r\n")
        version, self.status = line.split(" ")[:2]
        if not version.startswith("HTTP/1."):
            raise AssertionError(f"{line!r} is no status line")
        pairs = (field.partition(":") for field in fields)
        self.fields = {name.lower(): value.strip() for name, _, value in pairs}
        self.seen = self.fields.get("seen", "").split(" ")
        self.body = b""


class Replies:
    """What a server sends on a connection."""

    def __init__(self, connection):
        self.connection = connection
        self.pending = b""

    def more(self):
        data = self.connection.recv(65536)
        self.pending += data
        return bool(data)

    def read(self):
        """The next reply, or None at the end."""
        while b"\r\n\r\n" not in self.pending:
            if not self.more():
                if self.pending:
                    raise AssertionError(f"{self.pending[:80]!r} is no reply")
                return None
        head, _, self.pending = self.pending.partition(b"\r\n\r\n")
        reply = Reply(head)
        bodyless = reply.status.startswith("1") or reply.status in ("204", "304")
        if bodyless or reply.seen[0] == "HEAD":
            return reply
        length = int(reply.fields.get("content-length", 1 << 60))
        while len(self.pending) < length and self.more():
            pass
        reply.body, self.pending = self.pending[:length], self.pending[length:]
        return reply
