# SPDX-License-Identifier: BSD-3-Clause
"""Drives examples/dns-lookup against unbound, with a zone of its own on loopback:
`dns_unbound.py PROGRAM CASE`. unbound runs on the build machine, also where PROGRAM does not."""

import contextlib

import dns_peer as dns
from dns_lookup import FAILED, NO_DATA, NO_NAME, at, look_up
from dns_peer import dead_port, nameserver, reply_to
from harness import check, main

ZONE = """$ORIGIN peer.test.
$TTL 300
@ SOA ns admin 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
host A 192.0.2.1
host A 192.0.2.2
host AAAA 2001:db8::1
one CNAME two
two CNAME three
three CNAME host
text TXT "no address"
""" + "".join(f"many A 192.0.2.{i}\nmany AAAA 2001:db8::{i:x}\n" for i in range(1, 61))
OTHERS = ["1.2.0.192.in-addr.arpa. 60 IN PTR host.peer.test.",
          "1." + "0." * 23 + "8.b.d.0.1.0.0.2.ip6.arpa. 60 IN PTR host.peer.test."]
PATIENT = ("-w", "20")


@contextlib.contextmanager
def asking(path):
    """look_up() of that unbound."""
    with dns.unbound(ZONE, OTHERS) as port:
        yield lambda *arguments, **more: look_up(path, at(port), *PATIENT, *arguments, **more)


def data(lines, kind="A"):
    return sorted(line[3] for line in lines if line[2] == kind)


def addresses(path):
    with asking(path) as ask:
        for more in ((), ("-T",), ("-e", "1232")):
            check(data(ask("host.peer.test", *more)[0]) == ["192.0.2.1", "192.0.2.2"], f"A {more}")
            check(data(ask("host.peer.test", "AAAA", *more)[0], "AAAA") == ["2001:db8::1"],
                  f"AAAA {more}")
        lines, _ = ask("-g", "-p", "80", "host.peer.test")
        check(sorted(line[1] for line in lines) ==
              ["192.0.2.1:80", "192.0.2.2:80", "[2001:db8::1]:80"], f"getaddrinfo: {lines}")
        lines, _ = ask("-s", "elsewhere.test", "-s", "peer.test", "host")
        check(data(lines) == ["192.0.2.1", "192.0.2.2"], f"search list: {lines}")


def aliases(path):
    with asking(path) as ask:
        lines, _ = ask("one.peer.test")
        check(data(lines) == ["192.0.2.1", "192.0.2.2"] and
              data(lines, "CNAME") == ["host.peer.test"], f"{lines}")
        lines, _ = ask("-g", "one.peer.test")
        check({line[0] for line in lines} == {"host.peer.test"} and len(lines) == 3, f"{lines}")


def reverse(path):
    with asking(path) as ask:
        for address in ("192.0.2.1", "2001:db8::1"):
            lines, _ = ask("-x", address)
            check(lines == [(address, "60", "PTR", "host.peer.test")], f"{address}: {lines}")


def large_answers(path):
    with asking(path) as ask:
        for more in ((), ("-T",), ("-e", "512"), ("-e", "1232"), ("-e", "4096")):
            check(data(ask("many.peer.test", *more)[0]) ==
                  sorted(f"192.0.2.{i}" for i in range(1, 61)), f"A {more}")
            check(data(ask("many.peer.test", "AAAA", *more)[0], "AAAA") ==
                  sorted(f"2001:db8::{i:x}" for i in range(1, 61)), f"AAAA {more}")
        check(len(ask("-g", "many.peer.test")[0]) == 120, "getaddrinfo")


def what_is_not_there(path):
    with asking(path) as ask:
        _, errors = ask("nowhere.peer.test", status=NO_NAME)
        check(errors.endswith(", for 60 s\n"), f"the SOA's time: {errors}")
        _, errors = ask("text.peer.test", status=NO_DATA)
        check(errors.endswith(", for 60 s\n"), f"the SOA's time: {errors}")
        ask("host.lame.test", status=FAILED)  # SERVFAIL
        ask("-g", "nowhere.peer.test", status=NO_NAME)
        ask("-g", "text.peer.test", status=NO_DATA)


def lame_and_dead_servers(path):
    with dns.unbound(ZONE, OTHERS) as port, \
            nameserver(lambda packet: reply_to(packet, dns.REFUSED)) as lame, \
            nameserver(lambda packet: reply_to(packet, dns.SERVFAIL)) as broken, \
            nameserver(lambda packet: None) as silent:
        for before in ([lame], [broken], [dead_port()], [silent],
                       [dead_port(), silent, lame, broken]):
            lines, _ = look_up(path, *map(at, before), at(port), "-w", "3", "-n", "12",
                               "host.peer.test")
            check(data(lines) == ["192.0.2.1", "192.0.2.2"], f"behind {before}: {lines}")


if __name__ == "__main__":
    main([addresses, aliases, reverse, large_answers, what_is_not_there, lame_and_dead_servers])
