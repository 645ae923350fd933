# SPDX-License-Identifier: BSD-3-Clause
"""ws-chat with guests of a WebSocket library that was written by others, and with guests that break
the rules."""

import contextlib
import signal
import socket
import struct

import real_websockets
from harness import Program, check, check_usage, main, run
from http_peer import ask, head_of, read_answer
from peers import check_end, connect, listener, listening, need_ipv6, reset
from ws_peer import (BINARY, CLOSE, CONTINUATION, PING, TEXT, WebSocket, frame, new_key,
                     upgrade_fields)


@contextlib.contextmanager
def chat(path, *arguments, address="127.0.0.1"):
    where = f"[{address}]" if ":" in address else address
    with listening(path, "-l", where, *arguments, address=address) as (program, port):
        yield program, port
        program.stop(signal.SIGTERM)


def next_line(program, line):
    got = program.read_line()
    check(got == line, f"{line!r} was expected, {got!r} was printed")


class Guest(WebSocket):
    """One that has been greeted, and whose every byte is in the hands of the test."""

    def __init__(self, program, port, **options):
        super().__init__(port, "/ws", **options)
        greeting = self.receive()
        self.name = greeting.removeprefix("* you are ").partition(";")[0]
        check(self.name.startswith("guest"), f"no greeting: {greeting!r}")
        next_line(program, f"{self.name} joined")

    def expect(self, *lines):
        for line in lines:
            got = self.receive()
            check(got == line, f"{line!r} was expected, {got!r} came")

    def check_closed(self, code):
        got = self.receive_close()
        check(got == code, f"closed with {got} where {code} was expected")
        self.send_frame(CLOSE, struct.pack("!H", code))
        check_end(self.socket)


def messages_go_to_all(path):
    library = real_websockets.library()

    async def talk(program, port):
        url = f"ws://127.0.0.1:{port}/ws"

        async def expect(guests, *lines):
            for guest in guests:
                for line in lines:
                    got = await guest.recv()
                    check(got == line, f"{line!r} was expected, {got!r} came")

        async with library.connect(url, subprotocols=["other", "chat"]) as one:
            check(one.subprotocol == "chat", f"the subprotocol is {one.subprotocol}")
            check((await one.recv()).startswith("* you are guest1;"), "no greeting")
            async with library.connect(url, compression=None) as two:
                check(two.subprotocol is None, f"the subprotocol is {two.subprotocol}")
                check((await two.recv()).startswith("* you are guest2;"), "no greeting")
                await expect([one], "* guest2 joined")
                both = [one, two]
                await one.send("Grüße aus 東京 🗼")
                await expect(both, "guest1: Grüße aus 東京 🗼")
                await two.send(["in ", "three ", "parts"])
                await expect(both, "guest2: in three parts")
                await two.send("x" * 1024)
                await expect(both, "guest2: " + "x" * 1024)
                await one.send("no\r\ncontrols\0 here")
                await expect(both, "guest1: no  controls  here")
                await one.send("<b>markup</b>")
                await expect(both, "guest1: <b>markup</b>")
                await one.send("/nick ann")
                await expect(both, "* guest1 is now ann")
                await two.send("/nick ann")
                await expect([two], "* ann is taken")
                await two.send("/nick no spaces")
                await expect([two], "* a name is 1 to 16 letters, digits, _ or -")
                await two.send("/who")
                await expect([two], "* guest2", "* ann")
                await two.send("/unknown")
                await expect([two], "* there is /nick NAME and /who")
                await (await two.ping(b"are you there?"))
                await two.close(4000, "enough")
                check(two.close_code == 4000, f"the code that came back is {two.close_code}")
                await expect([one], "* guest2 left")
        for line in ("guest1 joined", "guest2 joined", "guest2 left: bye", "ann left: bye"):
            next_line(program, line)

    with chat(path) as (program, port):
        real_websockets.run(talk(program, port))


def page_and_script(path):
    with chat(path) as (_, port):
        page = ask(port, "/").expect(200, Content_Type="text/html; charset=utf-8")
        check(b'<script src="/chat.js">' in page.body, f"{page.body!r}")
        check("default-src 'none'" in page["Content-Security-Policy"], "anything may run")
        script = ask(port, "/chat.js").expect(200, Content_Type="text/javascript; charset=utf-8")
        check(b"new WebSocket" in script.body and b"innerHTML" not in script.body, "no script")
        ask(port, "/?query").expect(200)
        for target in ("/other", "/ws/", "/chat.js/"):
            ask(port, target).expect(404)
        ask(port, "/", "POST", {}, b"").expect(405)


def what_is_no_websocket_is_told_so(path):
    def handshake(port, method="GET", version="1.1", **changes):
        fields = {**upgrade_fields(new_key()),
                  **{name.replace("_", "-"): value for name, value in changes.items()}}
        with connect(port) as client:
            client.sendall(head_of(method, "/ws", {name: value for name, value in fields.items()
                                                   if value is not None}, version=version))
            return read_answer(client, method)
    with chat(path) as (_, port):
        wants = {"Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
        ask(port, "/ws").expect(426, **wants)
        handshake(port, Sec_WebSocket_Version="8").expect(426, **wants)
        handshake(port, Sec_WebSocket_Version=None).expect(426, **wants)
        handshake(port, Upgrade="h2c").expect(426, **wants)
        handshake(port, Sec_WebSocket_Key=None).expect(400)
        handshake(port, Sec_WebSocket_Key="short").expect(400)
        handshake(port, Connection="keep-alive").expect(400)
        handshake(port, version="1.0").expect(400)
        handshake(port, method="HEAD").expect(405, Allow="GET")


def pages_of_other_sites_stay_out(path):
    with chat(path, "-o", "https://friend.example") as (program, port):
        def status(origin):
            with connect(port) as client:
                fields = upgrade_fields(new_key(), Origin=origin)
                client.sendall(head_of("GET", "/ws", fields, f"127.0.0.1:{port}"))
                return read_answer(client).status
        for origin in ("https://evil.example", "http://127.0.0.1", f"http://127.0.0.1:{port}0",
                       "null", "", f"127.0.0.1:{port}", f"https://friend.example:{port}"):
            check(status(origin) == 403, f"a page of {origin!r} got in")
        for origin in (f"http://127.0.0.1:{port}", "https://friend.example"):
            with Guest(program, port, Origin=origin) as guest:
                guest.close()
            next_line(program, f"{guest.name} left: bye")


def broken_rules_end_a_guest(path):
    with chat(path) as (program, port):
        with Guest(program, port) as witness:
            for code, data in (
                    (1009, frame(TEXT, b"x" * 1025)),
                    (1009, frame(TEXT, b"x" * 600, final=False) + frame(CONTINUATION, b"x" * 425)),
                    (1009, b"\x81\xff\x7f" + bytes(11)),
                    (1007, frame(TEXT, b"\xc3\x28")),
                    (1003, frame(BINARY, b"bytes")),
                    (1002, frame(TEXT, b"no mask", masked=False)),
                    (1002, frame(TEXT, b"compressed", reserved=4)),
                    (1002, frame(CONTINUATION, b"of what?")),
                    (1002, frame(PING, b"x" * 126)),
                    (1002, frame(CLOSE, b"\x03")),
                    (1002, frame(CLOSE, struct.pack("!H", 1005)))):
                guest = Guest(program, port)
                guest.socket.sendall(data)
                guest.check_closed(code)
                guest.socket.close()
                # The text type is a rule of the chat: its close is answered like any other.
                next_line(program, f"{guest.name} left: "
                          f"{'bye' if code == 1003 else 'breaks the rules'}")
                witness.expect(f"* {guest.name} joined", f"* {guest.name} left")
            witness.close()


def who_does_not_read_is_dropped(path):
    with chat(path, "-m", "20000") as (program, port):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        with Guest(program, port, client=client) as deaf, Guest(program, port) as talker:
            left = f"* {deaf.name} left"
            # What the system holds for the deaf one is some megabytes at most.
            for _ in range(20000):
                talker.send("x" * 1000)
                line = talker.receive()
                if line == left:
                    break
                check(line == f"{talker.name}: " + "x" * 1000, f"{line!r} came")
            else:
                raise AssertionError("nobody was dropped")
            next_line(program, f"{deaf.name} left: does not read")
            talker.close()


def full_house_is_told_so(path):
    with chat(path, "-n", "2") as (program, port):
        with Guest(program, port) as one, Guest(program, port) as two:
            one.expect(f"* {two.name} joined")
            for _ in range(3):
                ask(port, "/ws", fields=upgrade_fields(new_key())).expect(503)
            ask(port, "/").expect(200)
            two.close()
            one.expect(f"* {two.name} left")
            next_line(program, f"{two.name} left: bye")
            with Guest(program, port) as three:
                three.close()
            one.close()


def silent_guests_are_dropped(path):
    library = real_websockets.library()

    async def outlive(program, port):
        # The library answers pings.
        async with library.connect(f"ws://127.0.0.1:{port}/ws", ping_interval=None) as lively:
            await lively.recv()
            next_line(program, "guest1 joined")
            with Guest(program, port) as silent:
                check(await lively.recv() == f"* {silent.name} joined", "who came?")
                check(await lively.recv() == f"* {silent.name} left", "who left?")
                opcode, _ = silent.receive_frame()
                check(opcode == PING, f"a frame of type {opcode} came")
                check_end(silent.socket)
            next_line(program, f"{silent.name} left: connection lost")
            await lively.send("still here")
            check(await lively.recv() == "guest1: still here", "no echo")

    with chat(path, "-k", "1") as (program, port):
        real_websockets.run(outlive(program, port))


def guests_that_vanish_are_missed(path):
    with chat(path) as (program, port):
        with Guest(program, port) as witness:
            for vanish in (lambda guest: reset(guest.socket), lambda guest: guest.socket.close()):
                for data in (b"", frame(TEXT, b"cut in the middle")[:9]):
                    guest = Guest(program, port)
                    guest.socket.sendall(data)
                    vanish(guest)
                    witness.expect(f"* {guest.name} joined", f"* {guest.name} left")
                    next_line(program, f"{guest.name} left: connection lost")
            witness.close()


def signals_tell_everybody(path):
    library = real_websockets.library()

    async def hear(program, port):
        async with library.connect(f"ws://127.0.0.1:{port}/ws") as guest:
            await guest.recv()
            program.process.send_signal(signal.SIGINT)
            try:
                await guest.recv()
            except library.ConnectionClosed as closed:
                got = (closed.rcvd.code, closed.rcvd.reason)
                check(got == (1001, "the server ends"), f"{got}")
            else:
                raise AssertionError("a message came")

    with listening(path, "-l", "127.0.0.1") as (program, port):
        real_websockets.run(hear(program, port))
        program.finish()
    # One that does not answer is waited for, but not for long; a second signal does not wait.
    for again in (False, True):
        with listening(path, "-l", "127.0.0.1") as (program, port):
            with Guest(program, port) as guest:
                program.process.send_signal(signal.SIGTERM)
                check(guest.receive_close() == 1001, "another code")
                if again:
                    program.process.send_signal(signal.SIGTERM)
                program.finish()


def ipv6(path):
    need_ipv6()
    with chat(path, address="::1") as (program, port):
        with Guest(program, port, address="::1", Origin=f"http://[::1]:{port}") as guest:
            guest.send("hello")
            guest.expect(f"{guest.name}: hello")
            guest.close()


def bad_addresses(path):
    with listener() as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        _, errors = run(path, "-l", where, status=1)
        check(errors.startswith("ws-chat: bind: "), f"{errors!r}")
    for address in ("nowhere", "127.0.0.1:http", "127.0.0.1:99999", ""):
        _, errors = run(path, "-l", address, status=1)
        check(errors == f"ws-chat: {address}: not an address\n", f"{errors!r}")


def usage(path):
    check_usage(path, [["x"], ["-l"], ["-n", "0"], ["-n", "many"], ["-m", "1"], ["-k", "0"],
                       ["-k", "1s"], ["-o"], ["-x", "1"], ["-h"]])


if __name__ == "__main__":
    main([messages_go_to_all, page_and_script, what_is_no_websocket_is_told_so,
          pages_of_other_sites_stay_out, broken_rules_end_a_guest, who_does_not_read_is_dropped,
          full_house_is_told_so, silent_guests_are_dropped, guests_that_vanish_are_missed,
          signals_tell_everybody, ipv6, bad_addresses, usage])
