# SPDX-License-Identifier: BSD-3-Clause
"""What the drivers of network programs share: the program while it listens on loopback, and real
peers for it."""

import contextlib
import random
import resource
import select
import socket
import struct
import threading
import time

from harness import DEADLINE, Program, Skipped, check

MEGABYTE = 1 << 20
# By how much a program may grow for a peer that does not read, in KiB: above what sanitizers keep
# of freed memory, and half of what fill() sends to one that takes in everything.
MOST_GROWTH = 32768


def payload(size, seed):
    return random.Random(seed).randbytes(size)


def descriptor_limit(count):
    """For Program's `prepare`: how many descriptors it may have open."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def port_in(line, address="127.0.0.1"):
    """The port in "listening on ADDRESS:PORT"."""
    host = f"[{address}]" if ":" in address else address
    where, colon, port = line.rpartition(":")
    check(where == f"listening on {host}" and colon and int(port) > 0, f"wrong line {line!r}")
    return int(port)


@contextlib.contextmanager
def listening(path, *arguments, address="127.0.0.1", prepare=None):
    """(program, its port), once it has printed where it listens."""
    with Program(path, *arguments, prepare=prepare) as program:
        yield program, port_in(program.read_line(), address)


def connect(port, address="127.0.0.1"):
    return socket.create_connection((address, port), timeout=DEADLINE)


def listener(address="127.0.0.1"):
    """A listening socket of this driver, for programs that connect."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.create_server((address, 0), family=family)
    server.settimeout(DEADLINE)
    return server


def accept(server):
    client, _ = server.accept()
    client.settimeout(DEADLINE)
    return client


def need_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        raise Skipped(f"this machine has no IPv6 loopback: {error}") from error


def receive(client, count):
    """`count` bytes, or fewer if the stream ends before."""
    data = bytearray()
    while len(data) < count:
        more = client.recv(min(65536, count - len(data)))
        if not more:
            break
        data += more
    return bytes(data)


def receive_all(client):
    """All bytes up to the end of the stream."""
    data = bytearray()
    while more := client.recv(65536):
        data += more
    return bytes(data)


def check_end(client):
    check(client.recv(1) == b"", "bytes from nowhere")


def is_reset(client):
    """Whether the stream ends by a reset; anything else may come before."""
    try:
        receive_all(client)
    except ConnectionResetError:
        return True
    return False


def reset(client):
    """Closes with a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def check_echo(client, text):
    client.sendall(text)
    check(receive(client, len(text)) == text, f"{text!r} did not come back")


@contextlib.contextmanager
def sending(client, data, then=lambda: None):
    """Sends in the background, which has to be done by the end of the block."""
    def send():
        client.sendall(data)
        then()
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    yield
    sender.join(DEADLINE)
    check(not sender.is_alive(), "what was sent is not taken")


def end_of_sending(client):
    """For sending()'s `then`: half-closes."""
    return lambda: client.shutdown(socket.SHUT_WR)


def exchange(client, data):
    """Sends while it receives, as a server that holds little back needs it."""
    with sending(client, data):
        return receive(client, len(data))


def in_parallel(count, work):
    """Runs work(number), which returns what is wrong or None, in so many threads."""
    wrong = []

    def one(number):
        try:
            wrong.append(work(number))
        except (AssertionError, OSError) as error:
            wrong.append(f"number {number}: {error}")
    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
        check(not thread.is_alive(), "a client still waits for its bytes")
    wrong = [what for what in wrong if what]
    check(not wrong, "; ".join(wrong))


def answered(clients):
    """Those that have something to read now, or get it within a second."""
    end, found = time.monotonic() + 1, set()
    while time.monotonic() < end and len(found) < len(clients):
        rest = [client for client in clients if client not in found]
        found.update(select.select(rest, [], [], max(0, end - time.monotonic()))[0])
    return [client for client in clients if client in found]


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
    check(len(sent) < 64 * MEGABYTE, "took all that it could not pass on")
    return bytes(sent)
