# SPDX-License-Identifier: BSD-3-Clause
"""C++ without its runtime, seen from a program: nothing that is linked to Evlet holds or asks for
libstdc++, and a C compiler driver alone links all of the library.

    link_c.py programs PROGRAM... --readelf READELF --nm NM [--sanitized]
    link_c.py link --readelf READELF --nm NM [--sanitized] --build BUILD_DIR --source C_FILE
                   --include DIR... --archive FILE... --cc COMMAND...
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

import harness

NEEDED = re.compile(r"\(NEEDED\)[^\[]*\[(?P<name>[^\]]*)\]")
RUNTIME_LIBRARY = re.compile(r"^lib(stdc\+\+|c\+\+|c\+\+abi|supc\+\+)\.")
# Of C++'s runtime only. A static C library has unwinding and __cxa_atexit of its own.
RUNTIME_SYMBOL = re.compile(r"^(_ZSt|_ZNK?St|_ZNSs|_Zn[wa][jm]|_Zd[la]Pv|_ZTVN10__cxxabiv"
                            r"|__gxx_personality|__cxa_(throw|guard|pure|begin|rethrow))")


def output_of(command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False)
    harness.check(result.returncode == 0, f"{' '.join(command)} failed:\n{result.stdout[-3000:]}")
    return result.stdout


def check_program(path, tools):
    for match in NEEDED.finditer(output_of([tools.readelf, "-d", path])):
        harness.check(not RUNTIME_LIBRARY.match(match["name"]), f"{path} needs {match['name']}")
    if tools.sanitized:
        return
    symbols = [line.split()[-1] for line in output_of([tools.nm, path]).splitlines() if line]
    # Shows that there is something to find, if there is.
    harness.check("main" in symbols, f"{path} has no symbol main: stripped?")
    found = sorted(filter(RUNTIME_SYMBOL.match, symbols))
    harness.check(not found, f"{path} has {', '.join(found[:5])} of the C++ runtime")


def link(tools):
    """Compiles and links with the C driver, keeping all objects, and runs what came out."""
    # Below the build directory, from which the wrapper of a cross build finds its way.
    with tempfile.TemporaryDirectory(prefix="link-c-", dir=tools.build) as folder:
        program = os.path.join(folder, "link-c")
        includes = ["-I" + path for path in tools.include]
        output_of([*tools.cc, *includes, "-o", program, tools.source, "-Wl,--whole-archive",
                   *tools.archive, "-Wl,--no-whole-archive", "-Wl,--no-undefined"])
        check_program(program, tools)
        output, _ = harness.run(program)
        print(output, end="")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=("programs", "link"))
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--readelf", required=True)
    parser.add_argument("--nm", required=True)
    # A sanitizer brings symbols of C++ into any program; what is needed at run time still counts.
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--build")
    parser.add_argument("--source")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--archive", action="append", default=[])
    parser.add_argument("--cc", nargs=argparse.REMAINDER)
    tools = parser.parse_args()
    try:
        if tools.action == "link":
            link(tools)
        else:
            harness.check(tools.programs, "no program was given")
            for path in tools.programs:
                check_program(path, tools)
    except harness.Skipped as reason:
        print(f"skipped: {str(reason).removeprefix('skipped: ')}")
        return harness.SKIPPED
    except AssertionError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
