# SPDX-License-Identifier: BSD-3-Clause
"""le-proxy between real clients and real targets over loopback."""

import contextlib
import shutil
import signal
import subprocess
import threading
import time

from harness import DEADLINE, Skipped, check, check_usage, main, run
from peers import (MEGABYTE, MOST_GROWTH, accept, answered, check_end, connect, descriptor_limit,
                   end_of_sending, fill, in_parallel, is_reset, listener, listening, need_ipv6,
                   payload, receive, receive_all, reset, sending)

ANY_PORT = "127.0.0.1"


@contextlib.contextmanager
def proxy(path, *arguments, prepare=None):
    """(program, its port, the listening socket it forwards to)."""
    with listener() as target:
        where = "127.0.0.1:%d" % target.getsockname()[1]
        with listening(path, "-l", ANY_PORT, "-t", where, *arguments, prepare=prepare) as (
                program, port):
            yield program, port, target


@contextlib.contextmanager
def forwarded(path, *arguments):
    """(program, client, peer): both ends of one connection through the proxy."""
    with proxy(path, *arguments) as (program, port, target):
        with connect(port) as client, accept(target) as peer:
            yield program, client, peer


def check_link(client, peer, text=b"through"):
    for one, other in ((client, peer), (peer, client)):
        one.sendall(text)
        check(receive(other, len(text)) == text, "other bytes than were sent")


def both_directions(path):
    """Several connections, each full of both directions at once."""
    def one(number):
        there, back = payload(MEGABYTE, number), payload(2 * MEGABYTE, number + 100)
        client, peer = links[number]
        with sending(client, there), sending(peer, back):
            if receive(client, len(back)) != back or receive(peer, len(there)) != there:
                return f"other bytes on connection {number}"
        return None

    with proxy(path) as (program, port, target):
        links = []
        for _ in range(5):
            client = connect(port)
            links.append((client, accept(target)))
        in_parallel(len(links), one)
        for link in links:
            link[0].close()
            check_end(link[1])
            link[1].close()
        program.stop(signal.SIGTERM)


def ends_are_passed_on_one_by_one(path):
    data = payload(300000, 1)
    for client_first in (True, False):
        with forwarded(path) as (program, client, peer):
            one, other = (client, peer) if client_first else (peer, client)
            with sending(one, data, end_of_sending(one)):
                check(receive_all(other) == data, "other bytes than were sent")
            with sending(other, data, end_of_sending(other)):
                check(receive_all(one) == data, "the other direction did not stay open")
            program.stop(signal.SIGTERM)


def client_that_ends_at_once(path):
    """It has sent all, and ended, before the target has even accepted."""
    with proxy(path) as (program, port, target):
        with connect(port) as client:
            client.sendall(b"all there is")
            end_of_sending(client)()
            with accept(target) as peer:
                check(receive_all(peer) == b"all there is", "other bytes than were sent")
                peer.sendall(b"thanks")
            check(receive_all(client) == b"thanks", "other bytes than were sent")
        program.stop(signal.SIGTERM)


def reader_that_waits_stops_the_sender(path):
    for client_sends in (True, False):
        with forwarded(path) as (program, client, peer):
            check_link(client, peer)
            memory = program.memory_kib()
            sender, reader = (client, peer) if client_sends else (peer, client)
            sent = fill(sender)
            grown = program.memory_kib() - memory
            check(grown < MOST_GROWTH, f"grew by {grown} KiB for a reader that waits")
            program.check_idle("while a reader waits")
            reader.sendall(b"the other way")
            check(receive(sender, 13) == b"the other way", "the other direction is stuck too")
            end_of_sending(sender)()
            check(receive_all(reader) == sent, "other bytes than were sent")
            program.stop(signal.SIGTERM)


def resets_are_passed_on(path):
    for client_first in (True, False):
        with forwarded(path) as (program, client, peer):
            check_link(client, peer)
            one, other = (client, peer) if client_first else (peer, client)
            reset(one)
            check(is_reset(other), "ended as if that were all")
            program.stop(signal.SIGTERM)


def target_that_refuses(path):
    with listener() as target:
        where = "127.0.0.1:%d" % target.getsockname()[1]
    with listening(path, "-l", ANY_PORT, "-t", where, "-n", "2") as (program, port):
        for _ in range(5):
            # The reset may even come while connect() is still being waited for.
            with contextlib.suppress(ConnectionResetError), connect(port) as client:
                check(is_reset(client), "ended as if there were a target")
        check("target: Connection refused" in program.stderr(), f"said {program.stderr()!r}")
        program.stop(signal.SIGTERM)


def full_table_waits(path):
    with proxy(path, "-n", "1") as (program, port, target):
        with connect(port) as first, accept(target) as first_peer:
            check_link(first, first_peer)
            with connect(port) as second:
                second.sendall(b"?")
                check(answered([target]) == [], "forwarded more than it has relays for")
                program.check_idle("with a client in the backlog")
                first.close()
                check_end(first_peer)
                first_peer.close()
                with accept(target) as second_peer:
                    check(receive(second_peer, 1) == b"?", "other bytes than were sent")
        program.stop(signal.SIGTERM)


def silence_ends_it(path):
    start = time.monotonic()
    with forwarded(path, "-i", "1") as (program, client, peer):
        check(is_reset(client) and is_reset(peer), "ended as if that were all")
        check(time.monotonic() - start >= 1, "ended too early")
        program.stop(signal.SIGTERM)


def talk_of_one_side_keeps_it(path):
    with forwarded(path, "-i", "2") as (program, client, peer):
        end = time.monotonic() + 5
        while time.monotonic() < end:
            peer.sendall(b"tick")
            check(receive(client, 4) == b"tick", "cut off in the midst of it")
            time.sleep(0.1)
        program.stop(signal.SIGTERM)


def echo(peer):
    with peer, contextlib.suppress(OSError):
        while more := peer.recv(65536):
            peer.sendall(more)


def serve_echo(target):
    """Echoes whatever is forwarded to it, until it is closed."""
    def accept_all():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=echo, args=(accept(target),), daemon=True).start()
    threading.Thread(target=accept_all, daemon=True).start()


def out_of_descriptors(path):
    with proxy(path, "-n", "64", prepare=descriptor_limit(24)) as (program, port, target):
        clients = []
        for _ in range(40):
            with contextlib.suppress(ConnectionResetError):
                clients.append(connect(port))
        program.wait_for_errors(lambda text: "Too many open files" in text)
        program.check_idle("while there are no descriptors", 1.5)
        lines = program.stderr().count("\n")
        check(lines < 100, f"spun, and said so {lines} times")
        for client in clients:
            client.close()
        serve_echo(target)
        # A client is turned away until those before it are gone, but not for ever.
        end = time.monotonic() + DEADLINE
        served = False
        while not served and time.monotonic() < end:
            with contextlib.suppress(ConnectionError), connect(port) as client:
                client.sendall(b"mine")
                served = receive(client, 4) == b"mine"
        check(served, "nobody is served any more")
        program.stop(signal.SIGTERM)


def socat_through_it(path):
    socat = shutil.which("socat")
    if socat is None:
        raise Skipped("there is no socat")
    data = payload(MEGABYTE, 9)
    with proxy(path) as (program, port, target):
        serve_echo(target)
        result = subprocess.run([socat, "-t", str(DEADLINE), "STDIO", f"TCP4:127.0.0.1:{port}"],
                                input=data, stdout=subprocess.PIPE, timeout=DEADLINE, check=True)
        check(result.stdout == data, "other bytes than were sent")
        program.stop(signal.SIGTERM)


def signals_end_it(path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with forwarded(path) as (program, client, peer):
            check_link(client, peer)
            program.stop(number)
            check_end(client)
            check_end(peer)


def ipv6(path):
    need_ipv6()
    with listener("::1") as target:
        where = "[::1]:%d" % target.getsockname()[1]
        with listening(path, "-l", "[::1]", "-t", where, address="::1") as (program, port):
            with connect(port, "::1") as client, accept(target) as peer:
                check_link(client, peer)
            program.stop(signal.SIGTERM)


def port_in_use(path):
    with listener() as other:
        where = "127.0.0.1:%d" % other.getsockname()[1]
        output, errors = run(path, "-l", where, "-t", where, status=1)
        check(output == "" and "bind" in errors and "in use" in errors, f"printed {errors!r}")


def bad_addresses(path):
    for address in ("nowhere", "1.2.3", "", "::1]", "1.2.3.4 ", "1.2.3.4:65536", "1" * 5000):
        for arguments in (("-l", address, "-t", "127.0.0.1:9"), ("-l", ANY_PORT, "-t", address)):
            output, errors = run(path, *arguments, status=1)
            check(output == "" and "not an address" in errors, f"{arguments}: printed {errors!r}")
    output, errors = run(path, "-l", ANY_PORT, "-t", "127.0.0.1", status=1)
    check(output == "" and "not an address and port" in errors, f"printed {errors!r}")


def usage(path):
    check_usage(path, ([], ["-l", ANY_PORT], ["-t", "127.0.0.1:9"], ["-l"], ["-x", "1"],
                       ["-l", ANY_PORT, "-t", "127.0.0.1:9", "-n", "0"],
                       ["-l", ANY_PORT, "-t", "127.0.0.1:9", "-i", "soon"], ["--help"]))


if __name__ == "__main__":
    main((both_directions, ends_are_passed_on_one_by_one, client_that_ends_at_once,
          reader_that_waits_stops_the_sender, resets_are_passed_on, target_that_refuses,
          full_table_waits, silence_ends_it, talk_of_one_side_keeps_it, out_of_descriptors,
          socat_through_it, signals_end_it, ipv6, port_in_use, bad_addresses, usage))
