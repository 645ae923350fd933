# SPDX-License-Identifier: BSD-3-Clause
"""Peers that speak DNS for the drivers here: packets written and read by a codec of the driver's own,
nameservers whose answers are functions, dig, and unbound with a zone of ours."""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

from harness import DEADLINE, Program, Skipped, check

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, OPT, AXFR, ANY = 1, 2, 5, 6, 12, 15, 16, 28, 41, 252, 255
OK, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
RESPONSE, AUTHORITATIVE, CUT_OFF, WANTS_RECURSION = 0x8000, 0x400, 0x200, 0x100


def pack_name(name):
    data = b""
    for label in name.rstrip(".").split(".") if name.rstrip(".") else []:
        data += bytes([len(label)]) + label.encode()
    return data + b"\0"


def query(name, kind=A, number=7, flags=WANTS_RECURSION, edns=None, dns_class=1):
    """A question as bytes; `edns`: the size of answers that are taken."""
    extra = b"" if edns is None else b"\0" + struct.pack(">HHIH", OPT, edns, 0, 0)
    return (struct.pack(">6H", number, flags, 1, 0, 0, 1 if extra else 0) + pack_name(name) +
            struct.pack(">HH", kind, dns_class) + extra)


class Record:
    def __init__(self, name, kind, dns_class, ttl, data):
        self.name, self.kind, self.dns_class, self.ttl, self.data = name, kind, dns_class, ttl, data

    def __repr__(self):
        return f"{self.name} {self.ttl} {self.kind} {self.data!r}"


class Message:
    """A packet, read. Whatever is wrong in it ends the driver."""

    def __init__(self, data):
        self.size, self.data, self.at = len(data), data, 12
        self.number, self.flags, *counts = struct.unpack(">6H", data[:12])
        self.questions = [(self.name(), *self.take(">HH")) for _ in range(counts[0])]
        self.answers, self.authorities, self.additionals = (
            [self.record() for _ in range(count)] for count in counts[1:])
        check(self.at == len(data), "bytes behind the last record")

    def take(self, form):
        values = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return values

    def name(self):
        labels, jumped, at = [], None, self.at
        while length := self.data[at]:
            if length >= 0xc0:
                jumped = jumped or at + 2
                target = (length & 0x3f) << 8 | self.data[at + 1]
                check(target < at, "a pointer that does not lead back")
                at = target
                continue
            labels.append(self.data[at + 1:at + 1 + length].decode("latin-1"))
            at += 1 + length
        self.at = jumped or at + 1
        return ".".join(labels) + "."

    def record(self):
        name = self.name()
        kind, dns_class, ttl, size = self.take(">HHIH")
        end = self.at + size
        if kind in (NS, CNAME, PTR):
            data = self.name()
        elif kind == MX:
            data = (self.take(">H")[0], self.name())
        elif kind == SOA:
            data = (self.name(), self.name(), *self.take(">5I"))
        elif kind in (A, AAAA):
            data = socket.inet_ntop(socket.AF_INET if kind == A else socket.AF_INET6,
                                    self.data[self.at:end])
            self.at = end
        else:
            data = self.data[self.at:end]
            self.at = end
        check(self.at == end, "data of another size than it says")
        return Record(name, kind, dns_class, ttl, data)

    @property
    def code(self):
        return self.flags & 15

    def data_of(self, kind):
        return [record.data for record in self.answers if record.kind == kind]


def ask_raw(port, packet, address="127.0.0.1"):
    """The answer to a packet over UDP."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(DEADLINE)
        client.connect((address, port))
        client.send(packet)
        return Message(client.recv(65536))


def ask(port, name, kind=A, address="127.0.0.1", **more):
    return ask_raw(port, query(name, kind, **more), address)


def send_over_tcp(client, packet):
    client.sendall(struct.pack(">H", len(packet)) + packet)


def receive_over_tcp(client):
    """The next packet of a connection, or None at its end."""
    data = b""
    while len(data) < 2 or len(data) < 2 + struct.unpack(">H", data[:2])[0]:
        more = client.recv(65536)
        if not more:
            check(data == b"", "half a packet")
            return None
        data += more
        check(len(data) <= 2 + struct.unpack(">H", data[:2])[0], "more than one packet")
    return data[2:]


def reply_to(packet, code=OK, answers=(), flags=0):
    """An answer to a query as bytes. `answers`: (type, TTL, data) of the name that was asked for."""
    end = 12
    while packet[end]:
        end += 1 + packet[end]
    question = packet[12:end + 5]
    number, asked = struct.unpack(">HH", packet[:4])
    data = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data
                    for kind, ttl, data in answers)
    return struct.pack(">6H", number, RESPONSE | flags | code | (asked & WANTS_RECURSION), 1,
                       len(answers), 0, 0) + question + data


@contextlib.contextmanager
def nameserver(respond):
    """A nameserver over UDP: respond(packet) gives its answer, or None. Yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.05)
        stop = threading.Event()

        def run():
            while not stop.is_set():
                try:
                    packet, client = server.recvfrom(65536)
                except OSError:  # nothing there yet, or a client that has gone
                    continue
                answer = respond(packet)
                if answer is not None:
                    server.sendto(answer, client)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join(DEADLINE)


def dead_port():
    """One where nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def text_file(text, name="text"):
    """The path of a file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        yield path


def dig(port, *arguments):
    """What dig prints."""
    program = shutil.which("dig")
    if program is None:
        raise Skipped("there is no dig (Debian: bind9-dnsutils)")
    result = subprocess.run(
        [program, "@127.0.0.1", "-p", str(port), "-r", "+tries=3", "+time=15", *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False)
    check(result.returncode == 0, f"dig: {result.stdout}{result.stderr}")
    return result.stdout


UNBOUND_CONFIG = """
server:
    verbosity: 0
    interface: 127.0.0.1@{port}
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    logfile: ""
    num-threads: 1
    do-ip6: no
    do-not-query-localhost: no
    module-config: "iterator"
    access-control: 127.0.0.0/8 allow
    minimal-responses: yes
    rrset-roundrobin: no
    max-udp-size: 65535
    unblock-lan-zones: yes
    local-zone: "test." nodefault
    local-zone: "in-addr.arpa." transparent
    local-zone: "8.b.d.0.1.0.0.2.ip6.arpa." transparent
{zones}
remote-control:
    control-enable: no
auth-zone:
    name: "peer.test."
    zonefile: "{folder}/zone"
    for-upstream: yes
    for-downstream: yes
    fallback-enabled: no
forward-zone:
    name: "lame.test."
    forward-addr: 127.0.0.1@{lame}
"""


@contextlib.contextmanager
def unbound(zone, local_data=()):
    """unbound with a zone "peer.test." from the text of its file, records of other names, and
    "lame.test.", whose nameserver refuses: unbound answers SERVFAIL. Yields the port."""
    path = shutil.which("unbound", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        raise Skipped("there is no unbound (Debian: unbound)")
    with tempfile.TemporaryDirectory() as folder, \
            nameserver(lambda packet: reply_to(packet, REFUSED)) as lame:
        with open(os.path.join(folder, "zone"), "w", encoding="ascii") as file:
            file.write(zone)
        for _ in range(5):  # until the port is free for TCP, too
            port = dead_port()
            lines = "".join(f"    local-data: '{record}'\n" for record in local_data)
            with open(os.path.join(folder, "config"), "w", encoding="ascii") as file:
                file.write(UNBOUND_CONFIG.format(folder=folder, port=port, lame=lame,
                                                 zones=lines))
            with native(path, "-d", "-c", os.path.join(folder, "config")) as program:
                if is_ready(program, port):
                    yield port
                    return
        raise AssertionError("unbound does not start")


@contextlib.contextmanager
def native(path, *arguments):
    """A program of this machine, whatever the one that is tested runs on."""
    wrapper = os.environ.pop("MESON_EXE_WRAPPER", None)
    try:
        program = Program(path, *arguments)
    finally:
        if wrapper is not None:
            os.environ["MESON_EXE_WRAPPER"] = wrapper
    with program:
        yield program


def is_ready(program, port):
    """Asks until there is an answer. False: it has ended."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.2)
        client.connect(("127.0.0.1", port))
        for _ in range(DEADLINE * 5):
            with contextlib.suppress(OSError):
                client.send(query("peer.test", SOA))
                return Message(client.recv(65536)).code == OK
            try:
                program.process.wait(timeout=0.05)
                return False
            except subprocess.TimeoutExpired:
                pass
    return False
