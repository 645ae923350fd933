# SPDX-License-Identifier: BSD-3-Clause
"""Writes a C program that compares every constant and macro of the headers with data/constants.txt.

usage: constants.py TABLE OUTPUT.c HEADER...
"""

import sys

import paritylib

# Their values follow the machine; the table has those of x86-64.
FOLLOWS_MACHINE = {
    "EV_SIZE_MAX": "(long long)(size_t)-1",
    "EV_SSIZE_MAX": "(long long)((size_t)-1 / 2)",
    "EV_SSIZE_MIN": "-(long long)((size_t)-1 / 2) - 1",
    "EV_RATE_LIMIT_MAX": "(long long)((size_t)-1 / 2)",
}
# Of <netdb.h>: the C library chooses. The table has those of glibc.
OF_LIBC = ("EVUTIL_EAI_", "EVUTIL_AI_")
NOT_OF_LIBC = "EVUTIL_EAI_CANCEL"

CONFIG_HEADER = "event2/event-config.h"


def config_checks(row):
    """event-config.h describes the target: the version is ours, sizes are measured, and what the
    platform HAS is for the build to find out."""
    if row.name.startswith("EVENT__SIZEOF_"):
        kind = row.name[len("EVENT__SIZEOF_"):].lower()
        type_name = {"void_p": "void *"}.get(kind, kind.replace("_", " ") if not
                                             kind.endswith("_t") else kind)
        return ["check_number(%s, %s, (long long)sizeof(%s));"
                % (paritylib.c_string(row.name), row.name, type_name)]
    if row.name.startswith("EVENT__HAVE_"):
        return None
    return checks(row)


def number_checks(row):
    name = paritylib.c_string(row.name)
    expected = FOLLOWS_MACHINE.get(row.name, paritylib.c_number(row.value.split()[-1]))
    check = "check_number(%s, (long long)(%s), %s);" % (name, row.name, expected)
    if row.name.startswith(OF_LIBC) and row.name != NOT_OF_LIBC:
        system = row.name[len("EVUTIL_"):]
        return ["#ifdef __GLIBC__", check, "#elif defined(%s)" % system,
                "check_number(%s, %s, %s);" % (name, row.name, system), "#endif"]
    return [check]


def checks(row):
    name, text = row.name, paritylib.c_string(row.name)
    if row.kind == "num":
        return number_checks(row)
    if row.kind == "enum":
        tag = row.value.split()[0]
        return ["{", "    enum %s value = %s;" % (tag, name),
                "    check_number(%s, (long long)value, %s);"
                % (text, paritylib.c_number(row.value.split()[1])), "}"]
    if row.kind == "str":
        return ["check_text(%s, %s, %s);" % (text, name, paritylib.c_string(row.value))]
    if row.kind == "empty":
        return ['check_text(%s, TEXT_OF(%s), "");' % (text, name)]
    if row.kind == "fn":
        call = "%s(%s)" % (name, row.value.replace("...", ""))
        return ["check_function_like(%s, TEXT_OF(%s), TEXT_OF_(%s), TEXT_OF(%s));"
                % (text, name, call, call)]
    if row.kind == "alias":
        if name == "ev_off_t":
            return ["check_number(%s, (long long)sizeof(ev_off_t), EVENT__SIZEOF_OFF_T);" % text]
        return ["check_text(%s, TEXT_OF(%s), TEXT_OF(%s));" % (text, name, row.value)]
    raise ValueError(row.kind)


def guarded(row, lines):
    """The checks if the name exists, else a failure; the reverse where an option takes it away."""
    if row.kind == "enum":
        return lines  # no macro: a missing one does not compile
    text = paritylib.c_string(row.name)
    result = ["#ifdef " + row.name] + lines + ["#else", "check_missing(%s);" % text, "#endif"]
    option = paritylib.left_out_by(row.header, row.name)
    if option:
        result = (["#ifdef " + option, "#ifdef " + row.name, "check_unwanted(%s);" % text,
                   "#endif", "#else"] + result + ["#endif"])
    return result


def main():
    table, output, headers = sys.argv[1], sys.argv[2], sys.argv[3:]
    headers = [paritylib.header_name(header) for header in headers]
    rows, only_in_21 = paritylib.read_constants(table)
    known = headers + [CONFIG_HEADER]
    body, elsewhere, found_by_build = [], [], 0
    for row in rows:
        if row.header not in known:
            continue
        if row.kind == "elsewhere":
            elsewhere.append(row.name)
            continue
        lines = config_checks(row) if row.header == CONFIG_HEADER else checks(row)
        if lines is None:
            found_by_build += 1
        elif row.header == CONFIG_HEADER and row.name.startswith("EVENT__SIZEOF_"):
            # A target without the type has no size of it either.
            body += ["#ifdef " + row.name] + lines + ["#endif"]
        else:
            body += guarded(row, lines)
    left_out = paritylib.absent_headers(rows, known)
    left_out.append("only on other platforms: " + " ".join(elsewhere))
    left_out.append("%d EVENT__HAVE_* macros, which the build finds out" % found_by_build)
    left_out += ["only in 2.1, not in 2.2: %s (%s)" % (row.name, row.header)
                 for row in only_in_21 if row.header != CONFIG_HEADER]
    with open(output, "w", encoding="utf-8") as file:
        file.write(paritylib.program("constants and macros", headers, body, left_out))


main()
