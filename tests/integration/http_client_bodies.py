# SPDX-License-Identifier: BSD-3-Clause
"""http-client: bodies in both directions, piece by piece, and what may go wrong with them."""

import os
import queue
import socket
import subprocess
import tempfile

from harness import DEADLINE, Program, Skipped, check, main, run
from http_client import failing, redirector, told
from http_peer import Server, raw_server, serving
from peers import MEGABYTE, listener, listening, payload

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def body_is_written_as_it_comes(path):
    with listener() as server, \
            Program(path, f"http://127.0.0.1:{server.getsockname()[1]}/") as program:
        client, _ = server.accept()
        with client:
            client.sendall(CHUNKED)
            for text in (b"first", b"second", b"third"):
                client.sendall(b"%x\r\n%s\r\n" % (len(text), text))
                check(program.read_bytes(len(text)) == text, "something else was written")
            client.sendall(b"0\r\n\r\n")
            check(program.finish() == "", "more was written")


def large_bodies_take_no_memory(path):
    data = payload(24 * MEGABYTE, 1)

    def answer(handler):
        if handler.path == "/chunked":
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            for start in range(0, len(data), 100000):
                piece = data[start:start + 100000]
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            handler.wfile.write(b"0\r\n\r\n")
        else:
            handler.reply(200, data)

    with serving(Server(answer)) as port:
        for target in ("/chunked", "/plain"):
            with Program(path, f"http://127.0.0.1:{port}{target}") as program:
                # It waits for who reads, and has the server wait.
                check(program.read_bytes(100000) == data[:100000], "other bytes")
                memory = program.memory_kib()
                rest = program.read(lambda _: False)
                check(rest == data[100000:], "other bytes")
                check(memory < 65536, f"takes {memory} KiB")
                check(program.wait() == 0, "failed")


def output_files(path):
    with tempfile.TemporaryDirectory(prefix="evlet-") as folder, \
            serving(Server(lambda handler: handler.reply(200, handler.path[1:].encode()))) as port:
        place, url = os.path.join(folder, "out"), f"http://127.0.0.1:{port}/"
        for text in ("a long body", "short", ""):
            output, _ = run(path, "-o", place, url + text.replace(" ", "%20"))
            with open(place, encoding="ascii") as file:
                found = file.read()
            check(output == "" and found == text.replace(" ", "%20"), f"wrote {found!r}")
        _, errors = failing(path, 23, "-o", os.path.join(folder, "no/where"), url + "x")
        check("No such file" in errors, f"said {errors!r}")
        _, errors = failing(path, 23, "-o", "/dev/full", url + "x")
        check("No space left" in errors, f"said {errors!r}")


def reader_that_leaves(path):
    with serving(Server(lambda handler: handler.reply(200, bytes(8 * MEGABYTE)))) as port:
        with Program(path, f"http://127.0.0.1:{port}/") as program:
            program.read_bytes(1000)
            program.process.stdout.close()
            check(program.process.wait(timeout=DEADLINE) == 23, "takes no notice")
            check("Broken pipe" in program.stderr(), f"said {program.stderr()!r}")


def files_are_sent(path):
    got = queue.Queue()

    def take(handler):
        got.put((handler.command, dict(handler.headers), handler.body()))
        handler.reply(201, b"thanks")

    with tempfile.NamedTemporaryFile(prefix="evlet-") as file, serving(Server(take)) as port:
        url = f"http://127.0.0.1:{port}/"
        for size in (0, 1, 16384, 16385, 5 * MEGABYTE):
            data = payload(size, size)
            file.truncate(0)
            file.seek(0)
            file.write(data)
            file.flush()
            check(run(path, "-T", file.name, url)[0] == "thanks", "no answer")
            method, fields, body = got.get(timeout=DEADLINE)
            check(method == "PUT" and body == data, f"{method} sent other {len(body)} bytes")
            check(fields.get("Content-Length") == str(size), f"sent {fields}")
            check("Transfer-Encoding" not in fields, f"sent {fields}")
        file.seek(10)  # a regular file as standard input is sent from where it stands
        with Program(path, "-T", "-", "-X", "POST", url, stdin=file) as program:
            check(program.finish() == "thanks", "no answer")
        method, fields, body = got.get(timeout=DEADLINE)
        check(method == "POST" and body == data[10:], "sent something else")


def pipes_are_sent_in_chunks_as_they_fill(path):
    pieces = queue.Queue()

    def take(handler):
        check(handler.headers["Transfer-Encoding"] == "chunked", "not chunked")
        while piece := handler.chunk():
            pieces.put(piece)
        pieces.put(b"")
        handler.reply(200, b"thanks")

    def next_of(count):
        data = b""
        while len(data) < count:
            data += pieces.get(timeout=DEADLINE)
        return data

    with serving(Server(take)) as port:
        with Program(path, "-T", "-", f"http://127.0.0.1:{port}/",
                     stdin=subprocess.PIPE) as program:
            for text in (b"one", b"two", payload(300000, 3), b"four"):
                program.process.stdin.write(text)
                program.process.stdin.flush()
                check(next_of(len(text)) == text, "something else came")
            program.check_idle("while the pipe is empty", 0.5)
            program.process.stdin.close()
            check(pieces.get(timeout=DEADLINE) == b"", "more came")
            check(program.finish() == "thanks", "no answer")


def answer_before_the_end_of_the_upload(path):
    """A server that has seen enough: its reply counts, though the body was not taken."""
    def refuse(client):
        client.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n"
                       b"\r\nmuch")
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass

    with tempfile.NamedTemporaryFile(prefix="evlet-") as file:
        file.truncate(64 * MEGABYTE)
        with raw_server(refuse) as port:
            check(run(path, "-T", file.name, f"http://127.0.0.1:{port}/")[0] == "much", "no answer")
        with raw_server(refuse) as port:
            failing(path, 22, "-f", "-T", file.name, f"http://127.0.0.1:{port}/")


def uploads_that_fail(path):
    with tempfile.TemporaryDirectory(prefix="evlet-") as folder:
        place = os.path.join(folder, "file")
        failing(path, 26, "-T", place, "http://127.0.0.1:1/")
        failing(path, 26, "-T", folder, "http://127.0.0.1:1/")

        def shorten(client):
            os.truncate(place, 1000)
            while client.recv(65536):
                pass
        with open(place, "wb") as file:
            file.truncate(64 * MEGABYTE)
        with raw_server(shorten) as port:
            _, errors = failing(path, 26, "-T", place, f"http://127.0.0.1:{port}/")
            check("read to its end" in errors, f"said {errors!r}")


def uploads_are_redirected(path):
    with tempfile.NamedTemporaryFile(prefix="evlet-") as file, serving(redirector()) as port:
        file.write(b"the file")
        file.flush()
        url = f"http://127.0.0.1:{port}"
        got = told(path, "-L", "-T", file.name, f"{url}/307/308/x")
        check((got["method"], got["body"]) == ("PUT", "the file"), f"sent {got}")
        got = told(path, "-L", "-T", file.name, f"{url}/303/x")
        check((got["method"], got["body"]) == ("GET", ""), f"sent {got}")
        # What came through a pipe is gone.
        with Program(path, "-L", "-T", "-", f"{url}/307/x", stdin=subprocess.PIPE) as program:
            program.process.stdin.write(b"once")
            program.process.stdin.close()
            program.finish(26)
            check("second time" in program.stderr(), f"said {program.stderr()!r}")


def own_server(path):
    """Both ends of this house."""
    data = payload(5 * MEGABYTE, 4)
    with tempfile.TemporaryDirectory(prefix="evlet-") as folder:
        root, copy = os.path.join(folder, "www"), os.path.join(folder, "copy")
        os.mkdir(root)
        with open(os.path.join(root, "big"), "wb") as file:
            file.write(data)
        server = os.path.join(os.path.dirname(path), "http-server")
        if not os.path.exists(server):
            raise Skipped("http-server is not built here")
        with listening(server, "-p", "0", root) as (_, port):
            url = f"http://127.0.0.1:{port}"
            run(path, "-f", "-o", copy, f"{url}/big")
            with open(copy, "rb") as file:
                check(file.read() == data, "other bytes than the file's")
            run(path, "-f", "-o", copy, "-H", "Range: bytes=1000-1999", f"{url}/big")
            with open(copy, "rb") as file:
                check(file.read() == data[1000:2000], "other bytes than the range's")
            failing(path, 22, "-f", f"{url}/nothing")
            check('href="big"' in run(path, url)[0], "no listing")


if __name__ == "__main__":
    main((body_is_written_as_it_comes, large_bodies_take_no_memory, output_files,
          reader_that_leaves, files_are_sent, pipes_are_sent_in_chunks_as_they_fill,
          answer_before_the_end_of_the_upload, uploads_that_fail, uploads_are_redirected, own_server))
