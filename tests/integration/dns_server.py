# SPDX-License-Identifier: BSD-3-Clause
"""Drives examples/dns-server: `dns_server.py PROGRAM CASE`."""

import contextlib
import random
import re
import signal
import socket
import struct

import dns_peer as dns
from dns_peer import ask, ask_raw, dig, query, text_file
from harness import DEADLINE, check, check_usage, main, run
from peers import connect, listening, need_ipv6, port_in

ZONE = """$ORIGIN example.test.
$TTL 300
@           IN SOA  ns admin ( 1 ; serial
                               3600 600
                               86400 60 )
            IN NS   ns
            IN MX   10 mail
            IN TXT  "two; strings" "with \\"quotes\\" and \\001"
ns          IN A    127.0.0.1
mail        IN A    192.0.2.25
            IN AAAA 2001:db8::25
host        IN A    192.0.2.1
            IN A    192.0.2.2
            IN AAAA 2001:db8::1
www 3600    IN CNAME host
first       IN CNAME second
second      IN CNAME third
third       IN CNAME host
circle      IN CNAME round
round       IN CNAME circle
gone        IN CNAME nowhere
away        IN CNAME www.example.org.
a.b.deep    IN A    192.0.2.9
a\\.b        IN A    192.0.2.10
""" + "".join(f"many IN A 192.0.2.{number}\n" for number in range(1, 61))
REVERSE = """$TTL 60
$ORIGIN 2.0.192.in-addr.arpa.
@ SOA ns.example.test. admin.example.test. 1 1 1 1 1
@ NS ns.example.test.
1 PTR host.example.test.
"""


@contextlib.contextmanager
def serving(path, *options, zones=(ZONE,), address="127.0.0.1"):
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(text_file(zone)) for zone in zones]
        program, port = stack.enter_context(
            listening(path, "-p", "0", "-b", address, *options, *files, address=address))
        yield program, port


def records_of_each_type(path):
    with serving(path, zones=(ZONE, REVERSE)) as (_, port):
        for name, kind, expected in (
                ("host.example.test", dns.A, ["192.0.2.1", "192.0.2.2"]),
                ("host.example.test", dns.AAAA, ["2001:db8::1"]),
                ("example.test", dns.NS, ["ns.example.test."]),
                ("example.test", dns.MX, [(10, "mail.example.test.")]),
                ("example.test", dns.TXT, [b'\x0ctwo; strings\x13with "quotes" and \x01']),
                ("example.test", dns.SOA,
                 [("ns.example.test.", "admin.example.test.", 1, 3600, 600, 86400, 60)]),
                ("www.example.test", dns.CNAME, ["host.example.test."]),
                ("1.2.0.192.in-addr.arpa", dns.PTR, ["host.example.test."])):
            answer = ask(port, name, kind)
            check(answer.code == dns.OK and answer.data_of(kind) == expected,
                  f"{name} {kind}: {answer.answers}")
            check(answer.flags & dns.AUTHORITATIVE and not answer.flags & dns.CUT_OFF,
                  f"{name} {kind}: flags {answer.flags:x}")
        answer = ask(port, "example.test", dns.MX)
        check(sorted(record.data for record in answer.additionals) == ["192.0.2.25", "2001:db8::25"],
              f"with MX: {answer.additionals}")
        check(len(ask(port, "host.example.test", dns.ANY).answers) == 3, "not all there is")


def nothing_is_told_with_the_soa(path):
    with serving(path) as (_, port):
        for name, kind, code in (("nowhere.example.test", dns.A, dns.NXDOMAIN),
                                 ("host.example.test", dns.TXT, dns.OK),
                                 ("deep.example.test", dns.A, dns.OK),  # there is one below
                                 ("gone.example.test", dns.A, dns.NXDOMAIN)):
            answer = ask(port, name, kind)
            soa = [record for record in answer.authorities if record.kind == dns.SOA]
            check(answer.code == code and answer.data_of(kind) == [], f"{name}: {answer.answers}")
            check(len(soa) == 1 and soa[0].name == "example.test." and soa[0].ttl == 60,
                  f"{name}: {answer.authorities}")


def aliases_are_followed(path):
    with serving(path) as (_, port):
        answer = ask(port, "first.example.test", dns.AAAA)
        check([record.data for record in answer.answers] ==
              ["second.example.test.", "third.example.test.", "host.example.test.", "2001:db8::1"],
              f"a chain: {answer.answers}")
        answer = ask(port, "away.example.test")
        check(answer.code == dns.OK and
              [record.data for record in answer.answers] == ["www.example.org."],
              f"out of the zone: {answer.answers}")
        check(ask(port, "circle.example.test").code == dns.SERVFAIL, "a circle")


def other_zones_are_refused(path):
    with serving(path) as (_, port):
        for name, kind, dns_class in (("example.org", dns.A, 1), ("test", dns.A, 1), (".", dns.NS, 1),
                                      ("notexample.test", dns.A, 1), ("example.test", dns.AXFR, 1),
                                      ("example.test", dns.A, 3)):
            answer = ask(port, name, kind, dns_class=dns_class)
            check(answer.code == dns.REFUSED and not answer.answers and
                  not answer.flags & dns.AUTHORITATIVE, f"{name}: {answer.code}")


def several_zones(path):
    part = "$TTL 9\n$ORIGIN part.example.test.\n@ SOA ns a 1 1 1 1 1\n@ NS ns\nx A 198.51.100.7\n"
    with serving(path, zones=(ZONE, part)) as (_, port):
        check(ask(port, "x.part.example.test").data_of(dns.A) == ["198.51.100.7"], "the part")
        check(ask(port, "host.example.test").data_of(dns.A) != [], "the whole")


def case_of_the_question_comes_back(path):
    with serving(path) as (_, port):
        answer = ask(port, "hOsT.eXaMpLe.TeSt")
        check(answer.questions[0][0] == "hOsT.eXaMpLe.TeSt.", f"asked: {answer.questions}")
        check({record.name for record in answer.answers} == {"hOsT.eXaMpLe.TeSt."},
              f"answered: {answer.answers}")


def long_answers_are_cut_off(path):
    with serving(path) as (_, port):
        answer = ask(port, "many.example.test")
        check(answer.flags & dns.CUT_OFF and answer.size <= 512, f"{answer.size} bytes")
        check(0 < len(answer.answers) < 60, f"{len(answer.answers)} records")


def edns_sizes(path):
    with serving(path) as (_, port):
        for size, whole in ((0, False), (512, False), (900, False), (1232, True), (4096, True),
                            (65535, True)):
            answer = ask(port, "many.example.test", edns=size)
            check(answer.size <= max(size, 512), f"EDNS {size}: {answer.size} bytes")
            check((len(answer.answers) == 60) == whole and
                  bool(answer.flags & dns.CUT_OFF) != whole, f"EDNS {size}: {answer.flags:x}")
            check([record.kind for record in answer.additionals] == [dns.OPT],
                  f"EDNS {size}: {answer.additionals}")
        bad_version = query("host.example.test")[:-2] + b"\0\1\0" + struct.pack(
            ">HHIH", dns.OPT, 1232, 1 << 16, 0)
        answer = ask_raw(port, bad_version[:11] + b"\1" + bad_version[12:])
        check(answer.code == 0 and answer.additionals[0].ttl >> 24 == 1 and not answer.answers,
              "BADVERS was expected")


def tcp(path):
    with serving(path) as (_, port), connect(port) as client:
        for number in range(3):  # one after another on the same connection
            dns.send_over_tcp(client, query("many.example.test", number=number))
            answer = dns.Message(dns.receive_over_tcp(client))
            check(answer.number == number and len(answer.answers) == 60, f"{answer.answers}")
        packets = b"".join(struct.pack(">H", len(packet)) + packet for packet in
                           (query("host.example.test", number=number) for number in range(50)))
        client.sendall(packets)  # all at once
        client.shutdown(socket.SHUT_WR)
        data = b""
        while more := client.recv(65536):
            data += more
        numbers = set()
        while data:
            size = struct.unpack(">H", data[:2])[0]
            numbers.add(dns.Message(data[2:2 + size]).number)
            data = data[2 + size:]
        check(numbers == set(range(50)), f"answers to {sorted(numbers)}")


def tcp_clients_have_limits(path):
    with serving(path, "-n", "2", "-i", "1") as (_, port):
        with connect(port) as first, connect(port) as second:
            for client in (first, second):
                dns.send_over_tcp(client, query("host.example.test"))
                check(dns.receive_over_tcp(client) is not None, "no answer")
            with connect(port) as third, contextlib.suppress(ConnectionResetError):
                check(third.recv(1) == b"", "a third client")
            check(first.recv(1) == b"" and second.recv(1) == b"", "silent clients stay")
        with connect(port) as client:
            dns.send_over_tcp(client, query("host.example.test"))
            check(dns.receive_over_tcp(client) is not None, "no answer after that")


def garbage_is_survived(path):
    source = random.Random(11)
    good = query("host.example.test", edns=1232)
    packets = [b"", b"\0", good[:11], good[:12], good + b"\0" * 3000, good[:2] + b"\x84" + good[3:],
               good[:12] + b"\xc0\x0c" + good[12:],         # a name that leads to itself
               good[:4] + b"\xff" * 8 + good[12:],          # counts beyond all reason
               good[:12] + b"\x3f" * 600]
    for _ in range(300):
        packet = bytearray(good)
        for _ in range(source.randrange(1, 6)):
            packet[source.randrange(len(packet))] = source.randrange(256)
        packets.append(bytes(packet[:source.randrange(1, len(packet) + 1)]))
    with serving(path) as (_, port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(DEADLINE)
            client.connect(("127.0.0.1", port))
            for packet in packets:
                client.send(packet)
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        dns.Message(client.recv(65536))  # whatever comes can be read
                client.settimeout(DEADLINE)
        for packet in packets[:20]:
            with connect(port) as client, contextlib.suppress(ConnectionResetError):
                dns.send_over_tcp(client, packet)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
        check(ask(port, "host.example.test").data_of(dns.A) == ["192.0.2.1", "192.0.2.2"],
              "no answer after that")


def dig_asks(path):
    with serving(path, zones=(ZONE, REVERSE)) as (_, port):
        check(dig(port, "+short", "www.example.test").split() ==
              ["host.example.test.", "192.0.2.1", "192.0.2.2"], "www")
        check(dig(port, "+short", "-x", "192.0.2.1").split() == ["host.example.test."], "-x")
        check(dig(port, "+short", "example.test", "TXT").strip() ==
              '"two; strings" "with \\"quotes\\" and \\001"', "TXT")
        many = dig(port, "many.example.test")  # EDNS by itself
        check("ANSWER: 60," in many and "(UDP)" in many and " aa" in many, many)
        many = dig(port, "+noedns", "many.example.test")  # falls back to TCP
        check("ANSWER: 60," in many and "(TCP)" in many, many)
        many = dig(port, "+noedns", "+ignore", "many.example.test")
        check(re.search(r"flags:.* tc", many) and "(UDP)" in many, many)
        check("ANSWER: 60," in dig(port, "+bufsize=1100", "many.example.test"), "1100 bytes")
        check("hOST.exAMple.test." in dig(port, "hOST.exAMple.test"), "case")
        missing = dig(port, "+tcp", "nowhere.example.test")
        check("NXDOMAIN" in missing and re.search(r"AUTHORITY: 1\b", missing), missing)
        check("status: REFUSED" in dig(port, "example.org"), "another zone")
        check("BADVERS" in dig(port, "+edns=1", "+noednsneg", "host.example.test"), "EDNS 1")
        check("NOERROR" in dig(port, "+cookie", "+nsid", "host.example.test"), "EDNS options")


HEAD = "$ORIGIN e.test.\n$TTL 60\n@ SOA ns a 1 1 1 1 1\n@ NS ns\n"


def check_refused(path, files):
    """`files`: (text, line, what) that is wrong in the line."""
    for text, line, what in files:
        with text_file(text) as file:
            _, errors = run(path, "-p", "0", file, status=1)
            check(errors.startswith(f"dns-server: {file}:{line}: ") and what in errors and
                  errors.count("\n") == 1, f"{text[len(HEAD):]!r}: {errors!r}")


def bad_words(path):
    check_refused(path, (
        (HEAD + "x A 192.0.2.256\n", 5, "IPv4"),
        (HEAD + "x AAAA 192.0.2.1\n", 5, "IPv6"),
        (HEAD + "\n\nx A\n", 7, "IPv4"),
        (HEAD + "x MX mail\n", 5, "preference"),
        (HEAD + "x MX 65536 mail\n", 5, "number"),
        (HEAD + "x SRV 1 2 3 y\n", 5, "type"),
        (HEAD + "x\n", 5, "type"),
        (HEAD + "x TXT \"open\n", 5, "end"),
        (HEAD + "x TXT \"a\"b\n", 5, "behind"),
        (HEAD + "x TXT " + "y" * 256 + "\n", 5, "255"),
        (HEAD + "x TXT \"\\256\"\n", 5, "escape"),
        (HEAD + "x A ( 192.0.2.1\n\n", 5, "closed"),
        (HEAD + "x A 192.0.2.1 )\n", 5, "parenthesis"),
        (HEAD + "x A \"192.0.2.1\"\n", 5, "quotes"),
        (HEAD + "y" * 64 + " A 192.0.2.1\n", 5, "63"),
        (HEAD + ".".join(["y" * 60] * 5) + " A 192.0.2.1\n", 5, "255"),
        (HEAD + "a..b A 192.0.2.1\n", 5, "empty label")))


def bad_records(path):
    check_refused(path, (
        (HEAD + "x.org. A 192.0.2.1\n", 5, "outside"),
        (HEAD + "x A 192.0.2.1\nx CNAME ns\n", 6, "CNAME"),
        (HEAD + "x CNAME ns\nx A 192.0.2.1\n", 6, "CNAME"),
        (HEAD + "x A 192.0.2.1\nX.e.test. A 192.0.2.1\n", 6, "already"),
        (HEAD + "x A 192.0.2.1\nx 61 A 192.0.2.2\n", 6, "TTL"),
        (HEAD + "x NS ns\n", 5, "NS"),
        (HEAD + "@ SOA ns a 1 1 1 1 1\n", 5, "second SOA"),
        (HEAD + "x 2147483648 A 192.0.2.1\n", 5, "type")))


def bad_zone_files(path):
    check_refused(path, (
        (HEAD + "$INCLUDE other\n", 5, "directive"),
        (HEAD + "$TTL -1\n", 5, "seconds"),
        (HEAD + "x A 192.0.2.1\r\n", 5, "control"),
        (HEAD + "x A 192.0.2.1\0\n", 5, "control"),
        (HEAD[:-8], 4, "NS record"),
        ("$ORIGIN e.test.\n@ SOA ns a 1 1 1 1 1\n", 2, "TTL"),
        ("@ 60 SOA ns a 1 1 1 1 1\n", 1, "ORIGIN"),
        ("$ORIGIN e.test.\n 60 NS ns\n", 2, "without a name"),
        ("$ORIGIN e.test.\n@ 60 NS ns\n", 2, "SOA"),
        ("$ORIGIN e.test.\n@ 60 SOA ns a 1 1 1 1\n", 2, "five"),
        ("", 1, "SOA")))
    with text_file(HEAD) as file:
        _, errors = run(path, "-p", "0", file, file, status=1)
        check("same zone" in errors, errors)
    _, errors = run(path, "-p", "0", "/no/such/file", status=1)
    check(errors.startswith("dns-server: /no/such/file: "), errors)


def port_in_use(path):
    with serving(path) as (_, port), text_file(ZONE) as file:
        _, errors = run(path, "-p", str(port), file, status=1)
        check(errors.startswith("dns-server: bind: "), errors)


def ipv6(path):
    need_ipv6()
    with serving(path, address="::1") as (_, port):
        check(ask(port, "host.example.test", address="::1").data_of(dns.A) != [], "no answer")
        with connect(port, "::1") as client:
            dns.send_over_tcp(client, query("host.example.test"))
            check(dns.receive_over_tcp(client) is not None, "no answer over TCP")


def signals_end_it(path):
    for number in (signal.SIGINT, signal.SIGTERM):
        with serving(path) as (program, port), connect(port) as client:
            dns.send_over_tcp(client, query("host.example.test"))
            dns.receive_over_tcp(client)
            program.stop(number)
            check(client.recv(1) == b"", "the connection stays")


def usage(path):
    check_usage(path, [[], ["-p", "65536", "zone"], ["-p", "x", "zone"], ["-n", "-1", "zone"],
                       ["-i", "0", "zone"], ["-z", "1", "zone"], ["-b", "127.0.0.1"]])
    for address in ("127.0.0.256", "127.0.0.1:53", "[::1]", "localhost"):
        with text_file(ZONE) as file:
            _, errors = run(path, "-b", address, file, status=1)
            check(errors == f"dns-server: {address}: not an address\n", errors)


if __name__ == "__main__":
    main([records_of_each_type, nothing_is_told_with_the_soa, aliases_are_followed,
          other_zones_are_refused, several_zones, case_of_the_question_comes_back,
          long_answers_are_cut_off, edns_sizes, tcp, tcp_clients_have_limits, garbage_is_survived,
          dig_asks, bad_words, bad_records,
          bad_zone_files, port_in_use, ipv6, signals_end_it, usage])
