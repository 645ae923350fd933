# SPDX-License-Identifier: BSD-3-Clause
"""http-client with servers of this driver: what it asks for, where it is redirected to, and how it
tells the ways in which an exchange can fail. Those of sending and receiving bodies are in
http_client_bodies.py."""

import contextlib
import json
import os
import signal
import tempfile
import threading
import time

from harness import Program, check, check_usage, main, run
from http_peer import Server, UnixServer, raw_server, serving
from peers import listener, need_ipv6


def tell(handler):
    """Answers with what was asked, as JSON."""
    fields = {name.lower(): value for name, value in handler.headers.items()}
    body = json.dumps({"method": handler.command, "target": handler.path, "fields": fields,
                       "body": handler.body().decode()})
    handler.reply(200, body.encode(), Content_Type="application/json")


def redirecting(handler):
    """/CODE/TARGET is a redirection to TARGET, all else is told."""
    _, code, *rest = handler.path.split("/", 2)
    if code.isdigit():
        handler.body()
        handler.reply(int(code), b"elsewhere", Location=handler.server.before + rest[0])
    else:
        tell(handler)


def redirector(before="/"):
    server = Server(redirecting)
    server.before = before
    return server


def told(path, *arguments):
    return json.loads(run(path, *arguments)[0])


def failing(path, status, *arguments):
    """What is said on standard error."""
    output, errors = run(path, *arguments, status=status)
    check(errors.startswith("http-client: "), f"said {errors!r}")
    check(errors.count("\n") == 1, f"said more than once what is wrong: {errors!r}")
    return output, errors


def asks_as_it_is_told(path):
    with serving(Server(tell)) as port:
        url = f"http://127.0.0.1:{port}"
        got = told(path, f"{url}/a%20b?c=d&e")
        check(got["method"] == "GET" and got["target"] == "/a%20b?c=d&e", f"asked {got}")
        check(got["fields"]["host"] == f"127.0.0.1:{port}", f"asked {got['fields']}")
        check("content-length" not in got["fields"], "a body without one")
        check(told(path, url)["target"] == "/", "no path is not the root")
        check(told(path, f"{url}?q")["target"] == "/?q", "no path with a query is not the root")
        check(told(path, f"{url}/x#part")["target"] == "/x", "sent the fragment")
        got = told(path, "-H", "X-One: 1", "-H", "Accept:text/plain", "-H", "Host: me", url)
        fields = got["fields"]
        check((fields["x-one"], fields["accept"], fields["host"]) == ("1", "text/plain", "me"),
              f"sent {fields}")
        for method in ("DELETE", "OPTIONS", "PATCH", "PROPFIND", "MKCOL"):
            check(told(path, "-X", method, url)["method"] == method, f"no {method}")
        check(told(path, f"http://localhost:{port}/")["fields"]["host"] == f"localhost:{port}",
              "no names")


def data_is_sent(path):
    with serving(Server(tell)) as port:
        url = f"http://127.0.0.1:{port}/"
        got = told(path, "-d", "a=1&b=2", url)
        check(got["method"] == "POST" and got["body"] == "a=1&b=2", f"sent {got}")
        check(got["fields"]["content-type"] == "application/x-www-form-urlencoded", f"sent {got}")
        got = told(path, "-d", "{}", "-X", "PATCH", "-H", "Content-Type: application/json", url)
        check(got["method"] == "PATCH" and got["body"] == "{}", f"sent {got}")
        check(got["fields"]["content-type"] == "application/json", f"sent {got}")
        got = told(path, "-d", "", url)
        check(got["body"] == "" and got["fields"]["content-length"] == "0", f"sent {got}")


def heads(path):
    with serving(Server(tell)) as port:
        url = f"http://127.0.0.1:{port}/"
        output, _ = run(path, "-I", url)
        check(output.startswith("HTTP/1.1 200 OK\n") or output.startswith("HTTP/1.1 200 OK\r\n"),
              f"head {output!r}")
        check(output.endswith("\n\n") or output.endswith("\r\n\r\n"), f"head {output!r}")
        check("Content-Type: application/json" in output, f"head {output!r}")
        output, _ = run(path, "-i", url)
        head, _, body = output.replace("\r\n", "\n").partition("\n\n")
        check("Content-Type: application/json" in head, f"head {head!r}")
        check(json.loads(body)["method"] == "GET", f"body {body!r}")
        output, errors = run(path, "-v", "-H", "X-One: 1", url)
        check("> GET / HTTP/1.1\n" in errors and "> X-One: 1\n" in errors, f"said {errors!r}")
        check("< HTTP/1.1 200 OK\n" in errors, f"said {errors!r}")
        check(json.loads(output)["method"] == "GET", f"body {output!r}")


def redirections_change_the_method(path):
    """RFC 9110 section 15.4."""
    with serving(redirector()) as port:
        url = f"http://127.0.0.1:{port}"
        for code in (301, 302, 303, 307, 308):
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
                data = []
                if method in ("POST", "PUT"):
                    data = ["-d", "data", "-H", "Content-Type: text/x"]
                to_get = code == 303 and method != "HEAD" or code < 303 and method == "POST"
                if method == "HEAD":
                    output, _ = run(path, "-L", "-I", f"{url}/{code}/x")
                    check("HTTP/1.1 200" in output, f"HEAD is not redirected by {code}")
                    continue
                got = told(path, "-L", "-X", method, *data, f"{url}/{code}/x")
                wanted = "GET" if to_get else method
                check(got["method"] == wanted, f"{method} becomes {got['method']} by {code}")
                check(got["body"] == ("data" if data and not to_get else ""),
                      f"{method} sends {got['body']!r} after {code}")
                check(("content-type" in got["fields"]) == bool(data and not to_get),
                      f"{method} sends {got['fields']} after {code}")
        for code in (300, 304, 305, 306):  # no redirections, or none that may be followed
            output, _ = run(path, "-L", "-i", f"{url}/{code}/x")
            check(f"HTTP/1.1 {code}" in output, f"followed {code}")


def redirections_are_resolved(path):
    """RFC 3986 section 5."""
    def redirect(handler):
        if handler.path.partition("?")[0] == "/from/here":
            handler.reply(302, Location=location)
        else:
            tell(handler)

    with serving(Server(redirect)) as port:
        url = f"http://127.0.0.1:{port}"
        for location, wanted in (("/x", "/x"), ("x", "/from/x"), ("./x", "/from/x"), ("../x", "/x"),
                                 ("../../../x", "/x"), ("/a/./b/../c", "/a/c"), ("/a/..", "/"),
                                 ("/a/.", "/a/"), ("x/", "/from/x/"), (".", "/from/"), ("..", "/"),
                                 ("x?y=/../z#a", "/from/x?y=/../z"), (f"{url}/x", "/x"),
                                 (f"//127.0.0.1:{port}/x", "/x"), (url, "/"), (f"{url}?q", "/?q"),
                                 (f"HTTP://127.0.0.1:{port}/x/../y", "/y")):
            got = told(path, "-L", f"{url}/from/here?query")
            check(got["target"] == wanted, f"{location} leads to {got['target']}")
        for location in ("", "#a", "?other", "here"):  # back to where it was found
            failing(path, 47, "-L", f"{url}/from/here?query")


def redirections_have_limits(path):
    with serving(redirector(before="/302/")) as port:
        url = f"http://127.0.0.1:{port}/302/x"
        failing(path, 47, "-L", url)
        check("elsewhere" in run(path, url)[0], "followed without being told to")
    with serving(redirector(before="")) as port:
        url = f"http://127.0.0.1:{port}/302/"
        check(told(path, "-L", "--max-redirs", "1", f"{url}/x")["target"] == "/x", "not even one")
        failing(path, 47, "-L", "--max-redirs", "0", f"{url}/x")
        for place in ("https://127.0.0.1/", "file:///etc/passwd", "mailto:me", "http://",
                      "http://u:p@127.0.0.1/"):
            failing(path, 3, "-L", f"{url}{place}")


def credentials_stay_at_home(path):
    private = ["-H", "Authorization: Basic x", "-H", "Cookie: a=b", "-H", "X-Other: 1"]
    with serving(redirector()) as other:
        with serving(redirector(before=f"http://127.0.0.1:{other}/")) as port:
            fields = told(path, "-L", *private, f"http://127.0.0.1:{port}/302/x")["fields"]
            check("authorization" not in fields and "cookie" not in fields, f"gave away {fields}")
            check(fields["x-other"] == "1", f"lost {fields}")
            check(fields["host"] == f"127.0.0.1:{other}", f"asked for {fields['host']}")
        fields = told(path, "-L", *private, f"http://127.0.0.1:{other}/302/x")["fields"]
        check(fields["authorization"] == "Basic x" and fields["cookie"] == "a=b", f"lost {fields}")


def errors_of_the_server(path):
    def answer(handler):
        handler.reply(int(handler.path[1:]), b"the page")

    with serving(Server(answer)) as port:
        url = f"http://127.0.0.1:{port}"
        for code in (404, 500, 599):
            check(run(path, f"{url}/{code}")[0] == "the page", "no page without -f")
            output, errors = failing(path, 22, "-f", f"{url}/{code}")
            check(output == "" and str(code) in errors, f"printed {output!r}, {errors!r}")
        check(run(path, "-f", f"{url}/299")[0] == "the page", "299 is no error")


def broken_replies(path):
    garbage = (b"SSH-2.0-x\r\n\r\n",
               b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
               b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na", b"HTTP/1.1 20 OK\r\n\r\n",
               b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
               b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n",
               b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100000 + b"\r\n\r\n")
    for data in garbage:
        with raw_server(lambda client, data=data: client.sendall(data)) as port:
            _, errors = failing(path, 8, f"http://127.0.0.1:{port}/")
            check("protocol" in errors or "too long" in errors, f"said {errors!r}")


def replies_that_end_early(path):
    cut = (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
           b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf")
    for data in cut:
        with raw_server(lambda client, data=data: client.sendall(data)) as port:
            output, _ = failing(path, 18, f"http://127.0.0.1:{port}/")
            check(output == "half", f"printed {output!r}")
    for data in (b"", b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nA: b\r\n"):
        with raw_server(lambda client, data=data: client.sendall(data)) as port:
            failing(path, 52, f"http://127.0.0.1:{port}/")
    whole = b"HTTP/1.0 200 OK\r\n\r\nup to the end"
    with raw_server(lambda client: client.sendall(whole)) as port:
        check(run(path, f"http://127.0.0.1:{port}/")[0] == "up to the end", "no end is no body")


def no_connection(path):
    with listener() as server:
        port = server.getsockname()[1]
    _, errors = failing(path, 7, f"http://127.0.0.1:{port}/")
    check(f"127.0.0.1:{port}" in errors, f"said {errors!r}")
    failing(path, 7, "http://unix:/nowhere/evlet:/")


def bad_urls(path):
    for url in ("https://127.0.0.1/", "ftp://127.0.0.1/", "127.0.0.1", "/", "http://", "http:///x",
                "http://a b/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://[::1/", "",
                "http://me:secret@127.0.0.1/", "http://127.0.0.1/\t", "http://127.0.0.1/%zz"):
        failing(path, 3, url)


def time_limit(path):
    with listener() as server:  # which does not accept
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        start = time.monotonic()
        failing(path, 28, "--max-time", "0.3", url)
        check(time.monotonic() - start >= 0.3, "ended too early")

    def dribble(client):
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                client.sendall(b"x")
                time.sleep(0.05)
    with raw_server(dribble) as port:
        output, _ = failing(path, 28, "--max-time", "0.5", f"http://127.0.0.1:{port}/")
        check(set(output) == {"x"}, f"printed {output!r}")


def unix_sockets(path):
    with tempfile.TemporaryDirectory(prefix="evlet-") as folder:
        place = os.path.join(folder, "socket")
        server = UnixServer(place, redirecting)
        server.before = "/"
        with contextlib.ExitStack() as stack:
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            got = told(path, f"http://unix:{place}:/a?b")
            check(got["target"] == "/a?b" and got["fields"]["host"] == "localhost", f"asked {got}")
            check(told(path, f"http://unix:{place}:/")["target"] == "/", "no root")
            check(told(path, "-L", f"http://unix:{place}:/302/x")["target"] == "/x", "redirection")


def ipv6(path):
    need_ipv6()
    with listener("::1") as server:
        port = server.getsockname()[1]
        with Program(path, f"http://[::1]:{port}/x") as program:
            client, _ = server.accept()
            with client:
                head = client.recv(4096)
                check(b"\r\nHost: [::1]:%d\r\n" % port in head, f"asked {head!r}")
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nsix")
                check(program.finish() == "six", "another body")


def signals_end_it(path):
    with listener() as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            with Program(path, f"http://127.0.0.1:{server.getsockname()[1]}/") as program:
                client, _ = server.accept()
                with client:
                    program.process.send_signal(number)
                    program.finish(-number)


def usage(path):
    url = "http://127.0.0.1/"
    check_usage(path, ([], ["-X"], ["-x", url], ["-X", "get", url], ["-H", "x", url],
                       ["-H", ": x", url], [url, url], ["--max-time", "0", url],
                       ["--max-time", "x", url], ["--max-redirs", "-1", url],
                       ["-d", "a", "-T", "b", url], ["--help"]))


if __name__ == "__main__":
    main((asks_as_it_is_told, data_is_sent, heads, redirections_change_the_method,
          redirections_are_resolved, redirections_have_limits, credentials_stay_at_home,
          errors_of_the_server, broken_replies, replies_that_end_early, no_connection, bad_urls,
          time_limit, unix_sockets, ipv6, signals_end_it, usage))
