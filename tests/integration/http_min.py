# SPDX-License-Identifier: BSD-3-Clause
"""http-min with real clients over loopback."""

import re
import signal

from harness import check, check_usage, main, run
from http_peer import ask, head_of, read_answer
from peers import connect, in_parallel, listening, reset


def visitor(answer):
    answer.expect(200, Content_Type="text/html; charset=utf-8",
                  Content_Length=str(len(answer.body)))
    return int(re.search(rb"visitor number (\d+)\.", answer.body)[1])


def killed(program):
    """It runs until somebody ends it."""
    program.process.send_signal(signal.SIGTERM)
    program.finish(-signal.SIGTERM)


def page_counts_visitors(path):
    with listening(path, "0") as (program, port):
        for number in range(1, 4):
            check(visitor(ask(port)) == number, f"visitor {number} is another")
        with connect(port) as client:  # several on one connection
            for number in range(4, 8):
                client.sendall(head_of("GET", "/?x"))
                check(visitor(read_answer(client)) == number, f"visitor {number} is another")
        killed(program)


def only_the_page_is_there(path):
    with listening(path, "0") as (program, port):
        ask(port, "/favicon.ico").expect(404)
        ask(port, "/../").expect(404)
        check(ask(port, "/", "HEAD").status == 200, "no HEAD")
        ask(port, "/", "DELETE").expect(405)
        ask(port, "/", "BREW").expect(501)
        ask(port, "/", "GET", body=b"x").expect(413)
        ask(port, host=None).expect(400)
        check(visitor(ask(port)) == 2, "something else was counted")
        killed(program)


def crowds_and_strangers(path):
    def one(number):
        for _ in range(10):
            seen.append(visitor(ask(port)))

    seen = []
    with listening(path, "0") as (program, port):
        for _ in range(10):
            client = connect(port)
            client.sendall(b"GET / HTT")
            reset(client)
        in_parallel(8, one)
        check(sorted(seen) == list(range(1, 81)), "not each was counted once")
        program.check_idle("with nothing to do")
        killed(program)


def port_in_use(path):
    with listening(path, "0") as (program, port):
        output, errors = run(path, str(port), status=1)
        check(output == "" and "in use" in errors, f"printed {errors!r}")
        killed(program)


def usage(path):
    check_usage(path, (["x"], ["-1"], ["65536"], ["80 "], ["1", "2"], [""], ["9" * 20]))


if __name__ == "__main__":
    main((page_counts_visitors, only_the_page_is_there, crowds_and_strangers, port_in_use, usage))
