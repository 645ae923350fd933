# SPDX-License-Identifier: BSD-3-Clause
"""Gives dns-many (dns_many.c) a nameserver behind a relay that loses 5 % of the packets, in both
directions, by a fixed pseudo-random sequence: `dns_many.py PROGRAM CASE`.

That all look-ups are in flight together is seen from this side: the relay holds back what comes
until there has been a question of each."""

import random
import socket
import threading
import time

from dns_peer import A, reply_to
from harness import DEADLINE, Program, check, main

COUNT = 10000
LOST = 0.05


class Relay:
    """Passes packets on, or loses them. The nameserver is at its other end: it answers at once, and
    the answer goes through the same sieve."""

    def __init__(self, hold):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.port = self.socket.getsockname()[1]
        self.source = random.Random(1035)
        self.hold = hold  # how many different questions have to come before one is answered
        self.names, self.held = set(), []
        self.packets = self.lost = 0
        self.stop = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop = True
        self.thread.join(DEADLINE)
        self.socket.close()

    def passes(self):
        self.packets += 1
        if self.source.random() < LOST:
            self.lost += 1
            return False
        return True

    def answer(self, packet, client):
        name = packet[13:13 + packet[12]].lower()
        number = int(name[1:])
        data = bytes([10, number >> 16, number >> 8 & 255, number & 255])
        if self.passes():
            self.socket.sendto(reply_to(packet, answers=[(A, 60, data)]), client)

    def run(self):
        while not self.stop:
            try:
                packet, client = self.socket.recvfrom(4096)
            except OSError:  # nothing there yet, or a client that has gone
                continue
            if self.hold:
                self.names.add(packet[12:].lower())
                if self.passes():
                    self.held.append((packet, client))
                if len(self.names) < self.hold:
                    continue
                self.hold = 0
                for packet, client in self.held:
                    self.answer(packet, client)
            elif self.passes():
                self.answer(packet, client)


def all_end_exactly_once(path):
    with Relay(0) as relay, Program(path, str(relay.port), str(COUNT)) as program:
        started = time.monotonic()
        check(program.read_line() == "in flight", "not all were made")
        line = program.read_line()
        program.finish()
        took = time.monotonic() - started
        check(line == f"{COUNT} found, 0 timed out, 0 wrong, 0 left", line)
        check(relay.lost > relay.packets * LOST / 2, f"{relay.lost} of {relay.packets} lost")
        print(f"{took:.1f} s, {relay.lost} of {relay.packets} packets lost")


def all_are_in_flight_together(path):
    with Relay(COUNT) as relay, Program(path, str(relay.port), str(COUNT)) as program:
        program.read_line()
        line = program.read_line()
        program.finish()
        check(line == f"{COUNT} found, 0 timed out, 0 wrong, 0 left", line)
        check(relay.hold == 0, "some were asked only after others had ended")


if __name__ == "__main__":
    main([all_end_exactly_once, all_are_in_flight_together])
