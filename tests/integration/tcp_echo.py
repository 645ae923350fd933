# SPDX-License-Identifier: BSD-3-Clause
"""tcp-echo, served to real clients over loopback."""

import contextlib
import random
import resource
import select
import signal
import socket
import struct
import threading
import time

from harness import DEADLINE, Program, Skipped, check, check_usage, main, run

MEGABYTE = 1 << 20


def payload(size, seed):
    return random.Random(seed).randbytes(size)


@contextlib.contextmanager
def server(path, *arguments, address="127.0.0.1", descriptors=None):
    """(program, its port), once it listens. `descriptors`: how many it may have open."""
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    prepare = limit if descriptors else None
    with Program(path, "-b", address, "-p", "0", *arguments, prepare=prepare) as program:
        host = f"[{address}]" if ":" in address else address
        where, colon, port = program.read_line().rpartition(":")
        check(where == f"listening on {host}" and colon and int(port) > 0, "wrong first line")
        yield program, int(port)


def connect(port, address="127.0.0.1"):
    return socket.create_connection((address, port), timeout=DEADLINE)


def receive(client, count):
    """`count` bytes, or fewer if the stream ends before."""
    data = bytearray()
    while len(data) < count:
        more = client.recv(min(65536, count - len(data)))
        if not more:
            break
        data += more
    return bytes(data)


def check_echo(client, text):
    client.sendall(text)
    check(receive(client, len(text)) == text, f"{text!r} did not come back")


def exchange(client, data):
    """Sends while it receives, as a server that holds little back needs it."""
    sender = threading.Thread(target=client.sendall, args=(data,), daemon=True)
    sender.start()
    back = receive(client, len(data))
    sender.join(DEADLINE)
    return back


def answered(clients):
    """Those that have something to read now, or get it within a second."""
    end, found = time.monotonic() + 1, set()
    while time.monotonic() < end and len(found) < len(clients):
        rest = [client for client in clients if client not in found]
        found.update(select.select(rest, [], [], max(0, end - time.monotonic()))[0])
    return [client for client in clients if client in found]


def many_clients(path):
    count = 5
    wrong = []

    def one(port, number):
        data = payload(MEGABYTE, number)
        try:
            with connect(port) as client:
                if exchange(client, data) != data:
                    wrong.append(f"client {number} got other bytes than it sent")
        except OSError as error:
            wrong.append(f"client {number}: {error}")

    with server(path) as (program, port):
        threads = [threading.Thread(target=one, args=(port, number), daemon=True)
                   for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
            check(not thread.is_alive(), "a client still waits for its bytes")
        check(not wrong, "; ".join(wrong))
        program.stop(signal.SIGTERM)


def half_close(path):
    data = payload(200000, 7)
    with server(path) as (program, port):
        with connect(port) as client:
            def send():
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            # One byte more than there is: the end of the stream has to come, and come after all.
            check(receive(client, len(data) + 1) == data, "other bytes than were sent")
            sender.join(DEADLINE)
        with connect(port) as client:
            client.shutdown(socket.SHUT_WR)
            check(client.recv(1) == b"", "bytes from nowhere")
        program.stop(signal.SIGTERM)


def fill(client):
    """Sends without reading until the other side has taken nothing for a second."""
    sent = bytearray()
    block = payload(65536, 3)
    client.setblocking(False)
    while len(sent) < 64 * MEGABYTE and select.select([], [client], [], 1)[1]:
        with contextlib.suppress(BlockingIOError):
            sent += block[:client.send(block)]
            block = block[1:] + block[:1]
    client.settimeout(DEADLINE)
    return bytes(sent)


def client_that_never_reads(path):
    with server(path) as (program, port):
        with connect(port) as other:
            check_echo(other, b"before")
            memory = program.memory_kib()
            with connect(port) as client:
                sent = fill(client)
                check(len(sent) < 64 * MEGABYTE, "took all that it could not give back")
                grown = program.memory_kib() - memory
                # Well above what sanitizers and emulators take for themselves.
                check(grown < 8192, f"grew by {grown} KiB for a client that does not read")
                program.check_idle("with a client that does not read")
                check_echo(other, b"meanwhile")
                check(receive(client, len(sent)) == sent, "the late reader got other bytes")
                check_echo(client, b"and all is well")
            check_echo(other, b"after")
        program.stop(signal.SIGTERM)


def out_of_descriptors(path):
    with server(path, "-n", "64", descriptors=24) as (program, port):
        clients = [connect(port) for _ in range(40)]
        for client in clients:
            client.sendall(b"?")
        served = answered(clients)
        check(0 < len(served) < 24, f"{len(served)} clients served with 24 descriptors")
        program.check_idle("while clients wait for a descriptor", 1.5)
        errors = program.stderr()
        check("accept, pausing" in errors, f"did not meet the limit: {errors!r}")
        check(errors.count("\n") < 50, f"spun, and said so {errors.count(chr(10))} times")
        # Those who wait get their turn as others leave.
        waiting = clients
        while waiting:
            client = waiting.pop(0)
            check(receive(client, 1) == b"?", "wrong answer")
            client.close()
        with connect(port) as client:
            check_echo(client, b"as before")
        program.stop(signal.SIGTERM)


def full_pool_waits(path):
    with server(path, "-n", "2") as (program, port):
        clients = [connect(port) for _ in range(3)]
        for client in clients:
            client.sendall(b"?")
        check(answered(clients) == clients[:2], "not the first two were served, or more than they")
        program.check_idle("with a client in the backlog")
        clients[0].close()
        check(receive(clients[2], 1) == b"?", "the third was not served after the first had left")
        for client in clients:
            client.close()
        program.stop(signal.SIGTERM)


def idle_client_loses_its_place(path):
    with server(path, "-n", "1", "-t", "1") as (program, port):
        start = time.monotonic()
        with connect(port) as silent, connect(port) as waiting:
            waiting.sendall(b"?")
            check(silent.recv(1) == b"", "bytes from nowhere")
            check(time.monotonic() - start >= 1, "closed too early")
            check(receive(waiting, 1) == b"?", "its place was not given to the next")
        program.stop(signal.SIGTERM)


def signals_end_it(path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with server(path) as (program, port):
            with connect(port) as client:
                check_echo(client, b"here")
                program.stop(number)
                check(client.recv(1) == b"", "the client was not told")
            with socket.socket() as client:
                check(client.connect_ex(("127.0.0.1", port)) != 0, "somebody still listens")


def reset_clients(path):
    """Those that vanish in mid-reply, before they were accepted, and after."""
    linger = struct.pack("ii", 1, 0)
    with server(path, "-n", "3") as (program, port):
        for number in range(30):
            client = connect(port)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            if number % 3 > 0:
                client.sendall(payload(number * 3000, number))
            if number % 3 > 1:
                client.recv(1)
            client.close()
        with connect(port) as client:
            check_echo(client, b"unharmed")
        program.stop(signal.SIGTERM)


def sender_that_leaves(path):
    """All its bytes and its end are there before the first is answered, so that the server goes on
    sending to a connection that is gone: EPIPE, and SIGPIPE for who does not expect it."""
    with server(path) as (program, port):
        with connect(port) as client:
            check_echo(client, b"accepted")
            program.process.send_signal(signal.SIGSTOP)
            client.sendall(payload(50000, 5))
        program.process.send_signal(signal.SIGCONT)
        with connect(port) as client:
            check_echo(client, b"unharmed")
        program.stop(signal.SIGTERM)


def one_client(path):
    with server(path, "-1") as (program, port):
        with connect(port) as client:
            check_echo(client, b"the only one")
        check(program.finish() == "", "printed more than where it listens")


def ipv6(path):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        raise Skipped(f"this machine has no IPv6 loopback: {error}") from error
    with server(path, address="::1") as (program, port):
        with connect(port, "::1") as client:
            check_echo(client, b"six")
        program.stop(signal.SIGTERM)


def port_in_use(path):
    with server(path) as (program, port):
        output, errors = run(path, "-p", str(port), status=1)
        check(output == "" and "bind" in errors and "in use" in errors, f"printed {errors!r}")
        program.stop(signal.SIGTERM)


def bad_addresses(path):
    for address in ("nowhere", "1.2.3", "1.2.3.4:80", "[::1]:80", "", "::1]", "1.2.3.4 ",
                    "1" * 5000):
        output, errors = run(path, "-b", address, status=1)
        check(output == "" and "not an address" in errors, f"{address}: printed {errors!r}")


def usage(path):
    check_usage(path, (["-x"], ["-p"], ["-p", "65536"], ["-p", "-1"], ["-p", "8o"], ["-n", "0"],
                       ["-t", "0"], ["-b"], ["127.0.0.1"]))


if __name__ == "__main__":
    main((many_clients, half_close, client_that_never_reads, out_of_descriptors, full_pool_waits,
          idle_client_loses_its_place, signals_end_it, reset_clients, sender_that_leaves,
          one_client, ipv6, port_in_use, bad_addresses, usage))
