# SPDX-License-Identifier: BSD-3-Clause
"""TLS peers for the drivers: Python's (OpenSSL) and the openssl program, with the certificates of
tests/vectors/tls."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import threading

from harness import DEADLINE, Skipped, check

FILES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vectors", "tls")
VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def pem(name):
    return os.path.join(FILES, name)


def identity(name="server"):
    """The arguments of a server's certificate."""
    return ["-c", pem(name + ".pem"), "-k", pem(name + ".key")]


def versions_of(path):
    """What the engine of a program speaks: Mbed TLS 2.28 knows TLS 1.2 alone."""
    return ["TLSv1.2"] if path.endswith("-mbedtls") else list(VERSIONS)


def client_context(version=None, ca="ca", certificate=None):
    context = ssl.create_default_context(cafile=pem(ca + ".pem"))
    context.set_alpn_protocols(["http/1.1"])
    if version:
        context.minimum_version = context.maximum_version = VERSIONS[version]
    if certificate:
        context.load_cert_chain(pem(certificate + ".pem"), pem(certificate + ".key"))
    return context


def connect_tls(port, context, name="localhost", session=None):
    plain = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
    return context.wrap_socket(plain, server_hostname=name, session=session)


def server_context(name="server", version=None, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem(name + ".pem"), pem(name + ".key"))
    if version:
        context.minimum_version = context.maximum_version = VERSIONS[version]
    if client_ca:
        context.load_verify_locations(pem(client_ca + ".pem"))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class TlsServer:
    """Answers each connection with `answer(connection, number)`, in a thread of its own; its port is
    `port`. `contexts`: of the connections, the last also of all further ones."""

    def __init__(self, contexts, answer):
        self.contexts = contexts
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.count = 0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(DEADLINE)
        self.listener.close()

    def run(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            plain.settimeout(DEADLINE)
            number = self.count
            self.count += 1
            context = self.contexts[min(number, len(self.contexts) - 1)]
            # Clients that refuse, or are gone, are what some tests are about.
            with contextlib.suppress(OSError):
                with context.wrap_socket(plain, server_side=True) as secure:
                    self.answer(secure, number)
            plain.close()


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    return data


def page(text, more=b""):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(text), more, text)


def openssl(*arguments, stdin=b""):
    """The openssl program's (output, errors)."""
    need("openssl")
    done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True,
                          timeout=DEADLINE, check=False)
    return done.stdout, done.stderr


def need(program):
    if shutil.which(program) is None:
        raise Skipped(f"this machine has no {program}")


def curl(*arguments):
    """curl's (status, output, errors)."""
    need("curl")
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--max-time", str(DEADLINE), *arguments],
                          capture_output=True, timeout=DEADLINE + 5, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


@contextlib.contextmanager
def s_server(*arguments):
    """(port, process) of the openssl program as a server of small pages."""
    need("openssl")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-cert", pem("server.pem"),
         "-key", pem("server.key"), *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for line in process.stdout:
            if line.startswith(b"ACCEPT"):
                break
        check(process.poll() is None, "openssl s_server ended at once")
        yield port
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
