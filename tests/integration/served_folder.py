# SPDX-License-Identifier: BSD-3-Clause
"""What the drivers of http-server share: a directory for it to serve, with a secret beside it."""

import contextlib
import os
import signal
import tempfile

from peers import listening

SECRET = b"not for you\n"


@contextlib.contextmanager
def folder():
    """A place with a root to serve, and a secret beside it: (root, place)."""
    with tempfile.TemporaryDirectory(prefix="evlet-www-") as place:
        root = os.path.join(place, "www")
        os.makedirs(os.path.join(root, "sub", "deep"))
        write(place, "secret.txt", SECRET)
        write(root, "hello.txt", b"hello\n")
        write(root, "page.html", b"<p>page</p>\n")
        write(root, "empty", b"")
        write(root, "sub/inner.css", b"p{}\n")
        yield root, place


def write(place, name, data):
    with open(os.path.join(place, name), "wb") as file:
        file.write(data)


@contextlib.contextmanager
def server(path, *arguments, prepare=None):
    """(program, port, root, place)."""
    with folder() as (root, place), \
            listening(path, "-p", "0", *arguments, root, prepare=prepare) as (program, port):
        yield program, port, root, place
        program.stop(signal.SIGTERM)
