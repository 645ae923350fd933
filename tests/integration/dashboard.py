# SPDX-License-Identifier: BSD-3-Clause
"""device-dashboard with clients that need no browser: its files, its status, its WebSockets, and
visitors that it should not let in. Its page is tested in dashboard_browser.py."""

import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import time

from harness import Skipped, check, check_usage, main, run
from http_peer import ask, head_of, read_answer
from peers import (MOST_GROWTH, check_end, connect, in_parallel, listening, need_ipv6, receive_all,
                   reset)
from ws_peer import PING, PONG, WebSocket, new_key, upgrade_fields

FIELDS = {"uptime", "heap", "connections", "viewers", "requests", "value"}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextlib.contextmanager
def dashboard(path, *arguments, address="127.0.0.1"):
    with listening(path, "-b", address, "-p", "0", *arguments, address=address) as (program, port):
        yield program, port
        program.stop(signal.SIGTERM)


def checked(text):
    status = json.loads(text)
    check(set(status) == FIELDS, f"the status has {sorted(status)}")
    check(status["uptime"] >= 0 and (status["heap"] is None or status["heap"] >= 0), f"{status}")
    check(status["connections"] >= status["viewers"] >= 0, f"{status}")
    check(isinstance(status["value"], int) and 0 <= status["value"] <= 100, f"{status}")
    return status


def status_of(port):
    answer = ask(port, "/api/status").expect(200, Content_Type="application/json",
                                             Cache_Control="no-store")
    return checked(answer.body)


def post(port, body, fields, **more):
    data = body.encode() if isinstance(body, str) else body
    return ask(port, "/api/value", "POST", {**fields, **more}, data, host=f"127.0.0.1:{port}")


def live(port, **fields):
    """(WebSocket, the first status)."""
    viewer = WebSocket(port, "/live", **fields)
    return viewer, checked(viewer.receive())


def next_value(viewer, value):
    """Waits until a viewer is told of it."""
    while True:
        status = checked(viewer.receive())
        if status["value"] == value:
            return status


def page_comes_with_all_its_parts(path):
    with dashboard(path) as (_, port):
        page = ask(port, "/").expect(200, Content_Type="text/html; charset=utf-8")
        text = page.body.decode()
        parts = re.findall(r'(?:src|href)="(/[^"]*)"', text)
        check({"/app.js", "/style.css", "/icon.svg"} <= set(parts), f"has {parts}")
        for part in parts:
            ask(port, part).expect(200)
        check("http" not in text.replace("http-equiv", ""), "leads to another server")
        check(not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=", text),
              "has a script or a style within the page, which its policy forbids")
        check("script-src 'self'" in page["Content-Security-Policy"], "has no policy")
        check("unsafe" not in page["Content-Security-Policy"], "has a weak policy")
        ask(port, "/app.js").expect(200, Content_Type="text/javascript; charset=utf-8",
                                    X_Content_Type_Options="nosniff")
        ask(port, "/index.html").expect(404)
        ask(port, "/../etc/passwd").expect(404)
        ask(port, "/", "HEAD").expect(200, b"", Content_Length=str(len(page.body)))
        ask(port, "/", "POST", body=b"x").expect(405, Allow="GET, HEAD")


def unchanged_files_are_not_sent_again(path):
    with dashboard(path) as (_, port):
        tags = set()
        for target in ("/", "/app.js", "/style.css", "/icon.svg"):
            tag = ask(port, target).expect(200, Cache_Control="no-cache")["ETag"]
            check(re.fullmatch(r'"[0-9a-f]{16}"', tag), f"the tag {tag}")
            tags.add(tag)
            for known in (tag, f'"other", {tag}', f"W/{tag}"):
                ask(port, target, fields={"If-None-Match": known}).expect(304, b"", ETag=tag)
            ask(port, target, fields={"If-None-Match": '"other"'}).expect(200)
        check(len(tags) == 4, "different files have one tag")


def status_and_value(path):
    with dashboard(path) as (_, port):
        first = status_of(port)
        for number, (body, fields) in enumerate((
                ('{"value": 7}', JSON), ("value=8", FORM), (' { "value":9\r\n}\t', JSON),
                ('{"value":100}', {"Content-Type": "application/json; charset=utf-8"}),
                ("a=b&value=0&c=d", FORM), ("value=%31%30", FORM), ('{"value":55}', JSON))):
            value = (7, 8, 9, 100, 0, 10, 55)[number]
            status = checked(post(port, body, fields).expect(200).body)
            check(status["value"] == value == status_of(port)["value"], f"{body} is {status}")
        last = status_of(port)
        check(last["requests"] == first["requests"] + 15, "requests are miscounted")
        check(last["uptime"] >= first["uptime"], "the clock goes back")
        ask(port, "/api/status", "POST", body=b"x").expect(405, Allow="GET, HEAD")
        ask(port, "/api/value").expect(405, Allow="POST")
        ask(port, "/api/none").expect(404)


def wrong_values_change_nothing(path):
    with dashboard(path) as (_, port):
        before = status_of(port)["value"]
        for body in ('{"value":101}', '{"value":-1}', '{"value":1.5}', '{"value":"1"}', "{}", "",
                     '{"value":}', '{"value":1', '{"value":1}x', '{"value":1,"x":2}', "[1]", "1",
                     '{"value":01}', '{"value":1e1}', '{"value":99999999999999999999}', "null",
                     '{"value":null}', '{"Value":1}', '{"value"1}', b'{"value":1\x00}', b"\xff" * 9,
                     " " * 256, '{"value":1}\x00'):
            answer = post(port, body, JSON).expect(400, Content_Type="application/json")
            check("error" in json.loads(answer.body), "does not say why")
        for body in ("value=101", "value=", "value=-1", "value", "=1", "", "value=1x", "value=%00",
                     "value=1\x00", "other=1", "value=+1", "&&&", "value=007"):
            post(port, body, FORM).expect(400)
        for fields in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/jsonx"},
                       {"Content-Type": "multipart/form-data; boundary=x"}):
            post(port, '{"value":1}', fields).expect(415)
        post(port, '{"value":1}' + " " * 250, JSON).expect(413)
        check(status_of(port)["value"] == before, "the value has changed")


def viewers_are_told_each_second(path):
    with dashboard(path) as (program, port):
        viewer, first = live(port)
        with viewer:
            check(first["viewers"] in (0, 1), f"first {first}")
            start, status = time.monotonic(), None
            for _ in range(3):
                status = checked(viewer.receive())
            took = time.monotonic() - start
            check(1.9 <= took < 20, f"three statuses in {took} s")
            check(status["uptime"] - first["uptime"] >= 1.9, f"{first}, then {status}")
            check(status["viewers"] == 1 and status["connections"] == 1, f"{status}")
            program.check_idle("between two statuses")
            viewer.send_frame(PING, b"there?")
            while (got := viewer.receive_frame())[0] != PONG:
                checked(got[1])
            check(got[1] == b"there?", "a PONG with other bytes")
            check(viewer.close() == 1000, "closes otherwise than asked")
        check(status_of(port)["viewers"] == 0, "is still counted")


def values_are_shared(path):
    with dashboard(path) as (_, port), contextlib.ExitStack() as stack:
        viewers = [stack.enter_context(live(port)[0]) for _ in range(3)]
        for value, viewer in enumerate(viewers, 20):
            viewer.send(json.dumps({"value": value}))
            for other in viewers:
                check(next_value(other, value)["viewers"] == 3, "there are not three")
            check(status_of(port)["value"] == value, "not the status")
        post(port, '{"value":77}', JSON).expect(200)
        for viewer in viewers:
            next_value(viewer, 77)
        check(status_of(port)["viewers"] == 3, "viewers are miscounted")


def wrong_messages_change_nothing(path):
    with dashboard(path) as (_, port):
        viewer, first = live(port)
        with viewer:
            for text in ('{"value":101}', "x", "", '{"value":1}{"value":2}', "\x00", "ä" * 50):
                viewer.send(text)
                while "error" not in (answer := json.loads(viewer.receive())):
                    check(answer["value"] == first["value"], f"{text!r} changes the value")
            check(status_of(port)["value"] == first["value"], "the value has changed")
            viewer.send('{"value":3}')
            next_value(viewer, 3)
            viewer.send('{"value":3}' + " " * 200)
            check(viewer.receive_close() == 1009, "takes messages of any length")


def floods_are_collected(path):
    """One sends a thousand changes; the others are told of the last, and not of each."""
    with dashboard(path) as (_, port):
        sender, witness = live(port)[0], live(port)[0]
        with sender, witness:
            for number in range(1000):
                sender.send(json.dumps({"value": number % 100}))
            sender.send('{"value":100}')
            told = 0
            while json.loads(witness.receive())["value"] != 100:
                told += 1
            check(told < 500, f"was told {told} times")
            next_value(sender, 100)


def who_does_not_read_is_let_go(path):
    with dashboard(path) as (program, port):
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", port))
            deaf = WebSocket(port, "/live", client=slow)
            viewer, _ = live(port)
            memory = program.memory_kib()
            with viewer:
                check(next_value(viewer, 40)["viewers"] == 2, "there are not two")
                # Each is answered, with an error that nobody reads.
                end = time.monotonic() + 40
                with contextlib.suppress(ConnectionError, TimeoutError):
                    deaf.socket.settimeout(5)
                    while time.monotonic() < end:
                        deaf.socket.sendall(b"".join([b"\x81\x80\0\0\0\0"] * 1000))
                while checked(viewer.receive())["viewers"] != 1:
                    check(time.monotonic() < end, "is still there")
                grown = program.memory_kib() - memory
                check(grown < MOST_GROWTH, f"grew by {grown} KiB for one that does not read")


def strangers_are_refused(path):
    with dashboard(path, "-a", "device.example") as (_, port):
        own = f"127.0.0.1:{port}"
        for host in (own, f"localhost:{port}", f"[::1]:{port}", "device.example", "192.0.2.1"):
            ask(port, "/api/status", host=host).expect(200)
            ask(port, "/api/value", "POST", {**JSON, "Origin": f"http://{host}"}, b'{"value":1}',
                host=host).expect(200)
        for host in ("evil.example", "device.example.evil.example", "127.0.0.1.evil.example",
                     "0x7f.1"):
            for target in ("/", "/api/status", "/live"):
                ask(port, target, host=host).expect(421)
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port + 1}",
                       "http://127.0.0.1", f"http://{own}.evil.example", f"http://evil.example/{own}", own, ""):
            post(port, '{"value":2}', JSON, Origin=origin).expect(403)
            post(port, "value=2", FORM, Origin=origin).expect(403)
            fields = {**upgrade_fields(new_key()), "Origin": origin}
            ask(port, "/live", fields=fields, host=own).expect(403)
        check(status_of(port)["value"] == 1, "a stranger has set the value")
        for origin in (f"http://{own}", f"https://{own}"):
            viewer, _ = live(port, Origin=origin)
            viewer.close()


def no_websocket_is_no_viewer(path):
    with dashboard(path) as (_, port):
        check(400 <= ask(port, "/live").status < 500, "takes anything for a WebSocket")
        fields = upgrade_fields(new_key(), Sec_WebSocket_Version="7")
        check(400 <= ask(port, "/live", fields=fields).status < 500, "takes any version")
        check(400 <= ask(port, "/live", "POST", body=b"x").status < 500, "takes any method")
        check(status_of(port)["viewers"] == 0, "counts it")


def crowds(path):
    def one(number):
        for value in range(5):
            with live(port)[0] as viewer:
                viewer.send(json.dumps({"value": (number * 5 + value) % 100}))
                viewer.receive()
                post(port, f"value={value}", FORM).expect(200)
                if value % 2:
                    reset(viewer.socket)
                else:
                    viewer.close()

    with dashboard(path) as (program, port):
        in_parallel(6, one)
        for _ in range(20):
            client = connect(port)
            client.sendall(head_of("GET", "/live", upgrade_fields(new_key()))[:-20])
            reset(client)
        end = time.monotonic() + 30
        while status_of(port)["viewers"] != 0:
            check(time.monotonic() < end, "those who have gone are still counted")
        program.check_idle("with nobody there")


def too_many_connections(path):
    with dashboard(path) as (_, port), contextlib.ExitStack() as stack:
        for _ in range(32):
            stack.enter_context(live(port)[0])
        ask(port, "/api/status").expect(503)


def ends_with_all_its_viewers(path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with listening(path, "-p", "0") as (program, port):
            viewers = [live(port)[0] for _ in range(3)]
            idle = connect(port)
            idle.sendall(head_of("GET", "/"))
            read_answer(idle).expect(200)
            program.process.send_signal(number)
            check_end(idle)
            for viewer in viewers:
                receive_all(viewer.socket)
            program.finish()


def curl_is_served(path):
    curl = shutil.which("curl")
    if curl is None:
        raise Skipped("curl is missing (Debian: apt-get install curl)")

    def get(*arguments):
        done = subprocess.run([curl, "-sS", "--noproxy", "*", *arguments], timeout=50, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        check(done.returncode == 0, f"curl ended with {done.returncode}: {done.stdout[-300:]}")
        return done.stdout

    with dashboard(path) as (_, port):
        url = f"http://127.0.0.1:{port}"
        check("<title>Device dashboard</title>" in get("--compressed", url), "not the page")
        check(checked(get("-d", "value=12", f"{url}/api/value"))["value"] == 12, "not set")
        text = get("-H", "Content-Type: application/json", "-d", '{"value": 13}',
                   f"{url}/api/value")
        check(checked(text)["value"] == 13, "not set")
        check(checked(get(f"{url}/api/status"))["value"] == 13, "not the status")


def ipv6(path):
    need_ipv6()
    with dashboard(path, address="::1") as (_, port):
        with WebSocket(port, "/live", address="::1", Origin=f"http://[::1]:{port}") as viewer:
            checked(viewer.receive())


def bad_places(path):
    with dashboard(path) as (_, port):
        output, errors = run(path, "-p", str(port), status=1)
        check(output == "" and "bind" in errors and "in use" in errors, f"printed {errors!r}")
        for address in ("nowhere", "1.2.3", "1.2.3.4:80", ""):
            output, errors = run(path, "-b", address, status=1)
            check(output == "" and "not an address" in errors, f"{address}: printed {errors!r}")


def usage(path):
    check_usage(path, (["-x", "1"], ["-p"], ["-p", "65536"], ["-p", "x"], ["-b"], ["--help"], ["x"],
                       ["-p", "0", "x"]))


if __name__ == "__main__":
    main((page_comes_with_all_its_parts, unchanged_files_are_not_sent_again, status_and_value,
          wrong_values_change_nothing, viewers_are_told_each_second, values_are_shared,
          wrong_messages_change_nothing, floods_are_collected, who_does_not_read_is_let_go,
          strangers_are_refused, no_websocket_is_no_viewer, crowds, too_many_connections,
          ends_with_all_its_viewers, curl_is_served, ipv6, bad_places, usage))
