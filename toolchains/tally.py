# SPDX-License-Identifier: BSD-3-Clause
"""Reads one testlog.json of `meson test` and adds it up. Called by suites/ as

    meson runpython tally.py TESTLOG LABEL RESULTS [show]

With "show", for benchmarks, prints what every program wrote. Prints what failed, with the end of its output, and what was skipped, with the reason. Appends one
line "passed failed skipped" to RESULTS and the skipped tests to RESULTS.skipped. A log that is
missing, broken or without tests counts as one failure: silence is not success.
"""

import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}
TAIL_LINES = 40


def read_tests(path):
    with open(path, encoding="utf-8", errors="replace") as log:
        return [json.loads(line) for line in log if line.strip()]


def output_of(test):
    return "\n".join(part for part in (test.get("stdout"), test.get("stderr")) if part)


def skip_reason(test):
    """The line that says so, else the last line written, else that there is none."""
    lines = [line.strip() for line in output_of(test).splitlines() if line.strip()]
    for line in lines:
        if line.lower().startswith("skip"):
            return line.split(":", 1)[1].strip() if ":" in line else line
    return lines[-1] if lines else "no reason printed"


def show_failure(label, test):
    print(f"FAILED {label}: {test['name']} ({test['result']}, exit {test.get('returncode')})")
    for line in output_of(test).splitlines()[-TAIL_LINES:]:
        print(f"    {line}")


def main():
    log_path, label, results_path = sys.argv[1:4]
    show = sys.argv[4:] == ["show"]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    skipped = []
    try:
        tests = read_tests(log_path)
    except (OSError, ValueError, KeyError) as error:
        print(f"FAILED {label}: no readable test log: {error}")
        tests = None
    for test in tests or []:
        if show:
            print(f"-- {test['name']}\n{output_of(test).rstrip()}")
        if test["result"] in PASSED:
            counts["passed"] += 1
        elif test["result"] in SKIPPED:
            counts["skipped"] += 1
            skipped.append(f"{label}: {test['name']}: {skip_reason(test)}")
        else:
            counts["failed"] += 1
            show_failure(label, test)
    if not tests:
        counts["failed"] += 1
        if tests is not None:
            print(f"FAILED {label}: the build has no tests")
    print("{0}: {passed} passed, {failed} failed, {skipped} skipped".format(label, **counts))
    with open(results_path, "a", encoding="utf-8") as results:
        results.write("{passed} {failed} {skipped}\n".format(**counts))
    with open(results_path + ".skipped", "a", encoding="utf-8") as listing:
        listing.writelines(line + "\n" for line in skipped)


main()
