# SPDX-License-Identifier: BSD-3-Clause
"""What the drivers here share: a program started as a user would, natively or through the emulator
that Meson names in MESON_EXE_WRAPPER, with a deadline on everything that waits for it.

A driver is `DRIVER.py PROGRAM CASE`; `main()` runs the function of that name. Exit 0 passed, 1
failed, 77 skipped with the reason, for instance that there is no emulator."""

import os
import selectors
import shlex
import subprocess
import sys
import tempfile
import time

# Only a broken program ever waits this long; an emulator on a busy machine does not.
DEADLINE = 50
SKIPPED = 77


class Skipped(Exception):
    """This machine cannot run the case; the text says why."""


def check(condition, text):
    if not condition:
        raise AssertionError(text)


class Program:
    """A running program. As a context manager it is gone at the end, whatever happens."""

    def __init__(self, path, *arguments, env=None, prepare=None, stdin=subprocess.DEVNULL,
                 stdout=subprocess.PIPE):
        self.name = os.path.basename(path)
        self.errors = tempfile.TemporaryFile()
        self.pending = b""
        wrapper = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))
        self.process = subprocess.Popen(
            wrapper + [path, *arguments], stdin=stdin, stdout=stdout, stderr=self.errors,
            env={**os.environ, **(env or {})}, preexec_fn=prepare)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        if kind is not None and kind is not Skipped:
            print(f"{self.name} ended with {self.process.returncode}, stderr:")
            print(self.stderr()[-3000:])
        self.errors.close()

    def stderr(self):
        # At an offset of our own: the program shares the file's.
        size = os.fstat(self.errors.fileno()).st_size
        return os.pread(self.errors.fileno(), size, 0).decode(errors="replace")

    def wait_for_errors(self, enough):
        """What is on standard error once enough(text) is true."""
        end = time.monotonic() + DEADLINE
        while True:
            ended = self.process.poll() is not None
            text = self.stderr()
            if enough(text):
                return text
            check(not ended and time.monotonic() < end,
                  f"{self.name} {'ended after' if ended else 'only'} reported {text[-300:]!r}")
            time.sleep(0.02)

    def read(self, enough):
        """Output until enough(bytes) is true or it ends."""
        data, self.pending = self.pending, b""
        end = time.monotonic() + DEADLINE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not enough(data):
                check(selector.select(max(0, end - time.monotonic())),
                      f"{self.name} printed no more than {data[-200:]!r}")
                more = os.read(self.process.stdout.fileno(), 65536)
                if not more:
                    break
                data += more
        return data

    def read_line(self):
        """The next line without its end; ends the driver if there is none."""
        data = self.read(lambda data: b"\n" in data)
        line, end, self.pending = data.partition(b"\n")
        if not end:
            self.wait()
            raise AssertionError(f"{self.name} ended after {data!r} where a line was expected")
        return line.decode()

    def read_bytes(self, count):
        data = self.read(lambda data: len(data) >= count)
        self.pending = data[count:]
        return data[:count]

    def wait(self):
        """The exit status."""
        status = self.process.wait(timeout=DEADLINE)
        if status == SKIPPED:
            raise Skipped(self.stderr().strip())
        return status

    def finish(self, status=0):
        """The rest of the output, after an end with this exit status."""
        output = self.read(lambda data: False) if self.process.stdout else b""
        ended = self.wait()
        check(ended == status, f"{self.name} ended with {ended} where {status} was expected")
        return output.decode()

    def stop(self, signal):
        """Sends a signal that has to end it cleanly."""
        self.process.send_signal(signal)
        self.finish()

    def cpu_seconds(self):
        """Processor time it has used so far, in user and in kernel mode."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kib(self):
        """Resident memory of its own: the system can take back pages of mapped files."""
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
        raise AssertionError("no RssAnon")

    def check_idle(self, what, seconds=1.0):
        """Watches the processor time for a while; a busy loop takes all that it can get."""
        before = self.cpu_seconds()
        time.sleep(seconds)
        used = self.cpu_seconds() - before
        check(used < 0.1 * seconds, f"{self.name} used {used} s of {seconds} s {what}")


def run(path, *arguments, status=0):
    """Runs a program to its end; (standard output, standard error)."""
    with Program(path, *arguments) as program:
        output = program.finish(status)
        return output, program.stderr()


def check_usage(path, bad):
    """Each list of arguments has to be answered with the usage and status 2."""
    for arguments in bad:
        output, errors = run(path, *arguments, status=2)
        usage = "usage: " + os.path.basename(path)
        check(errors.startswith(usage), f"{arguments}: {errors!r} is no usage")
        check(output == "", f"{arguments}: printed {output!r}")


def main(cases):
    """`cases`: functions that take the program's path."""
    known = {case.__name__: case for case in cases}
    if len(sys.argv) != 3 or sys.argv[2] not in known:
        print(f"usage: {os.path.basename(sys.argv[0])} PROGRAM {'|'.join(known)}")
        sys.exit(2)
    try:
        known[sys.argv[2]](os.path.abspath(sys.argv[1]))
    except Skipped as reason:
        print(f"skipped: {str(reason).removeprefix('skipped: ')}")
        sys.exit(SKIPPED)
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        print(f"{sys.argv[2]}: {type(error).__name__}: {error}")
        sys.exit(1)
    print(f"{sys.argv[2]}: passed")
