# SPDX-License-Identifier: BSD-3-Clause
"""ratelimit, which measures itself. The tolerances are wide enough for a machine that is busy with
other things, and far below what would come out without the limits; the total is the sharper one,
since who misses its turn is made up for by others or by the burst."""

import re
import signal

from harness import Program, check, check_usage, main, run


def measure(path, *arguments):
    """(bytes a second of each connection, of all together)."""
    output, _ = run(path, *arguments)
    lines = output.splitlines()
    check(lines[0].startswith("measuring for "), f"printed {lines[0]!r}")
    rates = []
    for number, line in enumerate(lines[1:], 1):
        found = re.fullmatch(r"(connection (\d+)|total) +(\d+) bytes/s"
                             r"(, expected .* within tolerance)?", line)
        check(found and (found[2] is None or int(found[2]) == number), f"printed {line!r}")
        rates.append(int(found[3]))
    check(abs(sum(rates[:-1]) - rates[-1]) <= len(rates), "the total is not the sum")
    return rates[:-1], rates[-1]


def limit_of_each(path):
    rates, _ = measure(path, "-n", "3", "-c", "100000", "-d", "2", "-e", "50")
    check(len(rates) == 3, f"{len(rates)} rates of 3 connections")


def limit_of_one_on_short_ticks(path):
    measure(path, "-n", "1", "-c", "300000", "-k", "20", "-d", "2", "-e", "50")


def limit_of_the_group(path):
    rates, total = measure(path, "-n", "4", "-g", "400000", "-d", "3", "-e", "70")
    check(len(rates) == 4 and 200000 <= total <= 600000, f"{total} bytes a second in all")


def limits_of_each_and_of_the_group(path):
    """Whichever is lower decides."""
    measure(path, "-n", "3", "-c", "50000", "-g", "400000", "-d", "2", "-e", "50")
    _, total = measure(path, "-n", "3", "-c", "400000", "-g", "150000", "-d", "3", "-e", "70")
    check(75000 <= total <= 225000, f"{total} bytes a second in all")


def least_share(path):
    _, total = measure(path, "-n", "8", "-g", "400000", "-s", "4096", "-d", "3", "-e", "90")
    check(200000 <= total <= 600000, f"{total} bytes a second in all")


def no_limit(path):
    rates, total = measure(path, "-n", "2", "-d", "1")
    check(len(rates) == 2 and min(rates) > 0 and total > 0, f"rates {rates}")


def signals_end_it(path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with Program(path, "-d", "3600", "-c", "10000", "-n", "1") as program:
            check(program.read_line() == "measuring for 3600 s", "wrong first line")
            program.process.send_signal(number)
            check(program.finish() == "interrupted\n", "printed rates")


def usage(path):
    check_usage(path, (["-n", "0"], ["-n", "257"], ["-c"], ["-x", "1"], ["-c", "-1"], ["-e", "0"],
                       ["-k", "1"], ["-c", "9", "-k", "100"], ["-g", "9", "-k", "100"], ["--help"],
                       ["-d", "0"]))


if __name__ == "__main__":
    main((limit_of_each, limit_of_one_on_short_ticks, limit_of_the_group,
          limits_of_each_and_of_the_group, least_share, no_limit, signals_end_it, usage))
