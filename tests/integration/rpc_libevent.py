# SPDX-License-Identifier: BSD-3-Clause
"""Calls between Evlet and libevent: rpc_peer.c is built with each, of the same generated messages.

usage: rpc_libevent.py EVLET_PROGRAM LIBEVENT_PROGRAM CASE
"""

import socket
import subprocess
import sys

from harness import DEADLINE, Program, check
from peers import listening

CALLS = 200


def calls(server, client):
    with listening(server, "serve") as (program, port), \
            Program(client, "ask", str(port), str(CALLS)) as asking:
        check(asking.finish() == "good\n" * CALLS, "not all calls were answered as they should")
        check(program.process.poll() is None, "the server has ended")


def evlet_asks_libevent(evlet, libevent):
    calls(libevent, evlet)


def libevent_asks_evlet(evlet, libevent):
    calls(evlet, libevent)


def evlet_asks_evlet(evlet, _):
    calls(evlet, evlet)


def messages_are_the_same_bytes(evlet, libevent):
    written = {}
    for writer in (evlet, libevent):
        with Program(writer, "write") as program:
            written[writer] = program.read(lambda data: False)
            check(program.wait() == 0, "not written")
    check(len(written[evlet]) > 300, "hardly anything was written")
    check(written[evlet] == written[libevent], "the two write different bytes")
    for reader in (evlet, libevent):
        for message, status in ((written[evlet], 0), (written[evlet][:-1], 1)):
            with Program(reader, "read", stdin=subprocess.PIPE) as program:
                program.process.stdin.write(message)
                program.process.stdin.close()
                check(program.wait() == status, f"{reader}: not status {status}")


def refusals(evlet, libevent):
    """What is no message gets the same status from both."""
    answers = {}
    for server in (evlet, libevent):
        with listening(server, "serve") as (_, port):
            for body in (b"\x01", b"\x09\x01\x05", b"\x01\x01a"):
                with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
                    client.sendall(b"POST /.rpc.Echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                   b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                    answers.setdefault(server, []).append(client.recv(12))
    check(answers[evlet] == answers[libevent] == [b"HTTP/1.1 503"] * 3, f"{answers}")


def main():
    evlet, libevent, name = sys.argv[1:]
    cases = (evlet_asks_libevent, libevent_asks_evlet, evlet_asks_evlet, messages_are_the_same_bytes,
             refusals)
    try:
        {case.__name__: case for case in cases}[name](evlet, libevent)
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        print(f"{name}: {type(error).__name__}: {error}")
        sys.exit(1)
    print(f"{name}: passed")


main()
