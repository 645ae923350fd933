# SPDX-License-Identifier: BSD-3-Clause
"""Plays the vectors of tests/vectors/server to other servers: `http_differential.py PROGRAM PEER`.
What a peer makes of them otherwise than they expect has to be in tests/vectors/differences.txt, and
what is there has to be so. PROGRAM is http_vectors_server. It goes first and has to agree with
every vector, which shows that the way of asking is fair.

All of a vector is sent at once, a request more behind it, and then the end. So each connection
comes to its end by itself, and nobody guesses how long a server that is silent still thinks."""

import contextlib
import os
import shutil
import socket
import tempfile
import time

import http_peer
import vectors
from harness import DEADLINE, Program, Skipped, check, main, run
from peers import connect, listening

PROBE = b"HEAD /probe HTTP/1.1\r\nHost: probe\r\n\r\n"
DIFFERENCES = os.path.join(vectors.ROOT, "differences.txt")
NODE_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "http_peer_node.js")
# As a proxy it reads a body to its end before it asks the program behind it, which gets a plain
# request with that body whatever the client's looked like, and sends the body back.
NGINX_CONFIG = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 100000;
    lingering_close off;
    lingering_timeout 20ms;
    client_header_buffer_size 8k;
    large_client_header_buffers 8 64k;
    server {{
        listen unix:{folder}/socket;
        add_header Seen "$request_method $request_uri" always;
        location / {{
            rewrite ^ /? break;
            proxy_method POST;
            proxy_pass_request_headers off;
            proxy_ignore_client_abort on;
            proxy_pass http://127.0.0.1:{port};
        }}
    }}
}}
"""


def class_of(status):
    return status[0] + "xx"


def expected_of(vector):
    """[(class of status, body or None)], and whether the connection takes another request."""
    replies = []
    for line in vector.replies:
        line, _, body = line.partition(" body=")
        status, *words = line.split(" ")
        if not status.startswith("1"):
            replies.append((class_of(status), vectors.unescape(body) if words else None))
    return replies, vector.is_open


def parse(data):
    """The final replies in what came on a connection: (class of status, body, request seen)."""
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        reply = vectors.Reply(head)
        if reply.status.startswith("1"):
            continue
        length = int(reply.fields.get("content-length", len(data)))
        if reply.seen[0] == "HEAD":
            length = 0
        yield class_of(reply.status), data[:length], reply.seen[:2]
        data = data[length:]


def outcome_of(connection, vector):
    """As expected_of(), what happened."""
    data = b"".join(step for step in vector.steps if isinstance(step, bytes))
    received = b""
    with vectors.sending():
        connection.sendall(data if vector.ends else data + PROBE)
        connection.shutdown(socket.SHUT_WR)
    try:
        while more := connection.recv(65536):
            received += more
    except ConnectionResetError:
        pass
    replies = list(parse(received))
    is_open = bool(replies) and replies[-1][2] == ["HEAD", "/probe"]
    return [reply[:2] for reply in (replies[:-1] if is_open else replies)], is_open


def in_words(outcome, expected):
    """"2xx open", "4xx closed", "closed"; an exclamation mark: another body than was expected."""
    words = []
    for i, (status, body) in enumerate(outcome[0]):
        wanted = expected[0][i][1] if i < len(expected[0]) else None
        words.append(status if wanted in (None, body) or status != "2xx" else status + "!")
    return " ".join(words + ["open" if outcome[1] else "closed"])


def play_all(connect_to_it):
    """{name of a vector: what happened, in words} where it differs; and all names."""
    different, names = {}, []
    for group in vectors.groups("server"):
        for vector in vectors.read("server", group):
            names.append(vector.name)
            expected = expected_of(vector)
            with connect_to_it() as connection:
                words = in_words(outcome_of(connection, vector), expected)
            if words != in_words(expected, expected):
                different[vector.name] = words
    return different, names


def read_differences(peers):
    """{name of a vector: the known outcome} from the lines PEER VECTOR OUTCOME of these peers."""
    known, has_reason = {}, False
    with open(DIFFERENCES, encoding="ascii") as file:
        for line in map(str.rstrip, file):
            word, _, rest = line.partition(" ")
            if word == "why":
                has_reason = True
            elif not line:
                has_reason = False
            elif word in peers:
                name, _, outcome = rest.partition(" ")
                check(has_reason, f"differences.txt: {line}: no reason")
                check(name not in known, f"differences.txt: {line}: twice")
                known[name] = outcome
    return known


def compare(peers, connect_to_it):
    """`peers`: what it is called in the list, without and with its version."""
    different, names = play_all(connect_to_it)
    known = read_differences(peers)
    print(f"{peers[1]}: {len(names)} vectors, {len(different)} differ")
    wrong = [name for name in {**known, **different} if known.get(name) != different.get(name)]
    for name in wrong:
        print(f"{peers[0]} {name} {different.get(name, 'as expected')}; listed: {known.get(name)}")
    check(not wrong, f"{len(wrong)} of these are not in differences.txt, or stale there")


def check_ourselves(path):
    with listening(path) as (_, port):
        different, _ = play_all(lambda: connect(port))
        check(not different, f"played like this, our own server differs: {different}")


def find(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        raise Skipped(f"NO COMPARISON WITH {name.upper()}: it is not installed "
                      "(see http-peers in toolchains/packages.sh)")
    return path


def node(path):
    program = find("node")
    check_ourselves(path)
    major = run(program, "--version")[0].lstrip("v").partition(".")[0]
    with listening(program, NODE_SCRIPT) as (_, port):
        compare(("node", f"node-{major}"), lambda: connect(port))


def connect_unix(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(DEADLINE)
    connection.connect(path)
    return connection


def wait_for(program, path):
    """Until it listens at the path; nginx says it to nobody."""
    end = time.monotonic() + DEADLINE
    while True:
        try:
            return connect_unix(path).close()
        except OSError:
            check(program.process.poll() is None and time.monotonic() < end, "it does not start")
            time.sleep(0.02)


def nginx(path):
    program = find("nginx")
    check_ourselves(path)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="evlet-nginx-"))
        port = stack.enter_context(http_peer.serving(http_peer.Server(
            lambda request: request.reply(200, request.body()))))
        with open(os.path.join(folder, "config"), "w", encoding="ascii") as file:
            file.write(NGINX_CONFIG.format(folder=folder, port=port))
        peer = stack.enter_context(Program(
            program, "-p", folder, "-e", "stderr", "-c", os.path.join(folder, "config")))
        wait_for(peer, os.path.join(folder, "socket"))
        compare(("nginx", "nginx"), lambda: connect_unix(os.path.join(folder, "socket")))


if __name__ == "__main__":
    main([node, nginx])
