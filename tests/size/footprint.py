# SPDX-License-Identifier: BSD-3-Clause
"""What a library costs in a linked program, read from GNU ld's map (-Wl,-Map=FILE).

    footprint.py MAP [--library PATTERN] [--objects]
    footprint.py --self-test

Sums the input sections that the linker kept, by archive and by member. "text" is code and
constants, what stays in flash and what size(1) calls text; "data" is in flash and in RAM, "bss" in
RAM alone. PATTERN is a regular expression on the archive's file name, by default Evlet's or
libevent's. Used by run.py and by toolchains/demo.sh; also by hand, to see who grew.
"""

import argparse
import collections
import re
import sys

# Where an input section ends up, by its name. Anything else (debugging, notes, attributes) is not
# loaded and does not count.
KINDS = (
    ("text", re.compile(r"^\.(text|rodata|srodata|lrodata|init_array|fini_array|ctors|dtors"
                        r"|eh_frame|gcc_except_table|ARM\.ex(idx|tab))(\.|$)")),
    ("data", re.compile(r"^\.(data|sdata|tdata)(\.|$)")),
    ("bss", re.compile(r"^(\.(bss|sbss|tbss)(\.|$)|COMMON$)")),
)
SECTION = re.compile(
    r"^ (?P<name>\.?[\w.$*-]+)?\s+0x[0-9a-f]+\s+0x(?P<size>[0-9a-f]+)\s+(?P<file>\S.*)$")
LONG_NAME = re.compile(r"^ (?P<name>[\w.$-]+)$")
# "dir/libx.a(member.o)", or, from Meson's thin archives, "dir/libx.a.p/member.o".
MEMBER = re.compile(r"^(?:.*/)?(?P<archive>[^/]*\.a)(?:\((?P<packed>[^)]*)\)|\.p/(?P<thin>.*))$")


LIBRARY = r"libev(ent|let)"


class Sizes(collections.Counter):
    """Bytes by kind."""

    def row(self):
        return f"{self['text']:8} {self['data']:6} {self['bss']:6}"


def kept_sections(lines):
    """Yields (section, size, file) from the memory map, after the list of discarded sections."""
    started, name = False, None
    for line in lines:
        line = line.rstrip("\n")
        if line.startswith("Linker script and memory map"):
            started = True
        if not started:
            continue
        long_name = LONG_NAME.match(line)
        if long_name:
            name = long_name["name"]  # the rest is on the next line
            continue
        match = SECTION.match(line)
        if match:
            section = match["name"] or name
            if section is not None:
                yield section, int(match["size"], 16), match["file"]
        name = None


def measure(lines, pattern):
    """{(archive, member): Sizes} of the archives whose file name the pattern matches."""
    members = collections.defaultdict(Sizes)
    for section, size, file in kept_sections(lines):
        member = MEMBER.match(file)
        if not member or size == 0:
            continue
        archive, name = member["archive"], member["packed"] or member["thin"]
        if not re.match(pattern, archive):
            continue
        for kind, names in KINDS:
            if names.match(section):
                members[archive, name][kind] += size
    return members


def measure_file(path, pattern=LIBRARY):
    with open(path, encoding="utf-8", errors="replace") as file:
        return measure(file, pattern)


def total(members):
    result = Sizes()
    for sizes in members.values():
        result.update(sizes)
    return result


def report(members, by_object=True):
    lines = ["    text   data    bss"]
    archives = collections.defaultdict(Sizes)
    for (archive, _), sizes in members.items():
        archives[archive].update(sizes)
    for archive in sorted(archives):
        lines.append(f"{archives[archive].row()}  {archive}")
        rows = [(sizes, member) for (name, member), sizes in members.items() if name == archive]
        if by_object:
            for sizes, member in sorted(rows, key=lambda row: (-row[0]["text"], row[1])):
                lines.append(f"{sizes.row()}      {member}")
    lines.append(f"{total(members).row()}  total")
    return "\n".join(lines)


SAMPLE = """\
Discarded input sections

 .text.gone     0x00000000       0x99 src/libevent_core.a(a.cpp.o)

Linker script and memory map

 .text.run      0x00010000       0x10 src/libevent_core.a(a.cpp.o)
                0x00010000                run
 .text.a_name_that_takes_a_line_of_its_own
                0x00010010        0x6 src/libevent_core.a.p/loop_b.cpp.o
 .text          0x00010020       0x40 /usr/lib/libc.a(printf.o)
 *fill*         0x00010060        0x2
 .rodata.name   0x00010070        0x8 src/libevent_core.a(a.cpp.o)
                                  0xc (size before relaxing)
 .data.rel.ro   0x00020000        0x4 src/libevent_core.a(a.cpp.o)
 COMMON         0x00030000        0x3 src/libevent_core.a(a.cpp.o)
 .bss.x         0x00030004       0x20 src/libevent_core.a.p/loop_b.cpp.o
 .debug_info    0x00000000      0x999 src/libevent_core.a(a.cpp.o)
 .comment       0x00000000       0x27 src/libevent_core.a(a.cpp.o)
"""


def self_test():
    members = measure(SAMPLE.splitlines(), "libevent")
    wanted = {("libevent_core.a", "a.cpp.o"): {"text": 0x18, "data": 4, "bss": 3},
              ("libevent_core.a", "loop_b.cpp.o"): {"text": 6, "bss": 0x20}}
    found = {name: dict(sizes) for name, sizes in members.items()}
    if found != wanted or total(members) != {"text": 0x1e, "data": 4, "bss": 0x23}:
        print(f"self-test: expected {wanted}, found {found}")
        return 1
    return 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    parser = argparse.ArgumentParser(description="what a library costs in a linked program")
    parser.add_argument("map")
    parser.add_argument("--library", default=LIBRARY, metavar="PATTERN")
    parser.add_argument("--objects", action="store_true", help="a line for each object")
    options = parser.parse_args()
    members = measure_file(options.map, options.library)
    if not members:
        print(f"footprint: {options.map} has nothing of {options.library}", file=sys.stderr)
        return 1
    print(report(members, options.objects))
    return 0


if __name__ == "__main__":
    sys.exit(main())
