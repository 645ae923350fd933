# SPDX-License-Identifier: BSD-3-Clause
"""Peers that speak HTTP for the drivers here: requests written byte by byte, with the replies read
by Python's own parser, and servers whose handlers are functions."""

import http.client
import http.server
import contextlib
import socket
import socketserver
import threading

from harness import DEADLINE, check
from peers import connect


class Answer:
    """A reply: its status, fields and body."""

    def __init__(self, response):
        self.status = response.status
        self.reason = response.reason
        self.fields = response.headers
        self.body = response.read()

    def __getitem__(self, name):
        return self.fields[name]

    def expect(self, status, body=None, **fields):
        """Checks it. Fields are named with _ for -; None: must not be there."""
        check(self.status == status,
              f"{status} was expected, {self.status} came: {self.body[:300]}")
        if body is not None:
            check(self.body == body, f"{body[:80]!r} was expected, {self.body[:80]!r} came")
        for name, value in fields.items():
            found = self.fields[name.replace("_", "-")]
            check(found == value, f"{name}: {value!r} was expected, {found!r} came")
        return self


def read_answer(client, method="GET"):
    response = http.client.HTTPResponse(client, method=method)
    try:
        response.begin()
        return Answer(response)
    except http.client.HTTPException as error:
        raise AssertionError(f"no HTTP reply: {error!r}") from error
    finally:
        response.close()


def head_of(method, target, fields=(), host="127.0.0.1", version="1.1"):
    """A request up to its body. `target`, and the values of `fields`, may be bytes."""
    def encode(text):
        return text if isinstance(text, bytes) else text.encode()
    lines = [b" ".join((encode(method), encode(target), b"HTTP/" + encode(version)))]
    lines += [encode(name) + b": " + encode(value) for name, value in dict(fields).items()]
    if host is not None:
        lines.append(b"Host: " + encode(host))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def ask(port, target="/", method="GET", fields=(), body=b"", host="127.0.0.1", version="1.1"):
    """One request on a connection of its own."""
    fields = dict(fields)
    if body:
        fields.setdefault("Content-Length", str(len(body)))
    with connect(port) as client:
        client.sendall(head_of(method, target, fields, host, version) + body)
        return read_answer(client, method)


class Handler(http.server.BaseHTTPRequestHandler):
    """Has the server's `handle_request(handler)` answer everything."""
    protocol_version = "HTTP/1.1"
    timeout = DEADLINE

    def do(self):
        self.server.handle_request(self)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.do
        raise AttributeError(name)

    def log_message(self, *_):
        pass

    def address_string(self):
        return "-"

    def body(self):
        """The body of the request, chunked or not."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = b""
        while piece := self.chunk():
            data += piece
        return data

    def chunk(self):
        """The next chunk; b"" for the last."""
        size = int(self.rfile.readline(), 16)
        data = self.rfile.read(size)
        check(self.rfile.readline() == b"\r\n", "a chunk without its end")
        return data

    def reply(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def __init__(self, handle):
        self.handle_request = handle
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request, client_address):
        pass  # a client that has gone is its own business


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path, handle):
        self.handle_request = handle
        super().__init__(path, Handler)


@contextlib.contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DEADLINE)


@contextlib.contextmanager
def raw_server(*scripts):
    """A server without manners: the first client is handled by the first function, which gets the
    socket once the request's head has come, and so on. Yields the port."""
    failures = []

    def run():
        for script in scripts:
            try:
                client, _ = server.accept()
                with client:
                    client.settimeout(DEADLINE)
                    head = b""
                    while b"\r\n\r\n" not in head:
                        more = client.recv(4096)
                        if not more:
                            break
                        head += more
                    script(client)
            except (ConnectionError, BrokenPipeError):
                pass
            except OSError as error:
                failures.append(error)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(DEADLINE)
        check(not thread.is_alive(), "the driver's server still waits")
    check(not failures, f"the driver's server: {failures}")
