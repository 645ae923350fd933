# SPDX-License-Identifier: BSD-3-Clause
"""Plays the vectors of tests/vectors to http_vectors_server and http_vectors_client. A case is a
file of theirs: `http_vectors.py PROGRAM server-chunked`. The case `files` looks at the files."""

import contextlib
import os
import re
import socket
import subprocess

import vectors
from harness import DEADLINE, Program, check, main

# What is larger takes too long in single bytes, and is about its size.
MOST_PIECES = 2000
PROBE = b"GET /probe HTTP/1.1\r\nHost: probe\r\n\r\n"
AGAIN = b"GET /again HTTP/1.1\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nagain"


def play(connection, vector, piecewise, wait):
    """Sends what there is to send; `wait(text)` comes between. Who sends on behind an answer that was
    waited for must not find the connection reset."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with vectors.sending() if len(vector.steps) == 1 else contextlib.nullcontext():
        for step in vector.steps:
            if not isinstance(step, bytes):
                wait(step[1])
            elif piecewise:
                for i in range(len(step)):
                    connection.send(step[i:i + 1])
            else:
                connection.sendall(step)
        if vector.ends:
            connection.shutdown(socket.SHUT_WR)


def check_reply(expected, reply):
    """`expected`: STATUS [METHOD TARGET] [host=NAME] [body=BYTES]"""
    check(reply is not None, f"no reply where {expected} was expected")
    line, has_body, body = expected.partition(" body=")
    status, *words = line.split(" ")
    host = words.pop()[5:] if words and words[-1].startswith("host=") else None
    words = [vectors.unescape(word).decode("latin-1") for word in words]
    check(reply.status == status and reply.seen[:2] == (words or [""]),
          f"{line[:200]} was expected, {reply.status} {' '.join(reply.seen)[:200]} came")
    check(host is None or host == reply.seen[2], f"the host was {reply.seen[2:]}")
    if words or has_body:
        check(reply.body == vectors.unescape(body), f"the body was {reply.body[:80]!r}")


def play_to_server(port, vector, piecewise):
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        replies = vectors.Replies(connection)
        expected = list(vector.replies)

        def wait(status):
            check(expected[0] == status, f"{status} is not the reply that is expected next")
            check_reply(expected.pop(0), replies.read())
        play(connection, vector, piecewise, wait)
        for line in expected:
            check_reply(line, replies.read())
        if vector.is_open:
            connection.sendall(PROBE)
            check_reply("200 GET /probe host=probe", replies.read())
        else:
            check(not replies.pending and not replies.more(),
                  f"not closed, {replies.pending[:80]!r} came instead")


def read_request(connection, enough):
    """What the client sends until that is enough, or it closes."""
    data = b""
    try:
        while not enough(data):
            more = connection.recv(65536)
            if not more:
                break
            data += more
    except ConnectionResetError:
        pass
    return data


def is_again(data):
    return AGAIN in data and data.endswith(b"\r\n\r\n")


def accept(listener):
    connection, _ = listener.accept()
    connection.settimeout(DEADLINE)
    return connection


def play_to_client(program, listener, vector, piecewise):
    request, _, body = vector.request.partition(" body=")
    method, target, *field = request.split(" ", 2)
    command = (str(listener.getsockname()[1]), method, target, body, *field)
    program.process.stdin.write("\t".join(command).encode() + b"\n")
    program.process.stdin.flush()
    with accept(listener) as connection:
        def wait(text):
            check(text.encode() in read_request(connection, lambda data: text.encode() in data),
                  f"the client did not send {text}")
        read_request(connection, lambda data: b"\r\n\r\n" in data)
        play(connection, vector, piecewise, wait)
        reused = is_again(read_request(connection, is_again))
        if reused:
            connection.sendall(ANSWER)
        else:
            with accept(listener) as other:
                read_request(other, is_again)
                other.sendall(ANSWER)
                check_outcome(program, vector, reused)
            return
        check_outcome(program, vector, reused)


def check_outcome(program, vector, reused):
    expected, _, body = vector.replies[0].partition(" ")
    wanted = f"{expected} {vectors.unescape(body).hex()}".rstrip()
    outcome, again = program.read_line().rstrip(), program.read_line()
    check(outcome == wanted, f"{wanted[:200]} was expected, {outcome[:200]} came")
    check(again == "200 " + b"again".hex(), f"the next request came to {again}")
    check(reused == vector.is_open, f"the connection was {'' if reused else 'not '}used again")


def play_all(group, role, play_one):
    """Plays each vector of a file in both ways; tells of all that fail. A client that has failed is
    not where the next vector would begin."""
    failures = 0
    found = vectors.read(role, group)
    for vector in found:
        for piecewise in (False, True):
            if piecewise and (vector.whole or vector.size() > MOST_PIECES):
                continue
            try:
                play_one(vector, piecewise)
            except (AssertionError, OSError) as error:
                failures += 1
                print(f"{vector.name}{' in single bytes' if piecewise else ''}: {error}", flush=True)
                check(role == "server", "the others were not played")
    check(failures == 0, f"{failures} of {len(found)} vectors failed")


def server_case(group):
    def case(path):
        with Program(path) as program:
            port = int(program.read_line().rpartition(":")[2])
            play_all(group, "server", lambda vector, piecewise: play_to_server(
                port, vector, piecewise))
            with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
                connection.sendall(b"GET /end HTTP/1.1\r\nHost: a\r\n\r\n")
                check_reply("204", vectors.Replies(connection).read())
            program.finish()
    return case


def client_case(group):
    def case(path):
        with Program(path, stdin=subprocess.PIPE) as program, \
                socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(DEADLINE)
            play_all(group, "client", lambda vector, piecewise: play_to_client(
                program, listener, vector, piecewise))
            program.process.stdin.close()
            program.finish()
    return case


def files(_):
    """No name is there twice, and Meson has a test for each file."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "meson.build"),
              encoding="utf-8") as file:
        build = file.read()
    names = []
    for role in ("client", "server"):
        listed = re.search(rf"vector_groups = .*?'{role}': \[(.*?)\]", build, re.DOTALL).group(1)
        found = vectors.groups(role)
        check(sorted(re.findall(r"'(.*?)'", listed)) == found, f"{role}: the files are {found}")
        names += [vector.name for group in found for vector in vectors.read(role, group)]
    twice = sorted({name for name in names if names.count(name) > 1})
    check(not twice, f"there twice: {twice}")
    print(f"{len(names)} vectors")


def all_cases():
    yield files
    for role, make in (("server", server_case), ("client", client_case)):
        for group in vectors.groups(role):
            case = make(group)
            case.__name__ = f"{role}-{group}"
            yield case


if __name__ == "__main__":
    main(list(all_cases()))
