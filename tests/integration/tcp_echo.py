# SPDX-License-Identifier: BSD-3-Clause
"""tcp-echo, served to real clients over loopback."""

import signal
import socket
import time

from harness import check, check_usage, main, run
from peers import (MEGABYTE, MOST_GROWTH, answered, check_echo, check_end, connect,
                   descriptor_limit, end_of_sending, exchange, fill, in_parallel, listening,
                   need_ipv6, payload, receive, receive_all, reset, sending)


def server(path, *arguments, address="127.0.0.1", prepare=None):
    return listening(path, "-b", address, "-p", "0", *arguments, address=address, prepare=prepare)


def many_clients(path):
    def one(number):
        data = payload(MEGABYTE, number)
        with connect(port) as client:
            if exchange(client, data) != data:
                return f"client {number} got other bytes than it sent"
        return None

    with server(path) as (program, port):
        in_parallel(5, one)
        program.stop(signal.SIGTERM)


def half_close(path):
    data = payload(200000, 7)
    with server(path) as (program, port):
        with connect(port) as client:
            # The end of the stream has to come, and come after all.
            with sending(client, data, end_of_sending(client)):
                check(receive_all(client) == data, "other bytes than were sent")
        with connect(port) as client:
            client.shutdown(socket.SHUT_WR)
            check_end(client)
        program.stop(signal.SIGTERM)


def client_that_never_reads(path):
    with server(path) as (program, port):
        with connect(port) as other:
            check_echo(other, b"before")
            memory = program.memory_kib()
            with connect(port) as client:
                sent = fill(client)
                grown = program.memory_kib() - memory
                check(grown < MOST_GROWTH, f"grew by {grown} KiB for a client that does not read")
                program.check_idle("with a client that does not read")
                check_echo(other, b"meanwhile")
                check(receive(client, len(sent)) == sent, "the late reader got other bytes")
                check_echo(client, b"and all is well")
            check_echo(other, b"after")
        program.stop(signal.SIGTERM)


def client_that_never_reads_is_dropped(path):
    with server(path, "-n", "1", "-t", "1") as (program, port):
        with connect(port) as client, connect(port) as waiting:
            try:
                client.sendall(bytes(64 * MEGABYTE))
                check(False, "took all that it could not give back")
            except ConnectionError:
                pass
            check_echo(waiting, b"in its place")
        program.stop(signal.SIGTERM)


def out_of_descriptors(path):
    with server(path, "-n", "64", prepare=descriptor_limit(24)) as (program, port):
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
            check_end(silent)
            check(time.monotonic() - start >= 1, "closed too early")
            check(receive(waiting, 1) == b"?", "its place was not given to the next")
        program.stop(signal.SIGTERM)


def signals_end_it(path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with server(path) as (program, port):
            with connect(port) as client:
                check_echo(client, b"here")
                program.stop(number)
                check_end(client)
            with socket.socket() as client:
                check(client.connect_ex(("127.0.0.1", port)) != 0, "somebody still listens")


def reset_clients(path):
    """Those that vanish in mid-reply, before they were accepted, and after."""
    with server(path, "-n", "3") as (program, port):
        for number in range(30):
            client = connect(port)
            if number % 3 > 0:
                client.sendall(payload(number * 3000, number))
            if number % 3 > 1:
                client.recv(1)
            reset(client)
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
    need_ipv6()
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
    main((many_clients, half_close, client_that_never_reads, client_that_never_reads_is_dropped,
          out_of_descriptors, full_pool_waits, idle_client_loses_its_place, signals_end_it,
          reset_clients, sender_that_leaves, one_client, ipv6, port_in_use, bad_addresses, usage))
