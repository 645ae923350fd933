# SPDX-License-Identifier: BSD-3-Clause
"""event-read-fifo, with real pipes in a folder of its own."""

import contextlib
import os
import random
import signal
import stat
import tempfile
import threading

from harness import Program, check, check_usage, main, run


@contextlib.contextmanager
def reader(path):
    """(program, path of its pipe), once it reads."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, "pipe")
        with Program(path, pipe) as program:
            check(program.read_line() == f"reading {pipe}", "wrong first line")
            yield program, pipe


def write(pipe, data):
    with open(pipe, "wb") as file:
        file.write(data)


def writers_come_and_go(path):
    with reader(path) as (program, pipe):
        mode = os.stat(pipe).st_mode
        check(stat.S_ISFIFO(mode), "not a pipe")
        check(stat.S_IMODE(mode) & 0o077 == 0, "others may read or write the pipe")
        for text in (b"first\n", b"second\n", b"no end of line, \0 inside"):
            write(pipe, text)
            check(program.read_bytes(len(text)) == text, f"{text!r} did not come back")
        program.check_idle("after the last writer had left")
        program.stop(signal.SIGINT)
        check(not os.path.exists(pipe), "the pipe is still there")


def much_data(path):
    data = random.Random(1).randbytes(300000)
    with reader(path) as (program, pipe):
        writer = threading.Thread(target=write, args=(pipe, data), daemon=True)
        writer.start()
        check(program.read_bytes(len(data)) == data, "other bytes than were written")
        writer.join()
        program.stop(signal.SIGINT)


def sigterm_removes_the_pipe(path):
    with reader(path) as (program, pipe):
        program.stop(signal.SIGTERM)
        check(not os.path.exists(pipe), "the pipe is still there")


def closed_output_ends_it(path):
    """It must neither read on for nobody nor die of SIGPIPE before it has cleaned up."""
    with reader(path) as (program, pipe):
        program.process.stdout.close()
        write(pipe, b"lost\n")
        check(program.wait() == 1, "did not end with an error of its own")
        check(not os.path.exists(pipe), "the pipe is still there")


def existing_file_is_left_alone(path):
    with tempfile.TemporaryDirectory() as folder:
        mine = os.path.join(folder, "mine")
        write(mine, b"precious")
        output, errors = run(path, mine, status=1)
        check(output == "" and mine in errors, f"printed {output!r}, {errors!r}")
        with open(mine, "rb") as file:
            check(file.read() == b"precious", "the file was changed")


def missing_folder(path):
    with tempfile.TemporaryDirectory() as folder:
        _, errors = run(path, os.path.join(folder, "nowhere", "pipe"), status=1)
        check("No such file" in errors, f"printed {errors!r}")


def usage(path):
    check_usage(path, ([], ["-x"], [""], ["a", "b"]))


if __name__ == "__main__":
    main((writers_come_and_go, much_data, sigterm_removes_the_pipe, closed_output_ends_it,
          existing_file_is_left_alone, missing_folder, usage))
