# SPDX-License-Identifier: BSD-3-Clause
"""le-proxy-tls: TLS from clients, to the target, or both, with Python's TLS at either end."""

import contextlib
import signal
import socket

from harness import DEADLINE, check, check_usage, main, run
from peers import MEGABYTE, accept, connect, listener, listening, payload, receive, sending
from tls_peer import client_context, identity, pem, server_context

TO_TARGET = ["-s", "localhost", "-a", pem("ca.pem")]


@contextlib.contextmanager
def proxy(path, *arguments):
    """(program, its port, the listening socket it forwards to)."""
    with listener() as target:
        where = "127.0.0.1:%d" % target.getsockname()[1]
        with listening(path, "-l", "127.0.0.1", "-t", where, *arguments) as (program, port):
            yield program, port, target


def secure_client(port):
    return client_context().wrap_socket(connect(port), server_hostname="localhost",
                                        suppress_ragged_eofs=False)


def secure_peer(target, certificate="server"):
    plain = accept(target)
    return server_context(certificate).wrap_socket(plain, server_side=True,
                                                   suppress_ragged_eofs=False)


def receive_to_end(end):
    """TLS's own end: a connection that is cut raises an error."""
    data = bytearray()
    while more := end.recv(65536):
        data += more
    return bytes(data)


def check_both_directions(one, other):
    for sender, reader in ((one, other), (other, one)):
        data = payload(MEGABYTE, 7)
        with sending(sender, data):
            check(receive(reader, len(data)) == data, "other bytes than were sent")


def clients_speak_tls(path):
    with proxy(path, *identity()) as (program, port, target):
        for _ in range(3):
            with secure_client(port) as client, accept(target) as peer:
                check_both_directions(client, peer)
        program.stop(signal.SIGTERM)


def target_speaks_tls(path):
    with proxy(path, *TO_TARGET) as (program, port, target):
        for _ in range(3):
            with connect(port) as client, secure_peer(target) as peer:
                check_both_directions(client, peer)
        program.stop(signal.SIGTERM)


def both_speak_tls(path):
    with proxy(path, *identity(), *TO_TARGET) as (program, port, target):
        with secure_client(port) as client, secure_peer(target) as peer:
            check_both_directions(client, peer)
        program.stop(signal.SIGTERM)


def ends_are_told_as_such(path):
    """A target that ends is a clean end for the client, behind all that was sent."""
    with proxy(path, *identity()) as (program, port, target):
        with secure_client(port) as client, accept(target) as peer:
            data = payload(300000, 3)
            with sending(peer, data, lambda: peer.shutdown(socket.SHUT_WR)):
                check(receive_to_end(client) == data, "other bytes than were sent")
        program.stop(signal.SIGTERM)


def cuts_are_passed_on(path):
    """A client that is cut off is no end, but a reset, for the target."""
    with proxy(path, *identity()) as (program, port, target):
        with secure_client(port) as client, accept(target) as peer:
            client.sendall(b"half")
            check(receive(peer, 4) == b"half", "other bytes than were sent")
            client.shutdown(socket.SHUT_RDWR)
            peer.settimeout(DEADLINE)
            try:
                check(peer.recv(1) is None, "an end was seen")
            except ConnectionResetError:
                pass
        program.stop(signal.SIGTERM)


def target_that_is_another_is_refused(path):
    with proxy(path, *TO_TARGET) as (program, port, target):
        with connect(port) as client:
            client.sendall(b"secret")
            with contextlib.suppress(OSError), secure_peer(target, "other") as peer:
                check(peer.recv(6) != b"secret", "it was told the secret")
            try:
                check(client.recv(1) == b"", "something was answered")
            except ConnectionResetError:
                pass
        program.wait_for_errors(lambda text: "target: certificate refused: " in text)
        program.stop(signal.SIGTERM)


def client_that_speaks_no_tls_is_dropped(path):
    with proxy(path, *identity()) as (program, port, target):
        with connect(port) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                check(b"HTTP" not in client.recv(1000), "it was answered")
        program.wait_for_errors(lambda text: "client: " in text)
        with secure_client(port) as client:  # the one before had been forwarded, without a byte
            peer = accept(target)
            peer.settimeout(DEADLINE)
            with contextlib.suppress(ConnectionResetError):
                check(peer.recv(1) == b"", "clear text was forwarded")
            peer.close()
            with accept(target) as peer:
                client.sendall(b"x")
                check(receive(peer, 1) == b"x", "another byte")
        program.stop(signal.SIGTERM)


def bad_files(path):
    where = ["-l", "127.0.0.1", "-t", "127.0.0.1:1"]
    for arguments, text in ((["-c", pem("none.pem"), "-k", pem("server.key")], "certificate"),
                            (["-c", pem("server.pem"), "-k", pem("rsa.key")], "does not fit"),
                            (["-s", "localhost", "-a", pem("none.pem")], "CA certificate")):
        output, errors = run(path, *where, *arguments, status=1)
        check(output == "" and text in errors, f"{errors!r}")


def usage(path):
    where = ["-l", "127.0.0.1", "-t", "127.0.0.1:1"]
    check_usage(path, ([], where, where + ["-c", "x"], where + ["-k", "x"], where + ["-a", "x"],
                       where + ["-s"], where + ["-x", "y", "-s", "z"]))


if __name__ == "__main__":
    main((clients_speak_tls, target_speaks_tls, both_speak_tls, ends_are_told_as_such,
          cuts_are_passed_on, target_that_is_another_is_refused,
          client_that_speaks_no_tls_is_dropped, bad_files, usage))
