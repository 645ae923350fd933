# SPDX-License-Identifier: BSD-3-Clause
"""Every public header compiles alone, as C99 and as C++, without a warning.

usage: headers_alone.py SOURCE_ROOT --build-dir DIR --cc COMMAND... --cxx COMMAND...
       headers_alone.py --self-test [--cc COMMAND... --cxx COMMAND...]

Looks at include/*.h, include/event2/*.h and include/evlet/*.h, and at nothing that is generated.
The program that includes a header may be one that asks its C library for no extensions, so the C
API is also compiled as plain C99. include/evlet/ declares the port and is compiled with the types
of the port that the build has chosen. --cxx may be left out where there is no C++ compiler.
"""

import glob
import json
import os
import shlex
import subprocess
import sys
import tempfile

import lintlib

WARNINGS = ["-fsyntax-only", "-pedantic", "-Wall", "-Wextra", "-Wundef", "-Wshadow", "-Werror"]
C_ONLY = ["-Wstrict-prototypes", "-Wmissing-prototypes"]
C_MODES = [["-std=c99", "-D_DEFAULT_SOURCE"], ["-std=c99"], ["-std=gnu11"]]
# Types of a port come from system headers that plain C99 hides.
C_MODES_OF_PORT = [["-std=c99", "-D_DEFAULT_SOURCE"], ["-std=gnu11"]]
CXX_MODES = [["-std=c++11"], ["-std=c++17"]]

# As little as the headers need, for the self-test.
CONFIG = "#define EVENT__HAVE_SYS_TIME_H 1\n"


def build_options(build_dir):
    """Options of the build that change what a compiler sees: {name: value}."""
    path = os.path.join(build_dir, "meson-info", "intro-buildoptions.json")
    try:
        with open(path, encoding="utf-8") as file:
            return {option["name"]: option["value"] for option in json.load(file)}
    except FileNotFoundError:
        return {}


def run(command, source):
    done = subprocess.run(command + ["-"], input=source, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    return done.returncode, done.stdout


def port_folder(root, options, cc):
    """Where evlet_port_types.h of this build is."""
    port = options.get("port", "auto")
    if port == "external":
        return options["port-include"]
    if port == "auto":
        _, macros = run(cc + ["-x", "c", "-dM", "-E"], "")
        port = "linux" if "#define __linux__ " in macros else "posix"
    return os.path.join(root, "ports", port)


def compile_alone(header, compiler, language, mode, includes):
    # A second inclusion must be harmless; the declaration is there because C wants one.
    source = "#include <%s>\n#include <%s>\nextern int nothing;\n" % (header, header)
    flags = WARNINGS + (C_ONLY if language == "c" else []) + ["-x", language]
    command = compiler + mode + flags + ["-I" + folder for folder in includes]
    status, output = run(command, source)
    if status == 0:
        return []
    first = [line for line in output.splitlines() if "error" in line] or [output.strip()]
    return ["include/%s, %s %s: %s" % (header, language, " ".join(mode), first[0])]


def check(root, build_dir, cc, cxx):
    options = build_options(build_dir)
    c_args, cpp_args = options.get("c_args", []), options.get("cpp_args", [])
    includes = [os.path.join(root, "include"), os.path.join(build_dir, "include")]
    findings, headers = [], 0
    for path in sorted(glob.glob(os.path.join(root, "include", "**", "*.h"), recursive=True)):
        header = os.path.relpath(path, includes[0]).replace(os.sep, "/")
        headers += 1
        of_port = header.startswith("evlet/")
        folders = includes + ([port_folder(root, options, cc)] if of_port else [])
        for mode in C_MODES_OF_PORT if of_port else C_MODES:
            findings += compile_alone(header, cc, "c", c_args + mode, folders)
        for mode in CXX_MODES if cxx else []:
            findings += compile_alone(header, cxx, "c++", cpp_args + mode, folders)
    if headers == 0:
        findings.append("no header below include/")
    return findings


def self_test(cc, cxx):
    good = "#ifndef A_H\n#define A_H\n#include <event2/event-config.h>\n%s\n#endif\n"
    guarded = '#ifdef __cplusplus\nextern "C" {\n#endif\n%s\n#ifdef __cplusplus\n}\n#endif\n'
    samples = [
        ("good", {"include/event2/a.h": good % guarded % "int f(int x);"}, None),
        ("needs another header", {"include/event2/a.h": good % "int f(size_t x);"}, "size_t"),
        ("extension of GNU C",
         {"include/a.h": good % "inline int f(void) { return typeof(1)(2); }"}, "include/a.h, c"),
        ("C++ keyword", {"include/event2/a.h": good % "int f(int class);"}, "c++"),
        ("warns", {"include/a.h": good % "#if NOT_DEFINED\n#endif"}, "NOT_DEFINED"),
        ("no guard", {"include/a.h": "struct s { int x; };\n"}, "redefinition"),
        ("old prototype", {"include/a.h": good % "int f();"}, "prototype"),
        ("needs an extension",
         {"include/a.h": good % "#include <time.h>\n"
          "static inline int f(struct timespec *t) { return t->tv_sec != 0; }"},
         "c -std=c99:"),
        ("port", {"include/evlet/a.h": good % "#include <evlet_port_types.h>\nlock *f(void);",
                  "ports/linux/evlet_port_types.h": "typedef int lock;\n",
                  "ports/posix/evlet_port_types.h": "typedef int lock;\n"}, None),
        ("port lacks a type",
         {"include/evlet/a.h": good % "#include <evlet_port_types.h>\nx *f(void);",
          "ports/linux/evlet_port_types.h": "\n", "ports/posix/evlet_port_types.h": "\n"},
         "include/evlet/a.h"),
        ("nothing there", {"src/a.c": ""}, "no header"),
    ]

    def check_tree(root):
        build = os.path.join(root, "build")
        lintlib.make_tree(build, {"include/event2/event-config.h": CONFIG})
        return check(root, build, cc, cxx)
    return lintlib.self_test(check_tree, samples)


def words_after(name, default):
    """The words of argv from `name` to the next of our own options."""
    if name not in sys.argv:
        return default
    words = []
    for word in sys.argv[sys.argv.index(name) + 1:]:
        if word in ("--cc", "--cxx", "--build-dir", "--self-test"):
            break
        words.append(word)
    return words


def main():
    is_self_test = "--self-test" in sys.argv
    cc = words_after("--cc", shlex.split(os.environ.get("CC", "cc")) if is_self_test else None)
    cxx = words_after("--cxx", shlex.split(os.environ.get("CXX", "c++")) if is_self_test else None)
    if is_self_test:
        return self_test(cc, cxx)
    build_dir = words_after("--build-dir", None)
    if len(sys.argv) < 2 or not cc or not build_dir:
        print(__doc__)
        return 2
    findings = check(sys.argv[1], build_dir[0], cc, cxx)
    for finding in findings:
        print(finding)
    print("%d findings" % len(findings))
    return 1 if findings else 0


sys.exit(main())
