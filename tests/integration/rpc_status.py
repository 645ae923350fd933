# SPDX-License-Identifier: BSD-3-Clause
"""rpc-status as a server and as a client of itself, and against strangers."""

import os
import re
import signal

from harness import Program, check, check_usage, main, run
from http_peer import ask
from peers import accept, connect, in_parallel, listener, listening, reset

REPORT = re.compile(r"device (\S+), up (\d+\.\d+) s, (\d+) calls")


def report_of(path, port, *options):
    """(what the first line tells, the other lines)."""
    output, _ = run(path, *options, "127.0.0.1", str(port))
    lines = output.splitlines()
    found = [REPORT.fullmatch(line) for line in lines]
    at = 0 if found[0] else 1
    check(found[at], f"no report: {output!r}")
    return found[at].groups(), lines[:at], lines[at + 1:]


def status_is_told(path):
    with listening(path, "-l", "0") as (program, port):
        (name, up, calls), before, sensors = report_of(path, port)
        check((name, calls, before) == ("unnamed", "1", []), f"{name} {calls} {before}")
        check(0 <= float(up) < 60, f"up {up}")
        check(sensors == ["temperature 21.500", "humidity 40.250"], f"{sensors}")
        _, _, sensors = report_of(path, port, "-s", "humidity")
        check(sensors == ["humidity 40.250"], f"{sensors}")
        (_, _, calls), _, sensors = report_of(path, port, "-s", "none")
        check((calls, sensors) == ("3", []), f"{calls} {sensors}")
        program.stop(signal.SIGTERM)


def names_are_changed(path):
    with listening(path, "-l", "0") as (program, port):
        (name, _, _), before, _ = report_of(path, port, "-n", "cellar")
        check((name, before) == ("cellar", ["was unnamed"]), f"{name} {before}")
        for bad in ("", "x y", "a" * 32, "ü"):
            _, errors = run(path, "-n", bad, "127.0.0.1", str(port), status=1)
            check("is no name" in errors, errors)
        (name, _, _), _, _ = report_of(path, port)
        check(name == "cellar", name)
        program.stop(signal.SIGINT)


def crowds_are_served(path):
    def one(_):
        for _ in range(3):
            counts.append(int(report_of(path, port)[0][2]))

    counts = []
    with listening(path, "-l", "0") as (program, port):
        in_parallel(6, one)
        check(sorted(counts) == list(range(1, 19)), f"not each was counted once: {counts}")
        program.stop(signal.SIGTERM)


def strangers_are_refused(path):
    with listening(path, "-l", "0") as (program, port):
        for _ in range(5):
            client = connect(port)
            client.sendall(b"POST /.rpc.Status HTTP/1.1\r\nContent-Le")
            reset(client)
        ask(port, "/.rpc.Status").expect(503)
        ask(port, "/.rpc.Other", "POST", body=b"").expect(404)
        ask(port, "/", host=None).expect(400)
        for body in (b"\x01", b"\x01\x05abc", b"\x02\x01a", b"\x01\x7f\xff\xff\xff\xf0"):
            ask(port, "/.rpc.Status", "POST", body=body).expect(503)
        ask(port, "/.rpc.Status", "POST", body=bytes(5000)).expect(413)
        check(report_of(path, port)[0][2] == "1", "something else was counted")
        program.stop(signal.SIGTERM)


def failures_are_told(path):
    with listener() as server:
        port = server.getsockname()[1]
        with Program(path, "127.0.0.1", str(port)) as program:
            client = accept(server)
            request = b""
            while b"\r\n\r\n" not in request:
                request += client.recv(4096)
            check(request.startswith(b"POST /.rpc.Status HTTP/1.1\r\n"), f"{request!r}")
            client.close()
            program.finish(1)
            check("no answer" in program.stderr(), program.stderr())
        with Program(path, "127.0.0.1", str(port)) as program:
            client = accept(server)
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\x01\x01a")
            program.finish(1)
            check("no message" in program.stderr(), program.stderr())
    _, errors = run(path, "127.0.0.1", str(port), status=1)
    check("no answer" in errors, errors)


def port_in_use(path):
    with listener() as server:
        _, errors = run(path, "-l", str(server.getsockname()[1]), status=1)
        check(errors.startswith("rpc-status: "), errors)


def usage(path):
    check_usage(os.path.abspath(path), [[], ["-l", "x"], ["-l", "1", "2"], ["127.0.0.1"],
                                        ["127.0.0.1", "0"], ["127.0.0.1", "65536"], ["-x", "y", "z"],
                                        ["-n"], ["-n", "a", "127.0.0.1"]])


if __name__ == "__main__":
    main([status_is_told, names_are_changed, crowds_are_served, strangers_are_refused,
          failures_are_told, port_in_use, usage])
