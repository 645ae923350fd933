# SPDX-License-Identifier: BSD-3-Clause
"""What the lints share: which files there are, text without comments, findings, self-tests.

Each lint is a program `NAME.py SOURCE_ROOT` that prints one line per finding and exits 1 if there
is any. `NAME.py --self-test` runs it over small trees made for the purpose, and fails if a bad one
passes or a good one does not: a lint that finds nothing has to be shown able to.
"""

import os
import re
import subprocess
import sys
import tempfile

SOURCE_SUFFIXES = (".c", ".h", ".cpp", ".hpp")


def project_files(root):
    """Paths relative to `root`: tracked and new files, not what git ignores, no build folders."""
    try:
        listing = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        top = subprocess.run(
            ["git", "-C", root, "rev-parse", "--show-toplevel"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        if os.path.realpath(top.decode().rstrip("\n")) == os.path.realpath(root):
            names = set(listing.decode().split("\0")) - {""}
            return sorted(name for name in names if os.path.isfile(os.path.join(root, name)))
    except (OSError, subprocess.CalledProcessError):
        pass  # a released archive, or no git: walk the tree instead
    return sorted(walk_files(root))


def walk_files(root):
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders
                      if not name.startswith((".git", "__pycache__"))
                      and not os.path.isdir(os.path.join(folder, name, "meson-private"))
                      and not name.startswith("build")]
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), root)


def read_text(root, path):
    """The file's text, or None for one that is not text."""
    with open(os.path.join(root, path), "rb") as file:
        data = file.read()
    if b"\0" in data:
        return None
    return data.decode("utf-8", errors="replace")


TOKEN = re.compile(
    r"//(?:[^\n]|\\\n)*|/\*.*?\*/"            # comments
    r'|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'                   # strings
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",  # characters, but not digit separators
    re.DOTALL)


def without_comments(text, keep_strings=True):
    """The text with comments (and the insides of strings) blanked; line numbers stay."""
    def blank(match):
        token = match.group(0)
        if token.startswith(("//", "/*")):
            return re.sub(r"[^\n]", " ", token)
        if keep_strings:
            return token
        return '"' + re.sub(r"[^\n]", " ", token[1:-1]) + '"'
    return TOKEN.sub(blank, text)


def directives(text):
    """Yields (line number, directive) with continued lines joined and comments removed."""
    lines = without_comments(text).split("\n")
    index = 0
    while index < len(lines):
        number, line = index + 1, lines[index]
        while line.rstrip().endswith("\\") and index + 1 < len(lines):
            index += 1
            line = line.rstrip()[:-1] + " " + lines[index]
        if line.lstrip().startswith("#"):
            yield number, re.sub(r"^\s*#\s*", "#", line).strip()
        index += 1


def sources(root, *folders):
    """Yields (path, text) of C and C++ files below the folders."""
    for path in project_files(root):
        if path.endswith(SOURCE_SUFFIXES) and path.startswith(tuple(f + "/" for f in folders)):
            text = read_text(root, path)
            if text is not None:
                yield path, text


def make_tree(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def self_test(check, samples):
    """samples: (name, {path: text}, part of the expected finding or None for none)."""
    failures = 0
    for name, files, expected in samples:
        with tempfile.TemporaryDirectory() as root:
            make_tree(root, files)
            findings = check(root)
        if expected is None:
            good = not findings
        else:
            good = any(expected in finding for finding in findings)
        if not good:
            failures += 1
            print(f"self-test '{name}': expected {expected!r}, found {findings!r}")
    print(f"self-test: {len(samples)} samples, {failures} wrong")
    return 1 if failures else 0


def main(check, samples):
    if sys.argv[1:] == ["--self-test"]:
        return self_test(check, samples)
    if len(sys.argv) < 2 or not os.path.isdir(sys.argv[1]):
        print(f"usage: {os.path.basename(sys.argv[0])} SOURCE_ROOT | --self-test")
        return 2
    findings = check(sys.argv[1])
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0
