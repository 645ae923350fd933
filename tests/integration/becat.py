# SPDX-License-Identifier: BSD-3-Clause
"""becat between files or pipes and real peers over loopback."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile

from harness import DEADLINE, Program, Skipped, check, check_usage, main, run
from peers import (MEGABYTE, MOST_GROWTH, accept, check_end, connect, end_of_sending, fill,
                   listener, need_ipv6, payload, port_in, receive, receive_all, reset, sending)


@contextlib.contextmanager
def file_of(data=b""):
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


def content(file):
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


@contextlib.contextmanager
def becat_listening(path, *arguments, address="127.0.0.1", **streams):
    with Program(path, "-l", *arguments, address, "0", **streams) as program:
        errors = program.wait_for_errors(lambda text: "\n" in text)
        yield program, port_in(errors.partition("\n")[0], address)


@contextlib.contextmanager
def becat_connected(path, *arguments, host="127.0.0.1", **streams):
    """(program, its peer)."""
    with listener() as server:
        port = str(server.getsockname()[1])
        with Program(path, *arguments, host, port, **streams) as program:
            with accept(server) as peer:
                yield program, peer


def check_throughput(program, sent, received):
    """Its last words."""
    line = program.stderr().strip().split("\n")[-1]
    found = re.fullmatch(r"becat: sent (\d+) bytes \(\d+\.\d\d MB/s\), received (\d+) bytes "
                         r"\(\d+\.\d\d MB/s\) in \d+\.\d\d s", line)
    check(found, f"{line!r} says nothing of the throughput")
    check((int(found[1]), int(found[2])) == (sent, received), f"counted wrong: {line!r}")


def answer_after_the_end(path):
    question, answer = payload(3 * MEGABYTE, 1), payload(2 * MEGABYTE, 2)
    with file_of(question) as stdin, file_of() as stdout:
        with becat_connected(path, stdin=stdin, stdout=stdout) as (program, peer):
            check(receive_all(peer) == question, "other bytes than were on its input")
            peer.sendall(answer)
            peer.close()
            program.finish()
            check(content(stdout) == answer, "other bytes than were sent to it")
            check_throughput(program, len(question), len(answer))


def input_after_the_end_of_the_peer(path):
    with becat_connected(path, stdin=subprocess.PIPE) as (program, peer):
        peer.sendall(b"that is all")
        end_of_sending(peer)()
        check(program.read_bytes(11) == b"that is all", "wrong output")
        program.process.stdin.write(b"one more thing")
        program.process.stdin.close()
        check(receive_all(peer) == b"one more thing", "wrong input")
        check(program.finish() == "", "bytes from nowhere")


def serves_one_peer(path):
    with becat_listening(path, stdin=subprocess.PIPE) as (program, port):
        with connect(port) as peer:
            peer.sendall(b"ping")
            check(program.read_bytes(4) == b"ping", "wrong output")
            try:
                connect(port).close()
                check(False, "a second peer was let in")
            except ConnectionRefusedError:
                pass
            program.process.stdin.write(b"pong")
            program.process.stdin.close()
            check(receive_all(peer) == b"pong", "wrong input")
        program.finish()


def both_ends(path):
    """Two of them, each sending while it receives."""
    here, there = payload(4 * MEGABYTE, 3), payload(5 * MEGABYTE, 4)
    with file_of(here) as in1, file_of() as out1, file_of(there) as in2, file_of() as out2:
        with becat_listening(path, stdin=in1, stdout=out1) as (first, port):
            with Program(path, "localhost", str(port), stdin=in2, stdout=out2) as second:
                second.finish()
                first.finish()
                check(content(out1) == there and content(out2) == here, "other bytes than sent")
                check_throughput(first, len(here), len(there))


def socat_peer(path):
    socat = shutil.which("socat")
    if socat is None:
        raise Skipped("there is no socat")
    here, there = payload(MEGABYTE, 5), payload(MEGABYTE, 6)
    with file_of(here) as stdin, file_of() as stdout:
        with becat_listening(path, stdin=stdin, stdout=stdout) as (program, port):
            result = subprocess.run([socat, "-t", str(DEADLINE), "STDIO", f"TCP4:127.0.0.1:{port}"],
                                    input=there, stdout=subprocess.PIPE, timeout=DEADLINE,
                                    check=True)
            program.finish()
            check(result.stdout == here and content(stdout) == there, "other bytes than sent")


def reader_that_waits_stops_the_peer(path):
    """Nobody reads its output: it stops reading from its peer, and goes on later."""
    with becat_connected(path) as (program, peer):
        memory = program.memory_kib()
        sent = fill(peer)
        grown = program.memory_kib() - memory
        check(grown < MOST_GROWTH, f"grew by {grown} KiB for a reader that waits")
        program.check_idle("while its output is not read")
        end_of_sending(peer)()
        check(program.read_bytes(len(sent)) == sent, "other bytes than were sent")
        program.finish()


def peer_that_waits_stops_the_input(path):
    data = payload(32 * MEGABYTE, 7)
    with file_of(data) as stdin:
        with becat_connected(path, stdin=stdin) as (program, peer):
            check(receive(peer, 1000) == data[:1000], "other bytes than were on its input")
            program.check_idle("while its peer does not read")
            check(os.lseek(stdin.fileno(), 0, os.SEEK_CUR) < len(data), "took in all of its input")
            check(receive_all(peer) == data[1000:], "other bytes than were on its input")
            end_of_sending(peer)()
            program.finish()


def shared_descriptors_block_again(path):
    read_end, write_end = os.pipe()
    try:
        with becat_connected(path, stdin=read_end) as (program, peer):
            os.write(write_end, b"through")
            check(receive(peer, 7) == b"through", "wrong input")
            check(fcntl.fcntl(read_end, fcntl.F_GETFL) & os.O_NONBLOCK, "its input may block it")
            program.stop(signal.SIGTERM)
            check(not fcntl.fcntl(read_end, fcntl.F_GETFL) & os.O_NONBLOCK,
                  "left its input nonblocking for others")
    finally:
        os.close(read_end)
        os.close(write_end)


def check_failure(path, *arguments, says):
    output, errors = run(path, *arguments, status=1)
    check(output == "" and says in errors, f"{arguments}: {errors!r} is not about {says!r}")


def refused(path):
    with listener() as server:
        port = server.getsockname()[1]
    check_failure(path, "127.0.0.1", str(port), says="connect: Connection refused")


def bad_names(path):
    for name in ("no..name", "n" * 300, ""):
        check_failure(path, name, "9", says="becat: connect: ")
    for address in ("nowhere", "1.2.3", "1.2.3.4:80", ""):
        check_failure(path, "-l", address, "0", says="not an address")


def port_in_use(path):
    with listener() as server:
        check_failure(path, "-l", "127.0.0.1", str(server.getsockname()[1]), says="bind: ")


def peer_that_resets(path):
    with becat_connected(path) as (program, peer):
        peer.sendall(b"here")
        check(program.read_bytes(4) == b"here", "wrong output")
        reset(peer)
        program.finish(1)
        check("becat: peer: Connection reset" in program.stderr(), f"said {program.stderr()!r}")


def closed_output(path):
    read_end, write_end = os.pipe()
    with becat_connected(path, stdout=write_end) as (program, peer):
        os.close(write_end)
        os.close(read_end)
        with sending(peer, b"into the void"):
            program.finish(1)
        check("becat: standard output: " in program.stderr(), f"said {program.stderr()!r}")


def signals_end_it(path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with becat_connected(path, stdin=subprocess.PIPE) as (program, peer):
            peer.sendall(b"here")
            check(program.read_bytes(4) == b"here", "wrong output")
            program.stop(number)
            check_end(peer)
        with becat_listening(path) as (program, port):
            program.stop(number)


def reports_each_second(path):
    with becat_connected(path, "-v", stdin=subprocess.PIPE) as (program, peer):
        peer.sendall(b"here")
        program.wait_for_errors(lambda text: text.count("received 4 bytes") >= 2)
        program.stop(signal.SIGTERM)


def ipv6(path):
    need_ipv6()
    with file_of(b"six") as stdin:
        with becat_listening(path, address="::1", stdin=stdin) as (program, port):
            with connect(port, "::1") as peer:
                check(receive_all(peer) == b"six", "wrong input")
            program.finish()


def usage(path):
    check_usage(path, ([], ["-l"], ["-x", "localhost", "80"], ["localhost"], ["localhost", "0"],
                       ["localhost", "65536"], ["localhost", "-1"], ["localhost", "8o"],
                       ["localhost", "80", "81"], ["-l", "127.0.0.1", "65536"], ["--help"]))


if __name__ == "__main__":
    main((answer_after_the_end, input_after_the_end_of_the_peer, serves_one_peer, both_ends,
          socat_peer, reader_that_waits_stops_the_peer, peer_that_waits_stops_the_input,
          shared_descriptors_block_again, refused, bad_names, port_in_use, peer_that_resets,
          closed_output, signals_end_it, reports_each_second, ipv6, usage))
