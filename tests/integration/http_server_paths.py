# SPDX-License-Identifier: BSD-3-Clause
"""http-server: which files a path leads to, and those that none may lead to."""

import html
import os
import re
import socket
import urllib.parse

from harness import check, main
from http_peer import ask, head_of
from peers import connect
from served_folder import SECRET, server, write

ODD_NAMES = ("a <b> & 'c' \"d\"", "100% %41.txt", "q?x#y:z", "\u00e4\u00f6 \u20ac", "plain.txt",
             "a;b&c=d", "-dash", "x" * 200)


def links(page):
    """The targets of the links of a listing."""
    return [html.unescape(link) for link in re.findall(r'href="([^"]*)"', page.decode())]


def listings_lead_to_all_files(path):
    with server(path) as (_, port, root, _):
        odd = os.path.join(root, "odd")
        os.mkdir(odd)
        for name in ODD_NAMES:
            write(odd, name, name.encode())
        os.mkdir(os.path.join(odd, "dir & more"))
        page = ask(port, "/odd/").expect(200, Content_Type="text/html; charset=utf-8").body
        check(b"<b>" not in page, "a name is taken for markup")
        found = links(page)
        check(found[0] == "../" and found[1] == "dir%20%26%20more/", f"begins with {found[:2]}")
        check(len(found) == len(ODD_NAMES) + 2, f"{len(found)} links: {found}")
        bodies = set()
        for link in found[2:]:
            target = urllib.parse.urljoin("/odd/", link)
            bodies.add(ask(port, target).expect(200).body.decode())
        check(bodies == set(ODD_NAMES), f"leads to {bodies}")
        check(b"../" not in ask(port, "/").body, "the root links to what is above it")


def index_stands_for_its_directory(path):
    with server(path) as (_, port, root, _):
        write(root, "sub/index.html", b"<p>index</p>\n")
        ask(port, "/sub/").expect(200, b"<p>index</p>\n", Content_Type="text/html; charset=utf-8")
        ask(port, "/sub").expect(301, Location="/sub/")
        ask(port, "/sub?a=b").expect(301, Location="/sub/?a=b")
        ask(port, "/sub/deep").expect(301, Location="/sub/deep/")
        # An index that is no file does not stand for anything.
        os.mkdir(os.path.join(root, "sub/deep/index.html"))
        ask(port, "/sub/deep/").expect(200)


def no_listings(path):
    with server(path, "-N") as (_, port, root, _):
        ask(port, "/").expect(403)
        ask(port, "/hello.txt").expect(200)
        write(root, "index.html", b"here\n")
        ask(port, "/").expect(200, b"here\n")


def nothing_outside_the_root(path):
    """Each of these would name the secret, or something above the root, if taken another way."""
    above = ("..", "%2e%2e", "%2E%2e", ".%2e", "%2e.", "%252e%252e", "..;", "%c0%ae%c0%ae", "..%00",
             "...", "..%20", "%uff0e%uff0e")
    slashes = ("/", "%2f", "%2F", "%5c", "\\", "%c0%af", "//", "/./", "%00/", "%252f")
    targets = [f"/{dots}{slash}secret.txt" for dots in above for slash in slashes]
    targets += [f"/sub{slash}{dots}{slash}{dots}{slash}secret.txt" for dots in above[:5]
                for slash in slashes]
    with server(path) as (program, port, _, place):
        encoded = urllib.parse.quote(place)
        targets += ["//../secret.txt", "/\\..\\secret.txt", "//secret.txt", "..", "../secret.txt",
                    f"{encoded}/secret.txt", f"/{encoded}/secret.txt", f"/%2f{encoded}/secret.txt",
                    f"file://{encoded}/secret.txt", "/hello.txt%00", "/hello.txt%00.html", "/%00",
                    "/hello.txt\\", "/%5c..%5c..%5csecret.txt", "/sub/%2e%2e/%2e%2e/secret.txt",
                    "http://127.0.0.1/../secret.txt", "/%", "/%2", "/%zz", "/./hello.txt",
                    "/sub/../hello.txt", "/.", "/..", "//evil.example/%2e%2e"]
        for target in targets:
            with connect(port) as client:
                client.sendall(head_of("GET", target))
                data = receive_some(client)
            check(data.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 ", b"HTTP/1.1 404 ")),
                  f"{target}: {data[:100]!r}")
            check(SECRET.strip() not in data, f"{target}: gave the secret away")
        for target in (b"/\x00", b"/hello.txt\x00", b"/..\x00/secret.txt", b"/\xff\xfe", b"/a b",
                       b"/\r\n\r\n/secret.txt"):
            with connect(port) as client:
                client.sendall(head_of("GET", target))
                data = receive_some(client)
            check(data.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 ")),
                  f"{target}: {data[:100]!r}")
        ask(port, "/hello.txt").expect(200)
        check(program.stderr() == "", f"said {program.stderr()!r}")


def receive_some(client):
    """A reply up to the end of its head, with what of its body came along."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            break
        data += more
    return data


def links_and_special_files_are_not_served(path):
    with server(path) as (_, port, root, place):
        def at(name):
            return os.path.join(root, name)
        os.symlink(os.path.join(place, "secret.txt"), at("link"))
        os.symlink("..", at("up"))
        os.symlink("hello.txt", at("inside"))
        os.symlink(os.path.join(place, "secret.txt"), at("sub/index.html"))
        os.mkfifo(at("pipe"))
        write(root, ".hidden", SECRET)
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(at("socket"))
        ask(port, "/link").expect(403)
        ask(port, "/inside").expect(403)
        ask(port, "/up/secret.txt").expect(403)
        ask(port, "/up/").expect(403)
        ask(port, "/sub/").expect(403)
        ask(port, "/pipe").expect(403)  # and does not wait for a writer
        ask(port, "/socket").expect(403)
        ask(port, "/.hidden").expect(404)
        found = links(ask(port, "/").expect(200).body)
        check(found == ["sub/", "empty", "hello.txt", "page.html"], f"lists {found}")


if __name__ == "__main__":
    main((listings_lead_to_all_files, index_stands_for_its_directory, no_listings,
          nothing_outside_the_root, links_and_special_files_are_not_served))
