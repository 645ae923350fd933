# SPDX-License-Identifier: BSD-3-Clause
"""https-server, with either engine, and clients that are not ours."""

import json
import signal
import ssl

from harness import check, check_usage, main, run
from peers import connect, in_parallel, listening, reset
from tls_peer import (client_context, connect_tls, curl, identity, openssl, pem, read_head,
                      versions_of)

LISTEN = ["-l", "127.0.0.1"]


def ask(connection, target="/", body=b"", close=False):
    """(head, body) of the answer."""
    head = f"{'POST' if body else 'GET'} {target} HTTP/1.1\r\nHost: localhost\r\n"
    head += "Connection: close\r\n" if close else ""
    connection.sendall((head + f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
    head, end, data = read_head(connection).partition(b"\r\n\r\n")
    check(end, f"no answer but {head!r}")
    length = int(next(line for line in head.lower().split(b"\r\n")
                      if line.startswith(b"content-length:")).split(b":")[1])
    while len(data) < length:
        more = connection.recv(65536)
        check(more, "the answer is cut off")
        data += more
    return head, data


def about(connection):
    return json.loads(ask(connection, "/connection")[1])


def curl_is_served(path):
    with listening(path, *LISTEN, *identity()) as (program, port):
        for host in ("localhost", "127.0.0.1"):
            status, body, errors = curl("-4", "--cacert", pem("ca.pem"), f"https://{host}:{port}/")
            check(status == 0 and b"Nobody on the way" in body, f"curl: {status} {errors} {body!r}")
        status, body, errors = curl("-4", "--cacert", pem("other-ca.pem"), f"https://localhost:{port}/")
        check(status == 60, f"another authority: {status} {errors} {body!r}")
        data = bytes(range(256)) * 2000
        with client_context().wrap_socket(connect(port), server_hostname="localhost") as client:
            check(ask(client, "/echo", data)[1] == data, "the echo is another")
        program.stop(signal.SIGTERM)


def each_version_is_spoken(path):
    with listening(path, *LISTEN, *identity()) as (program, port):
        for version in versions_of(path):
            with connect_tls(port, client_context(version)) as client:
                told = about(client)
                check(told["version"] == version == client.version(), f"{version}: {told}")
                check(told["alpn"] == "http/1.1" == client.selected_alpn_protocol(), f"{told}")
            option = "-" + version.lower().replace("v", "").replace(".", "_")
            output, _ = openssl("s_client", "-connect", f"127.0.0.1:{port}", option, "-CAfile",
                                pem("ca.pem"), "-verify_return_error", "-verify_hostname",
                                "localhost", "-ign_eof", "-alpn", "http/1.1",
                                stdin=b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            check(b"HTTP/1.1 200" in output and b"Nobody on the way" in output, f"{output[-500:]}")
            check(b"Verify return code: 0 (ok)" in output, f"{output[-2000:]}")
        program.stop(signal.SIGTERM)


def chains_are_sent(path):
    with listening(path, *LISTEN, *identity("rsa")) as (program, port):
        with connect_tls(port, client_context(ca="rsa-ca")) as client:
            ask(client)
        program.stop(signal.SIGTERM)


def sessions_are_resumed(path):
    with listening(path, *LISTEN, *identity()) as (program, port):
        for version in versions_of(path):
            context = client_context(version)
            with connect_tls(port, context) as client:
                ask(client)
                session = client.session
                check(not client.session_reused, "the first is resumed")
            with connect_tls(port, context, session=session) as client:
                ask(client)
                check(client.session_reused, f"{version}: not resumed")
        program.stop(signal.SIGTERM)


def clients_show_certificates(path):
    with listening(path, *LISTEN, *identity(), "-a", pem("ca.pem")) as (program, port):
        for version in versions_of(path):
            with connect_tls(port, client_context(version, certificate="client")) as client:
                ask(client)
            for certificate in (None, "other"):
                try:
                    with connect_tls(port, client_context(version, certificate=certificate)) as client:
                        ask(client)
                except (OSError, AssertionError):
                    continue
                raise AssertionError(f"{version}: a client with {certificate} was served")
        program.stop(signal.SIGTERM)


def other_protocols_are_refused(path):
    with listening(path, *LISTEN, *identity()) as (program, port):
        context = client_context()
        context.set_alpn_protocols(["h2"])
        try:
            connect_tls(port, context).close()
        except OSError:
            pass
        else:
            raise AssertionError("h2 was agreed upon")
        with connect(port) as plain:  # clear text
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            try:
                while more := plain.recv(4096):
                    answer += more
            except ConnectionResetError:
                pass  # it has not read all of what it refuses
            check(b"HTTP" not in answer, f"clear text was answered: {answer!r}")
        program.stop(signal.SIGTERM)


def clients_that_vanish_are_survived(path):
    """A hello that is cut anywhere."""
    out, into = ssl.MemoryBIO(), ssl.MemoryBIO()
    secure = client_context().wrap_bio(into, out, server_hostname="localhost")
    try:
        secure.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = out.read()
    check(len(hello) > 100, "no hello")
    with listening(path, *LISTEN, *identity()) as (program, port):
        for count in range(0, len(hello), 7):
            client = connect(port)
            client.sendall(hello[:count])
            (reset if count % 2 else type(client).close)(client)
        for tail in (b"\x00" * 300, b"\xff" * 300):
            with connect(port) as client:
                client.sendall(hello[:-20] + tail)
        with connect_tls(port, client_context()) as client:
            ask(client)
        program.check_idle("with nothing to do")
        program.stop(signal.SIGTERM)


def crowds(path):
    def one(_):
        with connect_tls(port, client_context()) as client:
            for _ in range(5):
                check(b"Nobody" in ask(client)[1], "another page")

    with listening(path, *LISTEN, *identity()) as (program, port):
        in_parallel(8, one)
        program.stop(signal.SIGTERM)


def bad_files(path):
    for arguments, text in (
            (["-c", pem("none.pem"), "-k", pem("server.key")], "certificate"),
            (["-c", pem("server.pem"), "-k", pem("none.key")], "private key"),
            (["-c", pem("server.pem"), "-k", pem("client.key")], "does not fit"),
            (["-c", pem("server.key"), "-k", pem("server.key")], "certificate"),
            ([*identity(), "-a", pem("server.key")], "CA certificate")):
        output, errors = run(path, *LISTEN, *arguments, status=1)
        check(output == "" and text in errors, f"{arguments}: {errors!r}")


def usage(path):
    good = [*LISTEN, *identity()]
    check_usage(path, ([], good[:4], good + ["-x"], good + ["-a"], good + ["more"]))


if __name__ == "__main__":
    main((curl_is_served, each_version_is_spoken, chains_are_sent, sessions_are_resumed,
          clients_show_certificates, other_protocols_are_refused, clients_that_vanish_are_survived,
          crowds, bad_files, usage))
