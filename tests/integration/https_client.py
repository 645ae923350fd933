# SPDX-License-Identifier: BSD-3-Clause
"""https-client, with either engine, and servers that are not ours."""

import os
import socket

from harness import check, check_usage, main, run
from peers import listening
from tls_peer import (TlsServer, identity, page, pem, read_head, s_server, server_context,
                      versions_of)

CA = ["-a", pem("ca.pem")]


def pages(connection, number):
    """As many as are asked for."""
    while read_head(connection):
        connection.sendall(page(b"hello %d\n" % number))


def url(port, host="localhost"):
    return f"https://{host}:{port}/"


def each_version_is_spoken(path):
    for version in versions_of(path):
        with TlsServer([server_context(version=version)], pages) as server:
            output, errors = run(path, *CA, "-v", url(server.port))
            check(output == "hello 0\n" and version in errors, f"{output!r} {errors!r}")
            output, _ = run(path, *CA, url(server.port, "127.0.0.1"))
            check(output == "hello 1\n", f"by address: {output!r}")
        option = "-" + version.lower().replace("v", "").replace(".", "_")
        with s_server(option) as port:
            output, _ = run(path, *CA, url(port))
            check("s_server" in output, f"{output!r}")


def refusal(path, port, text, *arguments, host="localhost"):
    output, errors = run(path, *arguments, url(port, host), status=1)
    check(output == "" and text in errors, f"{output!r} {errors!r}")


def who_can_not_prove_it_is_refused(path):
    for certificate, ca in (("expired", "ca"), ("self-signed", "ca"), ("other", "ca"),
                            ("wildcard", "ca"), ("only-common-name", "ca"), ("rsa", "ca"),
                            ("client", "ca"), ("server", "other-ca")):
        with TlsServer([server_context(certificate)], pages) as server:
            refusal(path, server.port, "certificate refused: ", "-a", pem(ca + ".pem"))
    with TlsServer([server_context()], pages) as server:
        refusal(path, server.port, "certificate refused: ", host="127.0.0.1")  # the system's
        output, _ = run(path, "--accept-anybody", url(server.port))
        check("hello" in output, f"{output!r}")


def certificate_is_looked_at_for_each_connection(path):
    contexts = [server_context(), server_context("other")]

    def one(connection, number):
        read_head(connection)
        connection.sendall(page(b"hello %d\n" % number, b"Connection: close\r\n"))

    with TlsServer(contexts, one) as server:
        output, errors = run(path, *CA, "-n", "2", url(server.port), status=1)
        check(output == "hello 0\n" and "certificate refused" in errors, f"{output!r} {errors!r}")


def one_connection_serves_many_requests(path):
    with TlsServer([server_context()], pages) as server:
        output, _ = run(path, *CA, "-n", "5", url(server.port))
        check(output == "hello 0\n" * 5, f"{output!r}")


def connections_are_made_again_and_resume(path):
    for version in versions_of(path):
        with TlsServer([server_context(version=version)], pages) as server:
            output, errors = run(path, *CA, "-v", "-f", "-n", "3", url(server.port))
            check(output == "hello 0\nhello 1\nhello 2\n", f"{output!r}")
            told = [line.rpartition(", ")[2] for line in errors.splitlines()]
            check(told == ["new session", "resumed", "resumed"], f"{version}: {errors!r}")


def answers_that_are_cut_off_are_errors(path):
    def cut(connection, number):
        read_head(connection)
        if number == 0:  # whose end only the end of the connection tells
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf")
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        # No close_notify.
        plain = socket.socket(fileno=os.dup(connection.fileno()))
        plain.shutdown(socket.SHUT_RDWR)
        plain.close()

    with TlsServer([server_context()], cut) as server:
        for _ in range(2):
            output, errors = run(path, *CA, url(server.port), status=1)
            check(output == "" and errors, f"{output!r} {errors!r}")


def own_certificate_is_shown(path):
    for version in versions_of(path):
        with TlsServer([server_context(version=version, client_ca="ca")], pages) as server:
            output, _ = run(path, *CA, *identity("client"), url(server.port))
            check("hello" in output, f"{output!r}")
            run(path, *CA, url(server.port), status=1)
            run(path, *CA, *identity("other"), url(server.port), status=1)


def own_server(path):
    suffix = "-mbedtls" if path.endswith("-mbedtls") else ""
    server = os.path.join(os.path.dirname(path), "https-server" + suffix)
    with listening(server, "-l", "127.0.0.1", *identity()) as (_, port):
        output, _ = run(path, *CA, "-n", "3", url(port))
        check(output.count("Nobody on the way") == 3, f"{output!r}")
        output, _ = run(path, *CA, "-d", "x" * 100000, url(port) + "echo")
        check(output == "x" * 100000, f"{len(output)} bytes")
        output, errors = run(path, *CA, url(port) + "nothing", status=1)
        check("error" in errors, f"{errors!r}")


def no_connection(path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    refusal(path, port, "no connection", *CA)


def bad_arguments(path):
    for bad in ("http://localhost/", "https:///", "https://", "localhost", "https://u@localhost/"):
        output, errors = run(path, *CA, bad, status=1)
        check(output == "" and "not an https URL" in errors, f"{bad}: {errors!r}")
    output, errors = run(path, "-a", pem("none.pem"), "https://localhost/", status=1)
    check(output == "" and "CA certificate" in errors, f"{errors!r}")


def usage(path):
    check_usage(path, ([], ["a", "b"], ["-x", "a"], ["-n", "0", "a"], ["-n", "x", "a"], ["-a"],
                       ["-c", "x", "a"]))


if __name__ == "__main__":
    main((each_version_is_spoken, who_can_not_prove_it_is_refused,
          certificate_is_looked_at_for_each_connection, one_connection_serves_many_requests,
          connections_are_made_again_and_resume, answers_that_are_cut_off_are_errors,
          own_certificate_is_shown, own_server, no_connection, bad_arguments, usage))
