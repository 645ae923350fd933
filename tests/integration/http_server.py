# SPDX-License-Identifier: BSD-3-Clause
"""http-server with real clients over loopback: what it answers, and to how many at once."""

import contextlib
import email.utils
import os
import shutil
import signal
import socket
import subprocess
import time

from harness import Skipped, check, check_usage, main, run
from http_peer import ask, head_of, read_answer
from peers import (MEGABYTE, MOST_GROWTH, check_end, connect, descriptor_limit, in_parallel,
                   listening, need_ipv6, payload, receive_all, reset)
from served_folder import folder, server, write


def files_and_types(path):
    with server(path) as (_, port, root, _):
        ask(port, "/hello.txt").expect(200, b"hello\n", Content_Type="text/plain; charset=utf-8",
                                       Content_Length="6", X_Content_Type_Options="nosniff")
        ask(port, "/page.html").expect(200, Content_Type="text/html; charset=utf-8")
        ask(port, "/sub/inner.css?v=2").expect(200, b"p{}\n",
                                               Content_Type="text/css; charset=utf-8")
        ask(port, "/empty").expect(200, b"", Content_Type="application/octet-stream",
                                   Content_Length="0")
        ask(port, "/%68ello%2Etxt").expect(200, b"hello\n")
        ask(port, "http://127.0.0.1/hello.txt").expect(200, b"hello\n")
        ask(port, "/nothing").expect(404)
        ask(port, "/hello.txt/").expect(404)
        ask(port, "/hello.txt/x").expect(404)
        ask(port, "/" + "x" * 256).expect(404)
        os.chmod(os.path.join(root, "page.html"), 0)
        if os.geteuid() != 0:  # who may do anything
            ask(port, "/page.html").expect(403)


def head_is_like_get_without_a_body(path):
    with server(path) as (_, port, _, _):
        for target in ("/hello.txt", "/", "/empty", "/nothing"):
            got = ask(port, target)
            head = ask(port, target, "HEAD").expect(got.status, b"")
            for name in ("Content-Type", "ETag", "Last-Modified"):
                check(head[name] == got[name], f"{target}: {name} is {head[name]}")
            with connect(port) as client:
                client.sendall(head_of("HEAD", target) +
                               head_of("GET", "/hello.txt", {"Connection": "close"}))
                data = receive_all(client)
            # Nothing stands between the head and the next reply.
            check(data.partition(b"\r\n\r\n")[2].startswith(b"HTTP/1.1 200 "), f"{data!r}")
        head = ask(port, "/hello.txt", "HEAD")
        check(head["Content-Length"] == "6", f"Content-Length is {head['Content-Length']}")


def conditions_are_kept(path):
    with server(path) as (_, port, root, _):
        os.utime(os.path.join(root, "hello.txt"), (784111777, 784111777))
        first = ask(port, "/hello.txt").expect(200, Last_Modified="Sun, 06 Nov 1994 08:49:37 GMT")
        tag = first["ETag"]

        def status(**fields):
            answer = ask(port, "/hello.txt",
                         fields={name.replace("_", "-"): value for name, value in fields.items()})
            check((answer.status == 304) == (answer.body == b""), "a body with 304, or none")
            check(answer.status == 412 or answer["ETag"] == tag, "another tag")
            return answer.status

        for value in (tag, f'"x", {tag}', f"W/{tag}", f'W/"y" ,{tag},', "*"):
            check(status(If_None_Match=value) == 304, f"If-None-Match: {value}")
        for value in ('"x"', tag[:-1], tag.strip('"'), "", '"', "W/"):
            check(status(If_None_Match=value) == 200, f"If-None-Match: {value}")
        for value in ("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                      "Sun Nov  6 08:49:37 1994", "Tue, 01 Jan 2030 00:00:00 GMT"):
            check(status(If_Modified_Since=value) == 304, f"If-Modified-Since: {value}")
        for value in ("Sun, 06 Nov 1994 08:49:36 GMT", "yesterday", "", "784111777",
                      "Sun, 06 Nov 1994 08:49:37 GMT;"):
            check(status(If_Modified_Since=value) == 200, f"If-Modified-Since: {value}")
        later = email.utils.formatdate(time.time() + 1000, usegmt=True)
        check(status(If_None_Match='"x"', If_Modified_Since=later) == 200, "the date comes first")
        check(status(If_Match=tag) == 200 and status(If_Match="*") == 200, "If-Match")
        check(status(If_Match='"x"') == 412 and status(If_Match=f"W/{tag}") == 412, "If-Match")
        check(status(If_Unmodified_Since="Sun, 06 Nov 1994 08:49:36 GMT") == 412, "unmodified")
        check(status(If_Unmodified_Since="Sun, 06 Nov 1994 08:49:37 GMT") == 200, "unmodified")
        write(root, "hello.txt", b"other\n")
        answer = ask(port, "/hello.txt", fields={"If-None-Match": tag}).expect(200, b"other\n")
        check(answer["ETag"] != tag, "another file has the same tag")


def ranges(path):
    data = b"0123456789"
    with server(path) as (_, port, root, _):
        write(root, "digits", data)
        tag = ask(port, "/digits").expect(200, Accept_Ranges="bytes")["ETag"]

        def part(value, **more):
            return ask(port, "/digits", fields={"Range": value, **more})

        for value, first, last in (("bytes=0-0", 0, 0), ("bytes=2-4", 2, 4), ("bytes=7-", 7, 9),
                                   ("bytes=-3", 7, 9), ("bytes=5-99", 5, 9), ("bytes=-99", 0, 9),
                                   ("BYTES=1-1", 1, 1), ("bytes=0-" + "9" * 40, 0, 9)):
            part(value).expect(206, data[first:last + 1],
                               Content_Range=f"bytes {first}-{last}/10",
                               Content_Length=str(last + 1 - first))
        for value in ("bytes=10-", "bytes=10-20", "bytes=-0", "bytes=" + "9" * 40 + "-"):
            part(value).expect(416, Content_Range="bytes */10")
        for value in ("bytes=4-2", "bytes=", "bytes=-", "bytes=1", "bytes=0-1,3-4", "lines=1-2",
                      "bytes= 1-2", "bytes=1-2 ", "bytes=a-b", "bytes=+1-2", "bytes=1--2", "bytes",
                      "bytes=0x1-2"):
            answer = part(value)
            if value.endswith(" "):  # white space around a value is none of it
                answer.expect(206, b"12")
            else:
                answer.expect(200, data, Content_Range=None)
        part("bytes=2-4", **{"If-Range": tag}).expect(206, b"234")
        part("bytes=2-4", **{"If-Range": '"x"'}).expect(200, data)
        part("bytes=2-4", **{"If-Range": "Sun, 06 Nov 1994 08:49:37 GMT"}).expect(200, data)
        part("bytes=2-4", **{"If-None-Match": tag}).expect(304)
        head = ask(port, "/digits", "HEAD", {"Range": "bytes=2-4"})
        head.expect(200, b"", Content_Length="10", Content_Range=None)
        ask(port, "/empty", fields={"Range": "bytes=0-"}).expect(416, Content_Range="bytes */0")
        ask(port, "/empty", fields={"Range": "bytes=-5"}).expect(200, b"")


def methods(path):
    with server(path) as (_, port, _, _):
        for method in ("POST", "PUT", "DELETE", "PATCH", "MKCOL", "TRACE"):
            ask(port, "/hello.txt", method).expect(405, Allow="GET, HEAD, OPTIONS")
        ask(port, "/hello.txt", "OPTIONS").expect(204, b"", Allow="GET, HEAD, OPTIONS")
        ask(port, "/hello.txt", "BREW").expect(501)
        ask(port, "/hello.txt", "get").expect(501)
        ask(port, "/hello.txt", "PUT", body=b"x" * 10).expect(413)
        ask(port, "/hello.txt").expect(200, b"hello\n")


def one_connection_many_requests(path):
    with server(path) as (_, port, _, _):
        with connect(port) as client:
            wanted = [("/hello.txt", 200), ("/nothing", 404), ("/", 200), ("/sub", 301)] * 5
            for target, status in wanted:
                client.sendall(head_of("GET", target))
                read_answer(client).expect(status)
            client.sendall(b"".join(head_of("GET", target) for target, _ in wanted[:-1]) +
                           head_of("GET", "/hello.txt", {"Connection": "close"}))
            data = receive_all(client)
            check(data.count(b"HTTP/1.1 ") == len(wanted), "not all were answered")
            check(data.endswith(b"hello\n"), "not in their order")
        with connect(port) as client:
            client.sendall(head_of("GET", "/hello.txt", host=None, version="1.0"))
            data = receive_all(client)
            check(data.startswith(b"HTTP/1.") and data.endswith(b"\r\n\r\nhello\n"), f"{data!r}")
        ask(port, host=None).expect(400)


def big_files_take_no_memory(path):
    data = payload(32 * MEGABYTE, 5)
    with server(path) as (program, port, root, _):
        write(root, "big", data)
        memory = program.memory_kib()
        check(ask(port, "/big").expect(200).body == data, "other bytes than the file's")
        middle = ask(port, "/big", fields={"Range": "bytes=5000000-25000000"}).expect(206)
        check(middle.body == data[5000000:25000001], "other bytes than the range's")
        grown = program.memory_kib() - memory
        check(grown < 16384, f"grew by {grown} KiB for a file of 32 MiB")


def slow_readers_hold_nobody_up(path):
    data = payload(16 * MEGABYTE, 6)
    with server(path) as (program, port, root, _), contextlib.ExitStack() as stack:
        write(root, "big", data)
        memory = program.memory_kib()
        slow = [stack.enter_context(connect(port)) for _ in range(8)]
        for client in slow:
            client.sendall(head_of("GET", "/big", {"Connection": "close"}))
        for client in slow:
            check(client.recv(1) == b"H", "no reply")
        ask(port, "/hello.txt").expect(200, b"hello\n")
        grown = program.memory_kib() - memory
        check(grown < MOST_GROWTH, f"grew by {grown} KiB for clients that do not read")
        program.check_idle("with clients that do not read")
        check(receive_all(slow[0]).endswith(data), "the late reader got other bytes")


def many_downloads_at_once(path):
    data = payload(2 * MEGABYTE, 7)

    def one(number):
        for _ in range(3):
            start = number * 1000
            answer = ask(port, "/big", fields={"Range": f"bytes={start}-"})
            if answer.status != 206 or answer.body != data[start:]:
                return f"client {number} got other bytes"
        return None

    with server(path) as (_, port, root, _):
        write(root, "big", data)
        in_parallel(12, one)


def peers_that_vanish(path):
    with server(path) as (program, port, root, _):
        write(root, "big", payload(4 * MEGABYTE, 8))
        before = len(os.listdir(f"/proc/{program.pid}/fd"))
        for number in range(30):
            client = connect(port)
            if number % 3 == 0:
                client.sendall(b"GET /big HT")
            else:
                client.sendall(head_of("GET", "/big"))
                client.recv(number % 3 * 1000)
            if number % 2:
                reset(client)
            else:
                client.close()
        ask(port, "/hello.txt").expect(200, b"hello\n")
        # Their files are closed as well.
        end = time.monotonic() + 30
        while (left := len(os.listdir(f"/proc/{program.pid}/fd"))) > before + 1:
            check(time.monotonic() < end, f"{left} descriptors are open, {before} were")
            time.sleep(0.05)


def file_that_is_cut_off_while_it_is_sent(path):
    with server(path) as (_, port, root, _):
        write(root, "big", payload(16 * MEGABYTE, 9))
        with connect(port) as client:
            client.sendall(head_of("GET", "/big"))
            check(client.recv(1) == b"H", "no reply")
            os.truncate(os.path.join(root, "big"), 1000)
            # What was promised can not be sent: the connection ends, so that the client can tell.
            with contextlib.suppress(ConnectionResetError):
                check(len(receive_all(client)) < 16 * MEGABYTE, "sent what there is not")
        ask(port, "/hello.txt").expect(200, b"hello\n")


def out_of_descriptors(path):
    with server(path, prepare=descriptor_limit(24)) as (program, port, root, _):
        write(root, "big", payload(8 * MEGABYTE, 10))
        clients = [connect(port) for _ in range(40)]
        for client in clients:
            client.sendall(head_of("GET", "/big"))
        program.wait_for_errors(lambda text: "accept, pausing" in text)
        program.check_idle("while clients wait for a descriptor", 1.5)
        lines = program.stderr().count("\n")
        check(lines < 50, f"spun, and said so {lines} times")
        for client in clients:
            client.close()
        end = time.monotonic() + 30
        while ask(port, "/hello.txt").status != 200:
            check(time.monotonic() < end, "does not recover")


def too_many_connections(path):
    with server(path, "-n", "2") as (_, port, _, _):
        with connect(port) as first, connect(port) as second:
            for client in (first, second):
                client.sendall(head_of("GET", "/hello.txt"))
                read_answer(client).expect(200)
            with connect(port) as third:
                third.sendall(head_of("GET", "/hello.txt"))
                read_answer(third).expect(503)
                with contextlib.suppress(ConnectionResetError):
                    check_end(third)
            first.sendall(head_of("GET", "/hello.txt"))
            read_answer(first).expect(200)
        end = time.monotonic() + 30
        while ask(port, "/hello.txt").status != 200:
            check(time.monotonic() < end, "nobody gets their place")


def curl_downloads(path):
    curl = shutil.which("curl")
    if curl is None:
        raise Skipped("curl is missing (Debian: apt-get install curl)")
    data = payload(3 * MEGABYTE, 11)
    with server(path) as (_, port, root, place):
        write(root, "big", data)
        copy, url = os.path.join(place, "copy"), f"http://127.0.0.1:{port}"

        def get(*arguments):
            done = subprocess.run([curl, "-sS", "--noproxy", "*", *arguments], timeout=50,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            check(done.returncode == 0, f"curl ended with {done.returncode}: {done.stdout[-300:]}")
            return done.stdout

        write(place, "copy", data[:MEGABYTE])
        get("-C", "-", "-o", copy, f"{url}/big")  # goes on where it was cut off
        with open(copy, "rb") as file:
            check(file.read() == data, "curl got other bytes")
        check(get("-z", copy, "-w", "%{http_code}", f"{url}/hello.txt") == b"304", "not modified")
        check(get("-L", f"{url}/sub").count(b"inner.css") == 2, "no listing behind the redirection")
        check(get("--path-as-is", "-w", "%{http_code}", "-o", copy, f"{url}/../secret.txt") ==
              b"404", "curl got out")


def verbose(path):
    with server(path, "-v") as (program, port, _, _):
        ask(port, "/hello.txt?q").expect(200)
        check(program.read_line() == "200 /hello.txt?q", "wrong record")
        ask(port, "/nothing").expect(404)
        check(program.read_line() == "404 /nothing", "wrong record")


def end_waits_for_downloads(path):
    data = payload(16 * MEGABYTE, 12)
    for number in (signal.SIGTERM, signal.SIGINT):
        with folder() as (root, _), \
                listening(path, "-p", "0", "-g", "40", root) as (program, port):
            write(root, "big", data)
            with connect(port) as busy, connect(port) as idle:
                busy.sendall(head_of("GET", "/big"))
                check(busy.recv(1) == b"H", "no reply")
                start = time.monotonic()
                program.process.send_signal(number)
                check_end(idle)
                with socket.socket() as client:
                    check(client.connect_ex(("127.0.0.1", port)) != 0, "somebody still listens")
                check(receive_all(busy).endswith(data), "the download was cut off")
            program.finish()
            # Neither the grace nor the time limit for idle connections had to end it.
            check(time.monotonic() - start < 25, "the last connection was not closed")


def end_does_not_wait_for_ever(path):
    with folder() as (root, _), listening(path, "-p", "0", "-g", "1", root) as (program, port):
        write(root, "big", bytes(16 * MEGABYTE))
        with connect(port) as stuck, connect(port) as other:
            for client in (stuck, other):
                client.sendall(head_of("GET", "/big"))
                check(client.recv(1) == b"H", "no reply")
            program.process.send_signal(signal.SIGTERM)
            program.finish()  # after its time
    with folder() as (root, _), listening(path, "-p", "0", "-g", "3600", root) as (program, port):
        write(root, "big", bytes(16 * MEGABYTE))
        with connect(port) as stuck, connect(port) as idle:
            stuck.sendall(head_of("GET", "/big"))
            check(stuck.recv(1) == b"H", "no reply")
            program.process.send_signal(signal.SIGINT)
            check_end(idle)
            program.process.send_signal(signal.SIGINT)
            program.finish()  # at once


def ipv6(path):
    need_ipv6()
    with folder() as (root, _), \
            listening(path, "-b", "::1", "-p", "0", root, address="::1") as (program, port):
        with connect(port, "::1") as client:
            client.sendall(head_of("GET", "/hello.txt", host=f"[::1]:{port}"))
            read_answer(client).expect(200, b"hello\n")
        program.stop(signal.SIGTERM)


def bad_places(path):
    with server(path) as (_, port, root, _):
        output, errors = run(path, "-p", str(port), root, status=1)
        check(output == "" and "bind" in errors and "in use" in errors, f"printed {errors!r}")
        for address in ("nowhere", "1.2.3", "1.2.3.4:80", ""):
            output, errors = run(path, "-b", address, root, status=1)
            check(output == "" and "not an address" in errors, f"{address}: printed {errors!r}")
        for place in (os.path.join(root, "hello.txt"), os.path.join(root, "nothing"), ""):
            output, errors = run(path, "-p", "0", place, status=1)
            check(output == "" and errors.startswith(f"http-server: {place}: "), errors)


def usage(path):
    check_usage(path, ([], ["-x", "."], ["-p"], ["-p", "65536", "."], ["-p", "x", "."],
                       ["-n", "0", "."], ["-n", "401", "."], ["-g", "0", "."], [".", "."], ["-b"],
                       ["--help"]))


if __name__ == "__main__":
    main((files_and_types, head_is_like_get_without_a_body, conditions_are_kept, ranges, methods,
          one_connection_many_requests, big_files_take_no_memory, slow_readers_hold_nobody_up,
          many_downloads_at_once, peers_that_vanish, file_that_is_cut_off_while_it_is_sent,
          out_of_descriptors, too_many_connections, curl_downloads, verbose,
          end_waits_for_downloads, end_does_not_wait_for_ever, ipv6, bad_places, usage))
