# SPDX-License-Identifier: BSD-3-Clause
"""What has no business in the repository: marks of unfinished work, paths of somebody's machine,
hosts of package registries. Looks at every text file, tracked or new."""

import re
import sys

import lintlib

# Written in pieces so that this file does not find itself.
MARKS = ("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK")
HOSTS = ("pypi" r"\.org", "pythonhosted" r"\.org", "registry" r"\.npmjs", "crates" r"\.io",
         "proxy" r"\.golang", "deb" r"\.debian\.org", "security" r"\.debian\.org",
         "archive" r"\.ubuntu", "docker" r"\.io", "ghcr" r"\.io", "quay" r"\.io",
         "wrapdb" r"\.mesonbuild", "conan" r"\.io", "arti" "factory", "repo1?" r"\.maven")
RULES = (
    (re.compile(r"\b(%s)\b" % "|".join(MARKS)), "mark of unfinished work"),
    # A path, not a part of one: /usr/work/x is nobody's machine.
    (re.compile(r"(?<![\w.$}~*-])/(work|root|home|Users|farm|build|builds)/\w"),
     "path of a machine"),
    (re.compile(r"(?<![\w.$}~*-])/tmp/[A-Za-z]"), "path of a machine"),
    (re.compile(r"\b(%s)" % "|".join(HOSTS)), "host of a registry"),
)
# The ignore file lists what must not get in.
EXEMPT = (".gitignore",)


def check(root):
    findings = []
    for path in lintlib.project_files(root):
        text = lintlib.read_text(root, path) if path not in EXEMPT else None
        for number, line in enumerate((text or "").split("\n"), 1):
            for pattern, what in RULES:
                match = pattern.search(line)
                if match:
                    findings.append(f"{path}:{number}: {match.group(0)}: {what}")
    return findings


SAMPLES = (
    ("good", {"src/a.c": "int todo_list; /* hacking, mktemp XXXXXX, /usr/root/x, $dir/tmp/a */\n"},
     None),
    ("mark", {"src/a.c": "// TO" "DO later\n"}, "unfinished"),
    ("mark in a script", {"x.sh": "# FIX" "ME\n"}, "unfinished"),
    ("home", {"README.md": "see /ho" "me/jane/x\n"}, "path of a machine"),
    ("work", {"a.py": "open('/wo" "rk/main')\n"}, "path of a machine"),
    ("temporary", {"a.c": 'f("/tm' 'p/sock");\n'}, "path of a machine"),
    ("registry", {"a.toml": "url = https://py" "pi.org/simple\n"}, "registry"),
)

if __name__ == "__main__":
    sys.exit(lintlib.main(check, SAMPLES))
