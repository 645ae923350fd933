# SPDX-License-Identifier: BSD-3-Clause
"""chat with real clients over loopback."""

import contextlib
import re
import signal
import socket

from harness import DEADLINE, check, check_usage, main, run
from peers import (check_end, connect, descriptor_limit, listener, listening, need_ipv6, reset)

MAX_LINE = 1024


class Guest:
    """A client that has been greeted."""

    def __init__(self, port, address="127.0.0.1", receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE)
        self.socket.connect((address, port))
        self.file = self.socket.makefile("rb")
        greeting = re.fullmatch(rb"\* you are (guest\d+); .*", self.line())
        check(greeting, "no greeting")
        self.name = greeting[1].decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def line(self):
        return self.file.readline().rstrip(b"\n")

    def expect(self, *lines):
        for line in lines:
            got = self.line()
            check(got == line.encode(), f"{line!r} was expected, {got!r} came")

    def say(self, text):
        self.socket.sendall(text.encode() + b"\n")


@contextlib.contextmanager
def chat(path, *arguments, prepare=None):
    with listening(path, "-l", "127.0.0.1", *arguments, prepare=prepare) as (program, port):
        yield program, port
        program.stop(signal.SIGTERM)


@contextlib.contextmanager
def company(path, count, *arguments):
    """(program, port, guests), who have seen each other come."""
    with chat(path, *arguments) as (program, port), contextlib.ExitStack() as stack:
        guests = []
        for _ in range(count):
            guest = stack.enter_context(Guest(port))
            for other in guests:
                other.expect(f"* {guest.name} joined")
            guests.append(guest)
        for guest in guests:
            check(program.read_line() == f"{guest.name} joined", "wrong record")
        yield program, port, guests


def lines_go_to_all_others(path):
    with company(path, 4) as (program, port, guests):
        for speaker in guests:
            speaker.say(f"I am {speaker.name}")
            for other in guests:
                if other is not speaker:
                    other.expect(f"{speaker.name}: I am {speaker.name}")
        # Nothing of its own came back to a speaker before this.
        for guest in guests:
            guest.say("/help")
            guest.expect("* there is /nick NAME, /who and /quit")


def names(path):
    with company(path, 2) as (program, port, (ann, bob)):
        ann.say("/nick ann")
        for guest in (ann, bob):
            guest.expect("* guest1 is now ann")
        ann.say("hello")
        bob.expect("ann: hello")
        bob.say("/nick ann")
        bob.expect("* ann is taken")
        for name in ("", "a b", "x" * 17, "a:", "ä"):
            bob.say(f"/nick {name}")
            bob.expect("* a name is 1 to 16 letters, digits, _ or -")
        bob.say("/nick guest3")
        for guest in (ann, bob):
            guest.expect("* guest2 is now guest3")
        # A guest who comes next gets a number that nobody has for a name.
        with Guest(port) as third:
            check(third.name == "guest4", f"is {third.name}")
            for guest in (ann, bob):
                guest.expect("* guest4 joined")
            bob.say("/who")
            bob.expect("* guest4", "* guest3", "* ann")


def lines_come_in_any_pieces(path):
    with company(path, 2) as (program, port, (one, other)):
        one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"slow\r\n":
            one.socket.sendall(bytes([byte]))
        other.expect("guest1: slow")
        one.socket.sendall(b"a\nb\r\n\n\r\nc\nno end y")
        other.expect("guest1: a", "guest1: b", "guest1: c")
        one.socket.sendall(b"et\n")
        other.expect("guest1: no end yet")
        many = "".join(f"{number}\n" for number in range(5000))
        one.socket.sendall(many.encode())
        other.expect(*(f"guest1: {number}" for number in range(5000)))


def control_characters_are_taken_out(path):
    with company(path, 2) as (program, port, (one, other)):
        one.socket.sendall(b"\x1b[2Jred\x00 tab\t del\x7f bell\x07 \xc3\xa4\n")
        other.expect("guest1: ?[2Jred? tab\t del? bell? ä")


def line_limit(path):
    with company(path, 2) as (program, port, (one, other)):
        one.say("x" * MAX_LINE)
        other.expect("guest1: " + "x" * MAX_LINE)
        one.say("x" * (MAX_LINE + 1))
        other.expect("* guest1 left")
        check(program.read_line() == "guest1 left: line too long", "wrong record")
        with Guest(port) as endless:
            other.expect("* guest3 joined")
            endless.socket.sendall(b"y" * (MAX_LINE + 1))
            other.expect("* guest3 left")


def guests_leave(path):
    with company(path, 4) as (program, port, (quitter, closer, resetter, witness)):
        quitter.say("/quit")
        check(program.read_line() == "guest1 left: bye", "wrong record")
        quitter.expect("")
        witness.expect("* guest1 left")
        closer.socket.shutdown(socket.SHUT_WR)
        check(program.read_line() == "guest2 left: bye", "wrong record")
        witness.expect("* guest2 left")
        resetter.expect("* guest1 left", "* guest2 left")
        resetter.file.close()
        reset(resetter.socket)
        check(program.read_line() == "guest3 left: connection lost", "wrong record")
        witness.expect("* guest3 left")


def who_does_not_read_is_dropped(path):
    with company(path, 2, "-m", "16384") as (program, port, (speaker, reader)):
        with Guest(port, receive_buffer=4096) as deaf:
            for guest in (speaker, reader):
                guest.expect(f"* {deaf.name} joined")
            check(program.read_line() == f"{deaf.name} joined", "wrong record")
            text, left, rounds = "z" * 1000, False, 0
            # The reader keeps up with each round, which is less than may wait for it.
            while not left and rounds < 4000:
                speaker.socket.sendall(f"{text}\n".encode() * 8)
                rounds += 1
                for _ in range(8):
                    line = reader.line()
                    if line == f"* {deaf.name} left".encode():
                        left, line = True, reader.line()
                    check(line == f"{speaker.name}: {text}".encode(), f"{line[:50]!r} came")
            check(left, "takes 32 MB for a guest who does not read")
            check(program.read_line() == f"{deaf.name} left: does not read", "wrong record")
        speaker.expect(f"* {deaf.name} left")


def full_house_waits(path):
    with company(path, 2, "-n", "2") as (program, port, (first, second)):
        with connect(port) as third:
            program.check_idle("with a client in the backlog")
            first.say("/quit")
            second.expect("* guest1 left", "* guest3 joined")
            check(third.recv(4096).startswith(b"* you are guest3;"), "no greeting")


def out_of_descriptors(path):
    with chat(path, prepare=descriptor_limit(24)) as (program, port):
        clients = [connect(port) for _ in range(40)]
        program.wait_for_errors(lambda text: "accept, pausing" in text)
        program.check_idle("while clients wait for a descriptor", 1.5)
        lines = program.stderr().count("\n")
        check(lines < 50, f"spun, and said so {lines} times")
        for client in clients:
            client.close()
        with Guest(port) as guest:
            guest.say("/nick last")
            while guest.line() != f"* {guest.name} is now last".encode():
                pass


def signals_end_it(path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with listening(path, "-l", "127.0.0.1") as (program, port):
            with Guest(port) as guest:
                program.process.send_signal(number)
                check_end(guest.socket)
            check(program.finish() == "guest1 joined\n", "wrong record")


def ipv6(path):
    need_ipv6()
    with listening(path, "-l", "[::1]", address="::1") as (program, port):
        with Guest(port, "::1") as guest:
            guest.say("/who")
            guest.expect("* guest1")
        program.stop(signal.SIGTERM)


def bad_addresses(path):
    for address in ("nowhere", "1.2.3", "", "::1]", "1.2.3.4 ", "1.2.3.4:65536"):
        output, errors = run(path, "-l", address, status=1)
        check(output == "" and "not an address" in errors, f"{address}: printed {errors!r}")
    with listener() as other:
        where = "127.0.0.1:%d" % other.getsockname()[1]
        output, errors = run(path, "-l", where, status=1)
        check(output == "" and "bind" in errors and "in use" in errors, f"printed {errors!r}")


def usage(path):
    check_usage(path, (["-x", "1"], ["-l"], ["-n", "0"], ["-n", "many"], ["-m", "1"], ["--help"],
                       ["127.0.0.1"]))


if __name__ == "__main__":
    main((lines_go_to_all_others, names, lines_come_in_any_pieces,
          control_characters_are_taken_out, line_limit, guests_leave,
          who_does_not_read_is_dropped, full_house_waits, out_of_descriptors, signals_end_it, ipv6,
          bad_addresses, usage))
