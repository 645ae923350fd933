# SPDX-License-Identifier: BSD-3-Clause
"""File and function sizes. Reports what has grown, and fails on a file over 500 lines that does not
say why (a line "Long file: ..." near its top) and on a function over 100 lines."""

import re
import sys

import lintlib

FILE_LIMIT = 500
FILE_REASON_WITHIN = 15
FUNCTION_LIMIT = 100
FUNCTION_REPORT = 60
COUNTED = lintlib.SOURCE_SUFFIXES + (".py", ".sh", ".ini", "meson.build", "meson_options.txt")

CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum)\b[^()]*$|\bextern\s*\"[^\"]*\"\s*$")
CALLABLE = re.compile(r"([~\w:]+|operator\s*\S+)\s*\(")
MEMBER_INITIALISER = re.compile(r"\)\s*(noexcept\s*)?:[^;]*[\w>]\s*$", re.DOTALL)


def without_directives(text):
    lines, continued = [], False
    for line in text.split("\n"):
        hidden = continued or line.lstrip().startswith("#")
        continued = hidden and line.rstrip().endswith("\\")
        lines.append("" if hidden else line)
    return "\n".join(lines)


def kind_of(header):
    """What a '{' opens, from the text before it: 'function', 'container' or 'initialiser'."""
    if MEMBER_INITIALISER.search(header):
        return "initialiser"
    if CONTAINER.search(header):
        return "container"
    if "(" in header and not re.search(r"=\s*[\w:]*\s*$", header):
        return "function"
    return "container"


def functions(text):
    """Yields (name, first line, number of lines) of the function bodies. Lines are counted from the
    one with the opening brace to the one with the closing brace."""
    text = without_directives(lintlib.without_comments(text, keep_strings=False))
    stack, header, line = [], "", 1
    for char in text:
        if char == "\n":
            line += 1
        if char == "{":
            inside = any(kind == "function" for kind, _, _ in stack)
            kind = "block" if inside else kind_of(header)
            match = CALLABLE.search(header)
            stack.append((kind, match.group(1) if match else "?", line))
            if kind != "initialiser":
                header = ""
        elif char == "}":
            kind, name, first = stack.pop() if stack else ("block", "", line)
            if kind == "function":
                yield name, first, line - first + 1
            if kind != "initialiser":
                header = ""
        elif char == ";":
            header = ""
        elif not stack or stack[-1][0] != "initialiser":
            header += char


def check(root, report=lambda line: None):
    findings = []
    for path in lintlib.project_files(root):
        text = lintlib.read_text(root, path) if path.endswith(COUNTED) else None
        if text is None:
            continue
        count = text.count("\n")
        head = "\n".join(text.split("\n")[:FILE_REASON_WITHIN])
        if count > FILE_LIMIT and "Long file:" not in head:
            findings.append(f"{path}: {count} lines, over {FILE_LIMIT} without 'Long file: <why>'")
        elif count > FILE_LIMIT:
            report(f"{path}: {count} lines, with a reason")
        if not path.endswith(lintlib.SOURCE_SUFFIXES):
            continue
        for name, first, length in functions(text):
            if length > FUNCTION_LIMIT:
                findings.append(f"{path}:{first}: {name}: {length} lines, over {FUNCTION_LIMIT}")
            elif length > FUNCTION_REPORT:
                report(f"{path}:{first}: {name}: {length} lines (long)")
    return findings


def body(lines):
    return "    step();\n" * lines


LONG = "int f(int a)\n{\n" + body(120) + "}\n"
SAMPLES = (
    ("short", {"src/a/a.c": "int f(void) {\n" + body(50) + "}\n"}, None),
    ("long function", {"src/a/a.c": LONG}, "f: 122 lines"),
    ("long in namespace", {"src/a/a.cpp": "namespace x {\nstruct S { int a; };\n" + LONG + "}\n"},
     "f: 122 lines"),
    ("long method", {"src/a/a.cpp": "class C : public D {\n  void g() const {\n" + body(101) +
                                    "}\n};\n"}, "g: 103 lines"),
    ("constructor", {"src/a/a.cpp": "C::C(int x) : a_{x}, b_(x) {\n" + body(101) + "}\n"},
     "103 lines"),
    ("many short", {"src/a/a.cpp": 'extern "C" {\n' + "int f(int a) { return '{'; }\n" * 150 +
                                   "}\n"}, None),
    ("big table", {"src/a/a.cpp": "const int table[] = {\n" + "1,\n" * 200 + "};\n"}, None),
    ("braces in text", {"src/a/a.c": 'void f(void) { g("{{{"); /* { */ }\n' + body(0) +
                                     "// {\nvoid h(void) {}\n" * 100}, None),
    ("long file", {"src/a/a.c": "int a;\n" * 501}, "over 500"),
    ("long file, reason", {"src/a/a.c": "/* Long file: a table. */\n" + "int a;\n" * 501}, None),
    ("long script", {"toolchains/a.sh": "true\n" * 501}, "over 500"),
)

if __name__ == "__main__":
    def checked(root):
        return check(root, print)
    sys.exit(lintlib.main(checked, SAMPLES))
