# SPDX-License-Identifier: BSD-3-Clause
"""Compares functions with data/symbols.txt.

symbols.py --declared TABLE [OPTIONS] HEADER_PATH...
    The headers declare each function the table has for them, and no other.
symbols.py --exported TABLE [OPTIONS] --nm NM --library NAME --static|--shared FILE
           --allowed EXTRAS HEADER_PATH...
    The library exports each function the table has for it and none of another library's; a shared
    one exports nothing else than functions of the API and what EXTRAS allows. Functions of headers
    that are not given are left out, and this is said.
symbols.py --self-test

OPTIONS: --no-threads, --no-mem-hooks: what they take away must be absent.
"""

import argparse
import re
import subprocess
import sys

import paritylib

IN_22 = ("2.2", "2.1+2.2")

# Declared in place of a macro where the platform has nothing to expand it to; not on POSIX.
DECLARED_ELSEWHERE = {"evutil_gettimeofday", "evutil_socket_geterror",
                      "evutil_socket_error_to_string", "evthread_use_windows_threads"}


def is_taken_away(row, arguments):
    option = paritylib.left_out_by(row.header, row.name)
    return (option == "EVENT__DISABLE_THREAD_SUPPORT" and arguments.no_threads
            or option == "EVENT__DISABLE_MM_REPLACEMENT" and arguments.no_mem_hooks)


def declared_names(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"^\s*#\s*define\b(?:\\\n|[^\n])*", " ", text, flags=re.MULTILINE)
    return re.findall(r"\bEVENT2_(?:CORE_)?EXPORT_SYMBOL\b[^;{]*?\b(\w+)\s*\(", text)


def check_declared(rows, texts):
    """texts: header name -> what is in it."""
    findings, checked = [], 0
    for header, text in texts.items():
        wanted = {row.name for row in rows if row.header == header and row.versions in IN_22}
        found = declared_names(text)
        checked += len(wanted)
        for name in sorted(wanted - set(found)):
            findings.append("%s does not declare %s" % (header, name))
        # Names of Evlet's own, which the API cannot have, stand behind macros of the header.
        extra = {name for name in set(found) - wanted if not name.startswith("evlet_")}
        for name in sorted(extra - DECLARED_ELSEWHERE):
            findings.append("%s declares %s, which the API does not have" % (header, name))
        for name in sorted(name for name in set(found) if found.count(name) > 1):
            findings.append("%s declares %s twice" % (header, name))
    return findings, checked


def parse_nm(output):
    """Names of the global symbols that are defined: `ADDRESS LETTER NAME`."""
    names = set()
    for line in output.splitlines():
        words = line.split()
        if len(words) >= 3 and len(words[-2]) == 1 and words[-2] not in "Uw":
            names.add(words[-1].split("@")[0])
    return names


def read_extras(lines, library):
    """Names, or beginnings of names with a *, that this library may export beside the API."""
    allowed = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            whose, name, reason = line.split(None, 2)
            if not reason.strip():
                raise ValueError("no reason: " + line)
            if whose in ("*", library):
                allowed.append(name)
    return allowed


def is_allowed(name, allowed):
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in allowed)


def check_exported(rows, headers, library, names, extras, arguments):
    """extras: None for a static library, else the names it may export beside the API."""
    findings, checked, left_out = [], 0, []
    for row in rows:
        if library not in row.libraries:
            # Two copies of one function in one program would mean two sets of hooks.
            checked += 1
            if row.name in names:
                findings.append("%s has %s, which belongs to %s"
                                % (library, row.name, " and ".join(row.libraries)))
            continue
        if row.versions not in IN_22:
            continue
        if row.header not in headers + ["-"]:
            left_out.append(row)
            continue
        checked += 1
        wanted = not is_taken_away(row, arguments)
        if wanted and row.name not in names:
            findings.append("%s lacks %s (%s)" % (library, row.name, row.header))
        elif not wanted and row.name in names:
            findings.append("%s has %s, which an option takes away" % (library, row.name))
    if extras is not None:
        api = {row.name for row in rows}
        findings += ["%s exports %s, which is not of the API" % (library, name)
                     for name in sorted(names) if name not in api and not is_allowed(name, extras)]
    return findings, checked, left_out


def run_declared(arguments):
    texts = {}
    for path in arguments.headers:
        with open(path, encoding="utf-8") as file:
            texts[paritylib.header_name(path)] = file.read()
    return check_declared(paritylib.read_symbols(arguments.declared), texts)


def run_exported(arguments):
    path = arguments.shared or arguments.static
    command = [arguments.nm, "--extern-only", "--defined-only"]
    command += ["--dynamic"] if arguments.shared else []
    names = parse_nm(subprocess.run(command + [path], check=True, stdout=subprocess.PIPE,
                                    universal_newlines=True).stdout)
    extras = None
    if arguments.shared:
        with open(arguments.allowed, encoding="utf-8") as file:
            extras = read_extras(file, arguments.library)
    rows = paritylib.read_symbols(arguments.exported)
    headers = [paritylib.header_name(header) for header in arguments.headers]
    findings, checked, left_out = check_exported(rows, headers, arguments.library, names, extras,
                                                 arguments)
    for line in paritylib.absent_headers(left_out, []):
        print("left out: " + line)
    return findings, checked


def self_test():
    options = argparse.Namespace(no_threads=True, no_mem_hooks=True)
    row = paritylib.Symbol
    rows = [row("event_add", "event2/event.h", ["event_core", "event"], "2.1+2.2"),
            row("event_set_mem_functions", "event2/event.h", ["event_core"], "2.1+2.2"),
            row("evthread_set_id_callback", "event2/thread.h", ["event_core"], "2.1+2.2"),
            row("event_warn", "-", ["event_core"], "2.1+2.2"),
            row("evws_close", "event2/ws.h", ["event_core"], "2.2"),
            row("evdns_old", "event2/event.h", ["event_core"], "2.1"),
            row("evthread_use_pthreads", "event2/pthreads.h", ["event_pthreads"], "2.1+2.2")]
    headers = ["event2/event.h", "event2/thread.h"]

    def exported(names, extras=None):
        return check_exported(rows, headers, "event_core", names, extras, options)[0]

    event_h = ("#define event_free(ev) EVENT2_EXPORT_SYMBOL\nEVENT2_EXPORT_SYMBOL\n"
               "int event_add(struct event *ev);\nEVENT2_EXPORT_SYMBOL\n"
               "void event_set_mem_functions(void *(*f)(int), int x);\n"
               "/* EVENT2_EXPORT_SYMBOL int event_lost(void); */\n")
    nm_text = "\nlog.o:\n00000000 T event_warn\n         U malloc\n0000 W f@@V1\n         w g\n"
    extras = read_extras(["# none", "* _init why", "event x why", "event_core evlet_* why"],
                         "event_core")
    cases = [
        ("complete", exported({"event_add", "event_warn"}), 0),
        ("one is missing", exported({"event_warn"}), 1),
        ("one without a header is missing", exported({"event_add"}), 1),
        ("taken away and there", exported({"event_add", "event_warn", "event_set_mem_functions",
                                           "evthread_set_id_callback"}), 2),
        ("one of another library", exported({"event_add", "event_warn", "evthread_use_pthreads"}),
         1),
        ("a stranger in a shared library", exported({"event_add", "event_warn", "oops"}, []), 1),
        ("allowed in a shared library", exported({"event_add", "event_warn", "_init", "evlet_x"},
                                                 extras), 0),
        ("allowed for another library", exported({"event_add", "event_warn", "x"}, extras), 1),
        ("declared", check_declared(rows, {"event2/event.h": event_h})[0], 0),
        ("not declared", check_declared(rows, {"event2/event.h": "int event_add(void);"})[0], 2),
        ("declared too much", check_declared(
            rows, {"event2/event.h": event_h + "EVENT2_EXPORT_SYMBOL int more(void);"})[0], 1),
        ("declared twice", check_declared(rows, {"event2/event.h": event_h + event_h})[0], 2),
        ("nm", sorted(parse_nm(nm_text) ^ {"event_warn", "f"}), 0),
    ]
    wrong = [(name, found) for name, found, count in cases if len(found) != count]
    for name, found in wrong:
        print("self-test '%s': found %r" % (name, found))
    print("self-test: %d cases, %d wrong" % (len(cases), len(wrong)))
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    parser = argparse.ArgumentParser()
    parser.add_argument("--declared")
    parser.add_argument("--exported")
    parser.add_argument("--no-threads", action="store_true")
    parser.add_argument("--no-mem-hooks", action="store_true")
    parser.add_argument("--nm")
    parser.add_argument("--library")
    parser.add_argument("--static")
    parser.add_argument("--shared")
    parser.add_argument("--allowed")
    parser.add_argument("headers", nargs="*")
    arguments = parser.parse_args()
    findings, checked = (run_declared if arguments.declared else run_exported)(arguments)
    for finding in findings:
        print(finding)
    print("%d functions checked, %d findings" % (checked, len(findings)))
    return 1 if findings else 0


sys.exit(main())
