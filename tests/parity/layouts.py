# SPDX-License-Identifier: BSD-3-Clause
"""Writes a C program that compares sizes, alignments and offsets with a column of data/layouts.txt.

usage: layouts.py TABLE COLUMN OUTPUT.c CONSTANTS_TABLE HEADER_PATH...

The table of constants says which header an enumeration belongs to; a type of function pointer
belongs to the header that names it.
"""

import re
import sys

import paritylib


def field_checks(struct, field):
    what = paritylib.c_string("struct %s, %s" % (struct.name, field.path))
    if field.bits:
        width, first = field.bits
        return ["{", "    struct %s it;" % struct.name, "    memset(&it, 0, sizeof(it));",
                "    it.%s = %d;" % (field.path, 2**width - 1),
                "    check_bits(%s, &it, sizeof(it), %d, %d);" % (what, width, first), "}"]
    member = "((struct %s *)0)->%s" % (struct.name, field.path)
    return ["check_number(%s, (long long)offsetof(struct %s, %s), %d);"
            % (what, struct.name, field.path, field.offset),
            "check_number(%s, (long long)sizeof(%s), %d);" % (what, member, field.size)]


def struct_checks(struct):
    what = "struct " + struct.name
    lines = ["check_number(%s, (long long)sizeof(%s), %d);"
             % (paritylib.c_string(what + ", size"), what, struct.size),
             "check_number(%s, (long long)ALIGN_OF(%s), %d);"
             % (paritylib.c_string(what + ", alignment"), what, struct.align)]
    for field in struct.fields:
        lines += field_checks(struct, field)
    option = paritylib.left_out_by(struct.header, struct.name)
    return ["#ifndef " + option] + lines + ["#endif"] if option else lines


def size_check(type_name, size):
    return "check_number(%s, (long long)sizeof(%s), %d);" % (
        paritylib.c_string(type_name + ", size"), type_name, size)


def headers_of_enums(constants_table):
    rows, _ = paritylib.read_constants(constants_table)
    return {row.value.split()[0]: row.header for row in rows if row.kind == "enum"}


def names_in(paths):
    """Header name -> the words in it."""
    words = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            words[paritylib.header_name(path)] = set(re.findall(r"\w+", file.read()))
    return words


def main():
    table, column, output, constants_table = sys.argv[1:5]
    words = names_in(sys.argv[5:])
    headers = sorted(words)
    layouts = paritylib.read_layouts(table, column)
    body, left_out = [], []
    for struct in layouts.structs:
        if struct.size is None:
            left_out.append("struct %s: a macro, see the constants" % struct.name)
        elif struct.header in headers:
            body += struct_checks(struct)
        else:
            left_out.append("struct %s: %s is not in this version" % (struct.name, struct.header))
    tags = headers_of_enums(constants_table)
    for tag, size in layouts.enums:
        if tags[tag] in headers:
            body.append(size_check("enum " + tag, size))
        else:
            left_out.append("enum %s: %s is not in this version" % (tag, tags[tag]))
    for name, size in layouts.typedefs:
        if any(name in found for found in words.values()):
            body.append(size_check(name, size))
        else:
            left_out.append("%s: no header of this version names it" % name)
    with open(output, "w", encoding="utf-8") as file:
        file.write(paritylib.program("layouts for " + column, headers, body, left_out))


main()
