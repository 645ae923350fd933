# SPDX-License-Identifier: BSD-3-Clause
"""signal-test, under real signals."""

import signal

from harness import Program, check, check_usage, main


def ends_on_the_third(path):
    with Program(path) as program:
        check(program.read_line() == "waiting for SIGINT", "wrong first line")
        for count in (1, 2, 3):
            program.process.send_signal(signal.SIGINT)
            line = program.read_line()
            check(line == f"signal {int(signal.SIGINT)}: {count} of 3", f"printed {line!r}")
        check(program.finish() == "", "printed more than was asked for")


def other_signals_keep_their_meaning(path):
    with Program(path) as program:
        program.read_line()
        program.process.send_signal(signal.SIGINT)
        program.read_line()
        program.process.send_signal(signal.SIGTERM)
        program.finish(-signal.SIGTERM)


def waits_without_spinning(path):
    with Program(path) as program:
        program.read_line()
        program.process.send_signal(signal.SIGINT)
        program.read_line()
        program.check_idle("waiting for a signal")


def usage(path):
    check_usage(path, (["x"], ["-1"]))


if __name__ == "__main__":
    main((ends_on_the_third, other_signals_keep_their_meaning, waits_without_spinning, usage))
