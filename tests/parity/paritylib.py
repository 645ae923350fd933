# SPDX-License-Identifier: BSD-3-Clause
"""What the parity tests share: readers of the tables in data/, and what the options take away.

The tables name every header of the API. A header that this version does not have is left out by
its absence, with all that belongs to it, and each test says so; when a room adds the header, its
rows are tested without a change here.
"""

import os
import re
from collections import namedtuple

Constant = namedtuple("Constant", "header name kind value")
Symbol = namedtuple("Symbol", "name header libraries versions")
Struct = namedtuple("Struct", "name header size align fields")
Field = namedtuple("Field", "path offset size bits")  # bits: None, or (width, first bit)
Layouts = namedtuple("Layouts", "structs enums typedefs")

COLUMNS = ("x86_64", "armhf", "armhf-t64")

# With no-threads these lines of event2/thread.h stay; everything else of the header goes.
THREAD_HEADER = "event2/thread.h"
STAYS_WITHOUT_THREADS = {"EVTHREAD_WRITE", "EVTHREAD_READ", "EVTHREAD_TRY",
                         "EVENT2_THREAD_H_INCLUDED_", "evthread_make_base_notifiable"}
GOES_WITHOUT_MEM_HOOKS = {"EVENT_SET_MEM_FUNCTIONS_IMPLEMENTED", "event_set_mem_functions"}


def header_name(path):
    """Name to include, of a path below an include directory: event2/util.h, event.h."""
    parts = path.replace(os.sep, "/").split("/")
    if len(parts) > 1 and parts[-2] == "event2":
        return "event2/" + parts[-1]
    return parts[-1]


def left_out_by(header, name):
    """The macro of event-config.h that takes `name` away, or None."""
    if header == THREAD_HEADER and name not in STAYS_WITHOUT_THREADS:
        return "EVENT__DISABLE_THREAD_SUPPORT"
    if name in GOES_WITHOUT_MEM_HOOKS:
        return "EVENT__DISABLE_MM_REPLACEMENT"
    return None


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n")


def read_constants(path):
    """Rows of the 2.2 column, and the names that 2.1 alone has."""
    constants, only_in_21 = [], []
    for line in lines_of(path):
        match = re.fullmatch(r"([=~+-]) (\S+) (\S+) : (.*)", line)
        if not match:
            raise ValueError("not a row: " + line)
        mark, header, name, rest = match.groups()
        if mark == "-":
            only_in_21.append(Constant(header, name, None, None))
            continue
        column = rest.split(" | ")[-1] if mark in "~+" else rest
        kind, value = split_kind(column)
        constants.append(Constant(header, name, kind, value))
    return constants, only_in_21


def split_kind(column):
    column = column.strip()
    for kind in ("num", "str", "enum"):
        if column == kind or column.startswith(kind + " "):
            return kind, column[len(kind):].strip()
    if column.startswith("fn("):
        return "fn", column[3:-1]
    if column.startswith("expr alias:"):
        return "alias", column[len("expr alias:"):]
    if column == "empty":
        return "empty", ""
    if column.startswith("inactive-here"):
        return "elsewhere", ""
    raise ValueError("unknown kind: " + column)


def read_symbols(path):
    rows = []
    for line in lines_of(path):
        name, header, libraries, versions = line.split()
        names = [library.replace("libevent", "event", 1) for library in libraries.split(",")]
        rows.append(Symbol(name, header, names, versions))
    return rows


def bit_field(words, index, line):
    """Width and first bit. The table counts bits as the first column has them; in the others the
    unit that holds the field moves and the field keeps its place in it."""
    match = re.search(r"bitsize=(\d+) bitoff=(\d+)", line)
    if not match:
        return None
    unit_of_table, unit = (int(words[1 + column].split("/")[0]) for column in (0, index))
    return int(match.group(1)), int(match.group(2)) + 8 * (unit - unit_of_table)


def read_layouts(path, column):
    """Structures, enumerations and function pointer types, as one column of the table has them."""
    index = COLUMNS.index(column)
    structs, enums, typedefs = [], [], []
    for line in lines_of(path):
        words = line.split()
        if line.startswith("struct "):
            match = re.match(r"struct (\w+) \((\w+\.h)\): (.*)", line)
            name, header, rest = match.groups()
            if rest.startswith("macro alias"):
                structs.append(Struct(name, "event2/" + header, None, None, []))
                continue
            size, align = dict(word.split("=") for word in rest.split())[column].split("/")
            structs.append(Struct(name, "event2/" + header, int(size), int(align), []))
        elif line.startswith("    "):
            offset, size = words[1 + index].split("/")
            bits = bit_field(words, index, line)
            structs[-1].fields.append(Field(words[0].rstrip(":"), int(offset), int(size), bits))
        elif words[0] == "enum":
            if not words[1].startswith(("(", "_")):  # without a name, or of the system
                enums.append((words[1], int(words[2 + index])))
        elif words[0] == "typedef" and words[4 + index] != "None":
            typedefs.append((words[1], int(words[4 + index])))
        elif words[0] != "typedef":  # a function type has no size
            raise ValueError("not a row: " + line)
    return Layouts(structs, enums, typedefs)


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_number(value):
    """A literal for any signed 64-bit number."""
    number = int(value)
    return "(-9223372036854775807LL - 1)" if number == -2**63 else "%dLL" % number


def program(title, headers, body, left_out):
    """A C program that includes the headers, runs the checks of `body` and reports."""
    lines = ["/* Generated by tests/parity: " + title + ". */"]
    lines += ["#include <%s>" % header for header in headers]
    lines += ['#include "check.h"', "", "int main(void) {"]
    lines += ["    " + line if not line.startswith("#") else line for line in body]
    lines += ["    left_out(%s);" % c_string(text) for text in left_out]
    lines += ["    return report();", "}", ""]
    return "\n".join(lines)


def absent_headers(rows, headers):
    """One line for each header that rows belong to and that does not exist."""
    counts = {}
    for row in rows:
        if row.header not in headers:
            counts[row.header] = counts.get(row.header, 0) + 1
    return ["%s is not in this version: %d rows" % item for item in sorted(counts.items())]
