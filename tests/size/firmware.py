# SPDX-License-Identifier: BSD-3-Clause
"""What Evlet costs without an operating system: flash, static memory, arena and stack of firmwares.

    meson runpython tests/size/firmware.py BUILD_DIR [--self-test]

BUILD_DIR is a build for a board (cross/cortex-m3.ini) with the examples, compiled with
-fcallgraph-info=su so that GCC leaves beside each object who calls whom and how large each frame is. The
least firmware is read, the firmware that measures is run under qemu, and all is held against
firmware.json. Frames of the C library are not known and count as 0; calls through pointers are the
program's callbacks, and end a path; a log line is printed with vsnprintf(), so paths into the log are
left out and shown apart.

Exit 0 within budget, 1 over budget or broken, 77 with the reason where there is no emulator.
"""

import argparse
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BOARD = "arm-none-eabi:mps2-an385"
SKIPPED = 77
FLASH = (".text", ".ARM.extab", ".ARM.exidx", ".data")
STATIC_RAM = (".stack", ".data", ".bss")
NODE = re.compile(r'^node: \{ title: "([^"]*)" label: "([^"]*)"')
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"')
FRAME = re.compile(r"\\n(\d+) bytes \((\w+)")
LOG = re.compile(r"^_ZN5evlet3log")
LOOP = "event_base_loop"


class Broken(Exception):
    """A step failed; the text says which and how."""


class Skipped(Exception):
    """This machine cannot measure; the text says why."""


def run(command, timeout=300):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, timeout=timeout, check=False)
    if result.returncode == SKIPPED:
        raise Skipped(result.stderr.strip())
    if result.returncode != 0:
        raise Broken(f"{' '.join(command)}\n{result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def sections(text):
    """{section: bytes} of `size -A`."""
    found = {}
    for line in text.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[0].startswith(".") and parts[1].isdigit():
            found[parts[0]] = int(parts[1])
    return found


def read_graph(texts):
    """({function: frame in bytes}, {function: functions it calls}). The title of a function that only
    its file sees has the file's name before it; the rest is unique in Evlet."""
    frames, calls = {}, {}
    for text in texts:
        for line in text.splitlines():
            node = NODE.match(line)
            if node:
                frame = FRAME.search(node.group(2))
                if frame:
                    frames[node.group(1)] = int(frame.group(1))
                    if frame.group(2) != "static":
                        raise Broken(f"{node.group(1)} has a frame of unknown size")
            edge = EDGE.match(line)
            if edge:
                calls.setdefault(edge.group(1), set()).add(edge.group(2))
    return frames, calls


def deepest(function, frames, calls, leave_out, path=()):
    """(bytes, [function, ...]) of the deepest path from `function` on; a circle is walked once."""
    best = (0, [])
    for callee in sorted(calls.get(function, ())):
        if callee in path or callee == function or leave_out(callee):
            continue
        below = deepest(callee, frames, calls, leave_out, path + (function,))
        if below[0] > best[0]:
            best = below
    return frames.get(function, 0) + best[0], [function] + best[1]


def measure_stack(build):
    files = glob.glob(os.path.join(build, "src", "**", "*.ci"), recursive=True)
    if not files:
        raise Broken("no call graphs: build with -Dc_args=-fcallgraph-info=su, and cpp_args")
    texts = []
    for path in files:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    frames, calls = read_graph(texts)
    if LOOP not in frames:
        raise Broken(f"the call graphs do not know {LOOP}()")
    without_log = deepest(LOOP, frames, calls, LOG.search)
    with_log = deepest(LOOP, frames, calls, lambda name: False)
    return frames, without_log, with_log


def measure(build):
    """All figures, and lines that explain them."""
    examples = os.path.join(build, "examples", "baremetal")
    found = sections(run(["arm-none-eabi-size", "-A", os.path.join(examples, "firmware-minimal")]))
    figures = {
        "flash": sum(found.get(name, 0) for name in FLASH),
        "static_ram": sum(found.get(name, 0) for name in STATIC_RAM),
    }
    printed = run([os.path.join(ROOT, "toolchains", "run-qemu"), BOARD,
                   os.path.join(build, "tests", "firmware", "firmware-measure")])
    figures.update({key: int(value) for key, value in (line.split()
                                                       for line in printed.splitlines())})
    frames, without_log, with_log = measure_stack(build)
    figures["stack_path"] = without_log[0]
    figures["stack_path_with_log"] = with_log[0]
    notes = ["deepest path: " + " > ".join(f"{name.split(':')[-1]} {frames.get(name, 0)}"
                                           for name in without_log[1])]
    return figures, notes


def table(figures, budgets):
    """Markdown, and the names of the budgets that do not hold."""
    rows = ["| what | Evlet | budget | |", "|---|---|---|---|"]
    over = []
    for budget in budgets:
        value = figures[budget["key"]]
        verdict = "ok" if value <= budget["target"] else "over target"
        if value > budget["limit"]:
            verdict = "OVER"
            over.append(budget["name"])
        rows.append(f"| {budget['name']} | {value} | {budget['target']} | {verdict} |")
    known = {budget["key"] for budget in budgets}
    for key in sorted(set(figures) - known):
        rows.append(f"| {key} | {figures[key]} | | |")
    return "\n".join(rows), over


def self_test():
    frames, calls = read_graph([
        'node: { title: "a" label: "a\\nx.c:1:1\\n16 bytes (static)\\n0 dynamic objects" }\n'
        'node: { title: "x.c:b" label: "b\\nx.c:2:1\\n40 bytes (static)\\n0 dynamic objects" }\n'
        'node: { title: "c" label: "c\\nbuilt-in" shape : ellipse }\n'
        'edge: { sourcename: "a" targetname: "x.c:b" label: "x.c:3:1" }\n'
        'edge: { sourcename: "a" targetname: "c" }\n'
        'edge: { sourcename: "x.c:b" targetname: "a" }\n'])
    assert frames == {"a": 16, "x.c:b": 40}
    assert deepest("a", frames, calls, lambda name: False) == (56, ["a", "x.c:b"])
    assert deepest("a", frames, calls, lambda name: name == "x.c:b") == (16, ["a"])
    assert sections("f  :\nsection size addr\n.text 12 0\n.bss 3 536\nTotal 15\n") == {
        ".text": 12, ".bss": 3}
    text, over = table({"k": 5, "more": 1}, [{"key": "k", "name": "n", "target": 3, "limit": 4}])
    assert over == ["n"] and "| n | 5 | 3 | OVER |" in text and "| more | 1 | | |" in text
    return 0


def main():
    parser = argparse.ArgumentParser(description="size budgets without an operating system")
    parser.add_argument("build", nargs="?")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    with open(os.path.join(HERE, "firmware.json"), encoding="utf-8") as file:
        budgets = json.load(file)
    try:
        figures, notes = measure(os.path.abspath(options.build))
    except Skipped as reason:
        print(reason, file=sys.stderr)
        return SKIPPED
    except (Broken, OSError, subprocess.TimeoutExpired) as error:
        print(f"firmware: {error}")
        return 1
    text, over = table(figures, budgets)
    print("\n".join(notes))
    print(text)
    for name in over:
        print(f"over budget: {name}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
