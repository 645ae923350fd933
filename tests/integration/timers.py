# SPDX-License-Identifier: BSD-3-Clause
"""The programs that need nothing but time: hello-timer, time-test, watch-timing. None of the checks
asks for speed: ticks may come late, never early."""

import re
import time

from harness import check, check_usage, main, run


def hello_prints_each_second(path):
    start = time.monotonic()
    output, _ = run(path, "2")
    check(output == "hello\nhello\n", f"printed {output!r}")
    check(time.monotonic() - start >= 2, "two seconds were over too early")


def hello_usage(path):
    check_usage(path, (["0"], ["-1"], ["x"], ["2x"], [""], ["99999999999999999999"], ["1", "2"]))


def read_ticks(path, *options):
    count, interval = 5, 60000
    output, _ = run(path, "-n", str(count), "-i", str(interval // 1000), *options)
    ticks = re.findall(r"^tick (\d+): after (\d+) us, (-?\d+) us late$", output, re.MULTILINE)
    check(len(ticks) == count == output.count("\n"), f"{count} lines were expected: {output!r}")
    last = 0
    for number, (tick, after, late) in enumerate(ticks, 1):
        check(int(tick) == number, f"tick {tick} came as number {number}")
        check(int(after) == number * interval + int(late), f"tick {tick}: sum is wrong")
        check(int(late) >= 0, f"tick {tick} came {-int(late)} us early")
        check(int(after) > last, f"tick {tick} is not after the one before")
        last = int(after)


def one_shot(path):
    read_ticks(path)


def persistent(path):
    read_ticks(path, "-p")


def common_timeout(path):
    read_ticks(path, "-c")


def persistent_common_timeout(path):
    read_ticks(path, "-p", "-c")


def time_usage(path):
    check_usage(path, (["-x"], ["-n"], ["-n", "0"], ["-i", "-5"], ["-n", "5x"], ["5"]))


HEAD = re.compile(r"^(?P<title>[\w ]+): (?P<count>\d+) samples, p50 (?P<p50>\d+) us, "
                  r"p90 (?P<p90>\d+) us, p99 (?P<p99>\d+) us, max (?P<max>\d+) us$")
ROW = re.compile(r"^  up to +(?P<bound>\d+) us +(?P<count>\d+) #*$")


def read_histograms(output):
    """{title: (numbers of the first line, {upper bound: count})}"""
    histograms, rows = {}, {}
    for line in output.splitlines():
        head, row = HEAD.match(line), ROW.match(line)
        check(head or row, f"no line of a histogram: {line!r}")
        if head:
            rows = {}
            numbers = {key: int(value) for key, value in head.groupdict().items()
                       if key != "title"}
            histograms[head["title"]] = (numbers, rows)
        else:
            rows[int(row["bound"])] = int(row["count"])
    return histograms


def loop_is_measured(path):
    ticks, work = 30, 2000
    output, _ = run(path, "-n", str(ticks), "-i", "5", "-w", str(work))
    histograms = read_histograms(output)
    check(set(histograms) == {"waits late by", "callbacks took"}, f"printed {output!r}")
    for title, (numbers, rows) in histograms.items():
        check(sum(rows.values()) == numbers["count"], f"{title}: rows do not add up")
        check(numbers["p50"] <= numbers["p90"] <= numbers["p99"] <= numbers["max"],
              f"{title}: percentiles out of order")
        check(numbers["max"] <= max(rows), f"{title}: the maximum is in no row")
    waits, _ = histograms["waits late by"]
    check(waits["count"] >= ticks, "fewer waits than ticks")
    # The last callback ends the loop, and no wait comes after it.
    _, rows = histograms["callbacks took"]
    worked = sum(count for bound, count in rows.items() if bound >= work)
    check(worked >= ticks - 1, f"{worked} turns took the time that {ticks} callbacks worked")


def watch_usage(path):
    check_usage(path, (["-x", "1"], ["-n"], ["-n", "0"], ["-i", "0"], ["-w", "-1"], ["1"]))


if __name__ == "__main__":
    main((hello_prints_each_second, hello_usage, one_shot, persistent, common_timeout,
          persistent_common_timeout, time_usage, loop_is_measured, watch_usage))
