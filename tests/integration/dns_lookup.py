# SPDX-License-Identifier: BSD-3-Clause
"""Drives examples/dns-lookup: `dns_lookup.py PROGRAM CASE`. Its nameservers are functions here, and
in one case examples/dns-server beside it."""

import contextlib
import os
import socket
import struct
import threading

import dns_peer as dns
from dns_peer import nameserver, reply_to, text_file
from harness import DEADLINE, Skipped, check, check_usage, main, run
from peers import accept, need_ipv6

FOUND, FAILED, USAGE, NO_NAME, NO_DATA, TIMEOUT = range(6)
ADDRESS = b"\xc0\x00\x02\x01"
PATIENT = ("-w", "20")  # no packet is lost on loopback, but an emulator may take its time


def question(packet):
    """(name, type) of a query."""
    name, kind, _ = dns.Message(packet).questions[0]
    return name.lower(), kind


@contextlib.contextmanager
def nothing_configured():
    """The path of a resolv.conf that says nothing."""
    with text_file("\n", "resolv.conf") as path:
        yield path


def look_up(path, *arguments, status=FOUND, config=None):
    """(lines on standard output, standard error) of a look-up without the system's files."""
    with nothing_configured() as nothing:
        output, errors = run(path, "-r", config or nothing, *arguments, status=status)
    lines = [tuple(line.split("\t")) for line in output.splitlines()]
    check(status != FOUND or errors == "", f"complained: {errors}")
    return lines, errors


def at(port):
    return f"@127.0.0.1:{port}"


def own_server(path):
    server = os.path.join(os.path.dirname(path), "dns-server")
    if not os.path.exists(server):
        raise Skipped("dns-server is not built")
    from dns_server import REVERSE, ZONE, serving
    with serving(server, zones=(ZONE, REVERSE)) as (_, port):
        where = (at(port), *PATIENT)
        lines, _ = look_up(path, *where, "www.example.test")
        check(lines == [("www.example.test", "300", "A", "192.0.2.1"),
                        ("www.example.test", "300", "A", "192.0.2.2"),
                        ("www.example.test", "300", "CNAME", "host.example.test")],
              f"www: {lines}")
        lines, _ = look_up(path, *where, "-x", "192.0.2.1")
        check(lines == [("192.0.2.1", "60", "PTR", "host.example.test")], f"-x: {lines}")
        lines, _ = look_up(path, *where, "1.2.0.192.in-addr.arpa.", "PTR")
        check([line[3] for line in lines] == ["host.example.test"], f"PTR: {lines}")
        for more in ((), ("-e", "1232"), ("-T",)):
            lines, _ = look_up(path, *where, *more, "many.example.test")
            check({line[3] for line in lines} == {f"192.0.2.{i}" for i in range(1, 61)} and
                  len(lines) == 60, f"many {more}: {lines}")
        lines, _ = look_up(path, *where, "-I", "many.example.test")
        check(0 < len(lines) < 60, f"what was cut off: {len(lines)} lines")
        lines, _ = look_up(path, *where, "-t", "AAAA", "first.example.test")
        check(("first.example.test", "300", "AAAA", "2001:db8::1") in lines, f"AAAA: {lines}")
        _, errors = look_up(path, *where, "nowhere.example.test", status=NO_NAME)
        check(errors.endswith(", for 60 s\n"), errors)
        _, errors = look_up(path, *where, "mail.example.test", "PTR", status=FAILED)
        check("not a name" in errors, errors)
        look_up(path, *where, "ns.example.test", "AAAA", status=NO_DATA)
        look_up(path, *where, "example.org", status=FAILED)


def statuses(path):
    codes = {"found.test.": dns.OK, "format.test.": dns.FORMERR, "broken.test.": dns.SERVFAIL,
             "nowhere.test.": dns.NXDOMAIN, "unknown.test.": dns.NOTIMP,
             "refused.test.": dns.REFUSED, "nothing.test.": dns.OK}

    def respond(packet):
        name, _ = question(packet)
        answers = [(dns.A, 9, ADDRESS)] if name == "found.test." else []
        return reply_to(packet, codes[name], answers)
    with nameserver(respond) as port:
        for name, status in (("found.test", FOUND), ("nowhere.test", NO_NAME),
                             ("nothing.test", NO_DATA), ("broken.test", FAILED),
                             ("format.test", FAILED), ("unknown.test", FAILED),
                             ("refused.test", FAILED)):
            _, errors = look_up(path, at(port), *PATIENT, name, status=status)
            check(status == FOUND or errors.startswith(f"dns-lookup: {name} A: "), errors)


def many_names_at_once(path):
    names = [f"n{i}.test" for i in range(40)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(DEADLINE)

        def serve():
            packets = [server.recvfrom(4096) for _ in names]  # all, before one is answered
            for packet, client in reversed(packets):
                name, _ = question(packet)
                data = bytes([10, 0, 0, int(name[1:name.index(".")])])
                server.sendto(reply_to(packet, answers=[(dns.A, 5, data)]), client)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        lines, _ = look_up(path, at(server.getsockname()[1]), "-w", "40", *names)
        thread.join(DEADLINE)
    check(sorted(lines) == sorted((name, "5", "A", f"10.0.0.{i}") for i, name in enumerate(names)),
          f"{lines}")


def search_list(path):
    asked = []

    def respond(packet):
        name, _ = question(packet)
        asked.append(name)
        known = name == "host.second.test."
        return reply_to(packet, dns.OK if known else dns.NXDOMAIN,
                        [(dns.A, 9, ADDRESS)] if known else [])
    with nameserver(respond) as port, text_file(
            f"nameserver 127.0.0.1:{port}\nsearch first.test second.test\noptions ndots:2\n"
            "options timeout:20\n") as config:
        for more, status, expected in (
                (("host",), FOUND, ["host.first.test.", "host.second.test."]),
                (("a.b",), NO_NAME, ["a.b.first.test.", "a.b.second.test.", "a.b."]),
                (("a.b.c",), NO_NAME, ["a.b.c.", "a.b.c.first.test.", "a.b.c.second.test."]),
                (("host.",), NO_NAME, ["host."]),
                (("-S", "host"), NO_NAME, ["host."]),
                (("-s", "third.test", "-s", "second.test", "host"), FOUND,
                 ["host.third.test.", "host.second.test."])):
            del asked[:]
            look_up(path, *more, status=status, config=config)
            check(asked == expected, f"{more}: {asked}")


def tcp_after_truncation(path):
    with socket.create_server(("127.0.0.1", 0)) as stream, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        port = stream.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
        stream.settimeout(DEADLINE)
        datagrams.settimeout(DEADLINE)
        answers = [(dns.A, 7, bytes([10, 0, i >> 8, i & 255])) for i in range(1000)]

        def serve():
            packet, client = datagrams.recvfrom(4096)
            datagrams.sendto(reply_to(packet, flags=dns.CUT_OFF), client)
            with accept(stream) as client:
                packet = dns.receive_over_tcp(client)
                answer = reply_to(packet, answers=answers)
                for piece in (struct.pack(">H", len(answer)), answer[:5], answer[5:]):
                    client.sendall(piece)
                client.recv(1)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        lines, _ = look_up(path, at(port), *PATIENT, "many.test")
        thread.join(DEADLINE)
        check(len(lines) == 1000 and lines[999][3] == "10.0.3.231", f"{len(lines)} lines")


def getaddrinfo_mode(path):
    def respond(packet):
        name, kind = question(packet)
        if name != "both.test.":
            return reply_to(packet, dns.NXDOMAIN)
        return reply_to(packet, answers=[(kind, 9, ADDRESS if kind == dns.A else
                                          socket.inet_pton(socket.AF_INET6, "2001:db8::7"))])
    with nameserver(respond) as port, text_file("192.0.2.77 known alias\n") as hosts:
        where = ("-g", at(port), "-H", hosts, *PATIENT)
        lines, _ = look_up(path, *where, "-p", "443", "both.test")
        check(sorted(lines) == [("both.test", "192.0.2.1:443"), ("both.test", "[2001:db8::7]:443")],
              f"both: {lines}")
        for flag, expected in (("-4", "192.0.2.1:0"), ("-6", "[2001:db8::7]:0")):
            lines, _ = look_up(path, *where, flag, "both.test")
            check(lines == [("both.test", expected)], f"{flag}: {lines}")
        lines, _ = look_up(path, *where, "known", "192.0.2.5")
        check([line[1] for line in lines] == ["192.0.2.77:0", "192.0.2.5:0"], f"{lines}")
        look_up(path, *where, "nowhere.test", status=NO_NAME)
    need_ipv6()
    lines, _ = look_up(path, "-g", at(dns.dead_port()), "::1")
    check(lines == [("::1", "[::1]:0")], f"numeric: {lines}")


def next_nameserver(path):
    def silent(_):
        return None

    def lame(packet):
        return reply_to(packet, dns.REFUSED)

    def good(packet):
        return reply_to(packet, answers=[(dns.A, 9, ADDRESS)])
    with nameserver(silent) as first, nameserver(lame) as second, nameserver(good) as last:
        for others in ([first], [second], [dns.dead_port()], [dns.dead_port(), first, second]):
            lines, _ = look_up(path, *map(at, others), at(last), "-w", "2", "-n", "10", "x.test")
            check(lines == [("x.test", "9", "A", "192.0.2.1")], f"behind {others}: {lines}")


def no_answer(path):
    count = []

    def forge(packet):
        """Answers to anything but what was asked."""
        count.append(packet)
        good = bytearray(reply_to(packet, answers=[(dns.A, 9, ADDRESS)]))
        good[1] ^= 1  # another id
        return bytes(good)

    def other_case(packet):
        count.append(packet)
        return reply_to(packet[:12] + bytes(byte ^ 0x20 if chr(byte).isalpha() else byte
                                            for byte in packet[12:]), answers=[(dns.A, 9, ADDRESS)])
    for respond in (forge, other_case, lambda packet: count.append(packet) or b"",
                    lambda packet: count.append(packet) or packet):
        del count[:]
        with nameserver(respond) as port:
            _, errors = look_up(path, at(port), "-w", "0.3", "-n", "2", "name.test", status=TIMEOUT)
            check(errors.startswith("dns-lookup: name.test A: "), errors)
        check(len(count) == 2, f"asked {len(count)} times")


def bad_arguments(path):
    for arguments, what in (
            (("@127.0.0.256", "x"), "127.0.0.256"),
            (("@127.0.0.1", "@127.0.0.1", "x"), "127.0.0.1"),
            (("x",), "no nameserver"),
            (("-r", "/no/such/file", "x"), "/no/such/file"),
            (("@127.0.0.1", "-g", "-H", "/no/such/file", "x"), "/no/such/file"),
            (("@127.0.0.1", "a..b"), "not a name"),
            (("@127.0.0.1", "a" * 64), "not a name"),
            (("@127.0.0.1", ".x"), "not a name"),
            (("@127.0.0.1", "-t", "PTR", "1.2.3.in-addr.arpa"), "not a name")):
        lines, errors = look_up(path, *arguments, status=FAILED)
        check(lines == [] and errors.startswith("dns-lookup: ") and what in errors,
              f"{arguments}: {errors}")


def usage(path):
    check_usage(path, [[], ["-t", "MX", "x"], ["-x", "host"], ["-w", "0", "x"], ["-w", "nan", "x"],
                       ["-n", "0", "x"], ["-e", "511", "x"], ["-q", "x"], ["x", "-t"],
                       ["-p", "80", "x"], ["-4", "x"], ["@127.0.0.1"]])


if __name__ == "__main__":
    main([own_server, statuses, many_names_at_once, search_list, tcp_after_truncation,
          getaddrinfo_mode, next_nameserver, no_answer, bad_arguments, usage])
