# SPDX-License-Identifier: BSD-3-Clause
"""event_rpcgen.py: its grammar, its errors, and that what it writes compiles without a warning.

usage: rpcgen.py GENERATOR CASE --include DIR... --cc COMMAND...
"""

import argparse
import os
import subprocess
import sys
import tempfile

from harness import check

WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Wstrict-prototypes",
            "-Wmissing-prototypes", "-Werror", "-D_DEFAULT_SOURCE"]

GOOD = """/* of all kinds,
   in many lines */
#include <limits.h>
#ifdef NO_SUCH_MACRO
#endif
#if 0
#endif
#define ID_SIZE 16   // bytes
struct none {
}
struct All_Kinds {
  bytes id[ID_SIZE] = 1; bytes four[4]=2 ; optional   bytes any = 0x3;
  int i = 4; optional int64 l = 0xffffffff; string s =
     5;
  struct[later] m = 6; optional struct[All_Kinds] again = 7;
  array int ai = 8; array int64 al = 9; array string as = 10; array struct[later] am = 11; }

struct later {
  optional string // with a comment "in between
    s = 0;
}
"""

# Input, the line that is told, part of what is told.
BAD = [
    ("x\n", 1, "struct NAME {"),
    ("\n\nstruct a\n{\n}\n", 3, "on a line of its own"),
    ("struct a { int x = 1; }\n", 1, "on a line of its own"),
    ("struct a {\n};\n", 2, "follow the '}'"),
    ("struct a {\n int x = 1;\n", 1, "has no end"),
    ("struct a {\n int x = 1\n}\n", 2, "no ';'"),
    ("struct a {\n\n int x = 1; int y = 0x1;\n}\n", 3, "that of 'x' already"),
    ("struct a {\n int x = 1;\n int x = 2;\n}\n", 3, "'x' already"),
    ("struct a {\n}\nstruct a {\n}\n", 3, "'a' already"),
    ("struct a {\n float x = 1;\n}\n", 2, "expected"),
    ("struct a {\n int x;\n}\n", 2, "expected"),
    ("struct a {\n int x = -1;\n}\n", 2, "expected"),
    ("struct a {\n int x = 010;\n}\n", 2, "neither decimal nor hexadecimal"),
    ("struct a {\n int x = 4294967296;\n}\n", 2, "32 bits"),
    ("struct a {\n int x[4] = 1;\n}\n", 2, "only bytes"),
    ("struct a {\n array bytes x = 1;\n}\n", 2, "arrays of bytes"),
    ("struct a {\n array bytes x[4] = 1;\n}\n", 2, "arrays of bytes"),
    ("struct a {\n optional array int x = 1;\n}\n", 2, "either"),
    ("struct a {\n array optional int x = 1;\n}\n", 2, "either"),
    ("struct a {\n struct b x = 1;\n}\n", 2, "expected"),
    ("struct a {\n int x = %s;\n}\n" % ("9" * 5000), 2, "32 bits"),
    ("struct a {\n int x = 1;\n int X = 2;\n}\n", 3, "A_X would be there twice"),
    ("struct a {\n int max_tags = 1;\n}\n", 2, "A_MAX_TAGS would be there twice"),
    ("struct a_b {\n int c = 1;\n}\nstruct a {\n int b_c = 1;\n}\n", 5, "A_B_C would be there twice"),
    ("struct Foo {\n}\nstruct foo {\n}\n", 3, "differs in case alone"),
    ("struct int {\n}\n", 1, "no struct can have the name 'int'"),
    ("struct string {\n}\n", 1, "no struct can have the name 'string'"),
    ("struct a {\n bytes c[1x] = 1;\n}\n", 2, "expected"),
    ("struct a {\n#define X 1\n int x = 1;\n}\n", 3, None),
    ("#ifndef X\n", 1, "directives"),
    ("#pragma once\n", 1, "directives"),
    ("struct a {\n}\n/* open\n\n", 3, "no end"),
]


def generate(generator, folder, text, *names, status=0):
    """What it has printed, of an input with this text."""
    source = os.path.join(folder, "input.rpc")
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([sys.executable, "-B", generator, *names[:1], source,
                           *(os.path.join(folder, name) for name in names[1:])],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    check(done.returncode == status, f"status {done.returncode}: {done.stderr}")
    check("Traceback" not in done.stderr, done.stderr)
    return done.stdout, done.stderr


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def output_compiles(generator, options):
    for text in (GOOD, "", "struct a {\n}\n", "struct a {\n int x = 1;\n}\n",
                 "struct a {\n array struct[b] x = 1;\n}\nstruct b {\n array string s = 1;\n}\n",
                 "struct a {\n bytes x[3] = 1;\n}\n", "struct a {\n optional bytes x = 1;\n}\n",
                 "struct a {\n optional struct[a] x = 1;\n}\n"):
        with tempfile.TemporaryDirectory() as folder:
            output, _ = generate(generator, folder, text, "--quiet", "o.h", "o.c")
            check(output == "", output)
            for mode in ([], ["-x", "c++", "-std=c++11"]):
                flags = [flag for flag in WARNINGS if not mode or "prototypes" not in flag
                         and not flag.startswith("-std")]
                done = subprocess.run(
                    options.cc + flags + mode + ["-fsyntax-only"]
                    + ["-I" + include for include in options.include]
                    + [os.path.join(folder, "o.c")], stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, text=True, check=False)
                check(done.returncode == 0, f"{text}\n{done.stdout[:3000]}")


def messages_of_other_files(generator, options):
    with tempfile.TemporaryDirectory() as folder:
        generate(generator, folder, "struct b {\n string s = 1;\n}\n", "--quiet", "b.h", "b.c")
        generate(generator, folder, '#include "b.h"\nstruct a {\n struct[b] x = 1;\n'
                 " array struct[b] y = 2;\n}\n", "--quiet", "a.h", "a.c")
        for name in ("a.c", "b.c"):
            done = subprocess.run(options.cc + WARNINGS + ["-fsyntax-only", os.path.join(folder, name)]
                                  + ["-I" + include for include in options.include],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  check=False)
            check(done.returncode == 0, done.stdout[:3000])


def directives_are_passed_on(generator, _):
    with tempfile.TemporaryDirectory() as folder:
        generate(generator, folder, GOOD, "--quiet", "o.h", "o.c")
        source, header = read(folder, "o.c"), read(folder, "o.h")
        for line in ("#include <limits.h>", "#ifdef NO_SUCH_MACRO", "#if 0", "#endif"):
            check("\n" + line + "\n" in source, f"{line} is not in the C file")
        check("\n#define ID_SIZE 16\n" in header, "the #define is not in the header")
        check("\n#ifndef EVENT_RPCOUT_O_H_\n" in header, "another guard")
        for name in ("enum all_kinds_ {", "ALL_KINDS_L = 4294967295,", "ALL_KINDS_MAX_TAGS",
                     "struct All_Kinds_access_ {", "struct All_Kinds_access_ *base;",
                     "ev_uint8_t id_data[ID_SIZE];", "int am_num_allocated;"):
            check(name in header, f"{name} is not in the header")


def outputs_are_named(generator, _):
    with tempfile.TemporaryDirectory() as folder:
        output, _ = generate(generator, folder, GOOD)
        check("input.gen.c" in output, output)
        check(sorted(os.listdir(folder)) == ["input.gen.c", "input.gen.h", "input.rpc"],
              f"{os.listdir(folder)}")
        generate(generator, folder, GOOD, "--quiet", "other.c")
        check('#include "other.h"' in read(folder, "other.c"), "another header")
        for names in (["--quiet", "a.h", "b.c", "c.c"], ["--quiet", "a.c", "b.h"], ["--quiet", "a.x"],
                      ["--what"]):
            _, errors = generate(generator, folder, GOOD, *names, status=2)
            check(errors.startswith("usage: "), errors)


def names_of_files_are_any_bytes(generator, _):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(os.fsencode(folder), b"\xff.rpc")
        with open(source, "wb") as file:
            file.write(b"struct a {\n int x = 1;\n}\n")
        done = subprocess.run([sys.executable, "-B", generator, source], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        check(done.returncode == 0 and not done.stderr, f"{done}")
        with open(source.replace(b".rpc", b".gen.c"), "rb") as file:
            check(b'#include "\xff.gen.h"\n' in file.read(), "another header")


def errors_name_their_line(generator, _):
    for text, line, part in BAD:
        with tempfile.TemporaryDirectory() as folder:
            output, errors = generate(generator, folder, text, "--quiet", "o.h", "o.c", status=1)
            check(output == "" and errors.count("\n") == 1, f"{text!r}: {output}{errors}")
            if part:
                check(f"input.rpc:{line}: " in errors and part in errors, f"{text!r}: {errors}")
            check(os.listdir(folder) == ["input.rpc"], f"{text!r} has left something")
    done = subprocess.run([sys.executable, "-B", generator, "/nowhere/at.rpc"], stderr=subprocess.PIPE,
                          text=True, check=False)
    check(done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("generator")
    parser.add_argument("case")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--cc", nargs=argparse.REMAINDER, default=[])
    options = parser.parse_args()
    cases = {case.__name__: case for case in (
        output_compiles, messages_of_other_files, directives_are_passed_on, outputs_are_named,
        names_of_files_are_any_bytes, errors_name_their_line)}
    cases[options.case](options.generator, options)
    print(f"{options.case}: passed")


try:
    main()
except AssertionError as failure:
    sys.exit(f"failed: {failure}")
